"""Where the tests' database comes from: ``OB_TEST_URL``, else a container if ``OB_TEST_DOCKER=1``, else the kernel.

``OB_TEST_URL`` is ``mysql://user:password@host:port`` of an administrator on a server that tests may write to.
``OB_TEST_IMAGE`` names the container's image: the official one unless told otherwise. An image whose administrator is
not ``root@test`` says so in the label ``ob-health.user``; each takes its password from ``OB_TENANT_PASSWORD``.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, cast
from urllib.parse import unquote, urlsplit

import pymysql
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import WaitStrategy, WaitStrategyTarget

OFFICIAL_IMAGE = "oceanbase/oceanbase-ce"
USER_LABEL = "ob-health.user"
_OFFICIAL_USER = "root@test"  # the tenant that the official image makes
_HOST = "127.0.0.1"
_PORT = 2881
_BOOT_S = 360  # the official image: up to five minutes


class Source(StrEnum):
    """What decides, in this order."""

    URL = "OB_TEST_URL"
    CONTAINER = "OB_TEST_DOCKER"
    KERNEL = "the embedded kernel"


class Database(Protocol):
    """A server that tests may write to, as its administrator. ``agent.kernel.start.Kernel`` is one."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    def connect(
        self, user: str = "", password: str | None = None, database: str | None = None
    ) -> pymysql.Connection[Any]: ...
    def run(self, statements: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Server:
    """A server reached by the network alone. ``user`` is the administrator as it logs in (``root@test``)."""

    host: str
    port: int
    user: str
    password: str

    def connect(
        self, user: str = "", password: str | None = None, database: str | None = None
    ) -> pymysql.Connection[Any]:
        """A connection that may write; the administrator's unless told otherwise. ``user`` is without the tenant."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=login(self, user) if user else self.user,
            autocommit=True,
            password=self.password if password is None else password,
            database=database,
            charset="utf8mb4",
            connect_timeout=10,
        )

    def run(self, statements: Iterable[str]) -> None:
        """Run statements as the administrator, one after the other."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def login(database: Database, user: str) -> str:
    """The name by which an account logs in: with the administrator's tenant, if that has one."""
    _, at, tenant = database.user.partition("@")
    return f"{user}{at}{tenant}"


def source_of(environ: Mapping[str, str]) -> Source:
    """Which source these variables ask for."""
    if environ.get(Source.URL):
        return Source.URL
    return Source.CONTAINER if environ.get(Source.CONTAINER) == "1" else Source.KERNEL


@contextlib.contextmanager
def opened(environ: Mapping[str, str]) -> Iterator[Server]:
    """The server that these variables ask for, other than the embedded kernel. Raises when it is not to be had."""
    if source_of(environ) is Source.URL:
        yield from_url(environ[Source.URL])
    else:
        with container(environ.get("OB_TEST_IMAGE") or OFFICIAL_IMAGE) as server:
            yield server


def from_url(url: str) -> Server:
    """The server of ``mysql://user:password@host:port``, parts %-encoded. Raises ValueError, without the password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        parts, host, port = urlsplit(""), None, _PORT
    if parts.scheme != "mysql" or not host or not parts.username:
        raise ValueError(f"{Source.URL} must be mysql://user:password@host:port, each part %-encoded")
    return Server(host, port, unquote(parts.username), unquote(parts.password or ""))


@contextlib.contextmanager
def container(image: str) -> Iterator[Server]:
    """A server in a container of its own, to be reached from this machine only; gone with the block."""
    password = secrets.token_hex(12)  # passes through the image's shell scripts: no special characters
    started = DockerContainer(image).with_envs(MODE="slim", OB_TENANT_PASSWORD=password, OB_SYS_PASSWORD=password)
    started.ports[f"{_PORT}/tcp"] = cast(Any, (_HOST, None))  # the engine takes an address too, the annotation does not
    with started.waiting_for(_Answers(password).with_startup_timeout(_BOOT_S)):
        yield _reached(started, password)


def _reached(started: WaitStrategyTarget, password: str) -> Server:
    user = started.get_wrapped_container().labels.get(USER_LABEL, _OFFICIAL_USER)
    return Server(_HOST, started.get_exposed_port(_PORT), user, password)


class _Answers(WaitStrategy):
    """Ready once the administrator can log in with the password: each image sets it when all else is done."""

    def __init__(self, password: str) -> None:
        super().__init__()
        self._password = password
        self.with_transient_exceptions(pymysql.MySQLError)

    def wait_until_ready(self, container: WaitStrategyTarget) -> None:
        if not self._poll(lambda: self._answers(container)):
            logs = b"".join(container.get_logs()).decode(errors="replace")[-1000:]
            raise TimeoutError(f"the container is {container.status} and no server answers in it: {logs}")

    def _answers(self, container: WaitStrategyTarget) -> bool:
        container.reload()
        if container.status in ("exited", "dead"):
            raise StopIteration  # ends the polling
        _reached(container, self._password).run(["SELECT 1"])
        return True
