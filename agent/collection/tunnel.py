"""A private way to the database through an SSH jump host.

The driver holds one end of a connected pair of sockets; a thread carries bytes between the other end and a channel of
the SSH connection. No port is opened and no file is made, so that nobody else on this machine can use the way, and it
ends when the driver's end is closed. Needs the extra ``ssh``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncssh

from agent.model.terms import Text
from agent.support.errors import ConfigError, ConnectError

_KNOWN_HOSTS = Path("~/.ssh/known_hosts")
_KEEPALIVE_S = 15  # three unanswered ones end the connection
_CLOSE_S = 5.0
_CHUNK_BYTES = 1 << 16
_SSH_PORT = 22
_MESSAGES = {
    "key_is_open": "{target}: the key file {path} can be used by others; run: chmod 600 {path}",
    "key_unusable": "{target}: via_key {path} cannot be used ({reason})."
    " Name an OpenSSH private key; one with a passphrase belongs into your ssh-agent, without via_key.",
    "known_hosts": "{target}: {path} cannot be read as a known_hosts file ({reason}); mend it",
    "unknown": "{target}: the key of the jump host {via} is not known here: {fingerprint}."
    " Ask its administrator whether that is its fingerprint; if it is, add it: {scan}",
    "changed": "{target}: the key of the jump host {via} is another one than {path} holds: {fingerprint}."
    " Somebody may be in between. Only if its administrator confirms the new one, remove the old:"
    " ssh-keygen -R '{name}' -f {path}",
    "denied": "{target}: the jump host {via} refused the keys offered for {user}."
    " Name the right one as via_key or load it into your ssh-agent.",
    "unusable": "{target}: the jump host {via} cannot be used ({reason})."
    " Check via of the target and the network between.",
    "not_forwarded": "{target}: the jump host {via} cannot reach {host}:{port} ({reason})."
    " Check host and port of the target, its whitelist for the jump host, and that the jump host allows forwarding.",
}


@dataclass(frozen=True, slots=True)
class JumpHost:
    """An SSH server, and whom to be there. Without ``key``, the user's ssh-agent and usual keys are tried."""

    url: str
    host: str
    port: int
    user: str
    key: Path | None
    known_hosts: Path


def parse_jump_host(url: str, key: Path | None = None, known_hosts: Path | None = None) -> JumpHost:
    """From ``ssh://user@host:port``. ``known_hosts`` is the user's own unless given."""
    parts = urlsplit(url)
    return JumpHost(
        url,
        parts.hostname or "",
        parts.port or _SSH_PORT,
        unquote(parts.username or ""),
        key,
        known_hosts or _KNOWN_HOSTS.expanduser(),
    )


@dataclass(frozen=True, slots=True)
class TunnelRoute:
    """From here to a target's database."""

    jump: JumpHost
    target: str
    host: str
    port: int
    timeout_s: float

    def says(self, message: str, **args: str) -> Text:
        """One of the messages, about this way."""
        named = {"target": self.target, "via": self.jump.url, "host": self.host, "port": str(self.port)}
        return Text(_MESSAGES[message], {**named, **args})


def open_tunnel(way: TunnelRoute) -> socket.socket:
    """A socket that reaches the database. Raises ConnectError, or ConfigError for a key or known_hosts file."""
    near, far = socket.socketpair()
    opened: Future[None] = Future()
    threading.Thread(target=_run, args=(way, far, opened), name=f"via {way.jump.url}", daemon=True).start()
    try:
        opened.result()
    except BaseException:
        near.close()
        raise
    return near


def _run(way: TunnelRoute, far: socket.socket, opened: Future[None]) -> None:
    try:
        asyncio.run(_carry(way, far, lambda: opened.set_result(None)))
    except BaseException as error:  # noqa: BLE001 - whoever waits must be told, whatever it is
        if not opened.done():
            opened.set_exception(error)
    finally:
        far.close()


async def _carry(way: TunnelRoute, far: socket.socket, opened: Callable[[], None]) -> None:
    async with _channel(way) as (from_database, to_database):
        from_driver, to_driver = await asyncio.open_connection(sock=far)
        opened()
        ways = (
            asyncio.create_task(_pump(from_driver.read, to_database)),
            asyncio.create_task(_pump(from_database.read, to_driver)),
        )
        # Neither side goes on when the other has ended.
        _, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        to_driver.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(to_driver.wait_closed(), _CLOSE_S)


async def _pump(read: Callable[[int], Awaitable[bytes]], writer: Any) -> None:
    with contextlib.suppress(OSError, asyncssh.Error):  # a broken way is an ended one: the driver sees it
        while data := await read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()


@contextlib.asynccontextmanager
async def _channel(way: TunnelRoute) -> AsyncIterator[tuple[Any, Any]]:
    """Reader and writer of the database, as the jump host sees it."""
    client = _Client(way)
    options = _options(way)
    try:
        async with asyncio.timeout(way.timeout_s):
            connection = await asyncssh.connect(client_factory=lambda: client, **options)
    except (OSError, asyncssh.Error) as error:
        raise client.refusal(error) from None
    try:
        try:
            async with asyncio.timeout(way.timeout_s):
                channel = await connection.open_connection(way.host, way.port, encoding=None)
        except (OSError, asyncssh.Error) as error:
            raise ConnectError(way.says("not_forwarded", reason=_reason(error))) from None
        yield channel
    finally:
        connection.close()
        with contextlib.suppress(OSError, asyncssh.Error, TimeoutError):
            await asyncio.wait_for(connection.wait_closed(), _CLOSE_S)


def _options(way: TunnelRoute) -> dict[str, Any]:
    """What is asked of the library; ~/.ssh/config is not read, so that the engagement says all."""
    jump = way.jump
    asked = {
        "host": jump.host,
        "port": jump.port,
        "username": jump.user,
        "config": None,
        "known_hosts": _known_hosts(way),
        "preferred_auth": "publickey",
        "x509_trusted_certs": None,
        "gss_host": None,
        "keepalive_interval": _KEEPALIVE_S,
    }
    return asked | {"client_keys": [_key(way, jump.key)], "agent_path": None} if jump.key else asked


def _key(way: TunnelRoute, path: Path) -> asyncssh.SSHKey:
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(way.says("key_is_open", path=str(path)))
        return asyncssh.read_private_key(path)
    except (OSError, ValueError) as error:
        raise ConfigError(way.says("key_unusable", path=str(path), reason=_reason(error))) from None


def _known_hosts(way: TunnelRoute) -> asyncssh.SSHKnownHosts:
    path = way.jump.known_hosts
    try:
        return asyncssh.read_known_hosts(str(path)) if path.is_file() else asyncssh.import_known_hosts("")
    except (OSError, ValueError) as error:
        raise ConfigError(way.says("known_hosts", path=str(path), reason=_reason(error))) from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class _Client(asyncssh.SSHClient):
    """Remembers the host key that was refused, to be able to say what is wrong with it."""

    def __init__(self, way: TunnelRoute) -> None:
        self._way = way
        self._offered: asyncssh.SSHKey | None = None
        self._known = False

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Called for a key that known_hosts does not hold for this host; never trusts it."""
        self._offered = key
        self._known = bool(_known_hosts(self._way).match(host, addr, None if port == _SSH_PORT else port)[0])
        return False

    def refusal(self, error: Exception) -> ConnectError:
        """Why the jump host cannot be used, and what to do."""
        way, jump = self._way, self._way.jump
        if self._offered and isinstance(error, asyncssh.HostKeyNotVerifiable):
            name = jump.host if jump.port == _SSH_PORT else f"[{jump.host}]:{jump.port}"
            text = way.says(
                "changed" if self._known else "unknown",
                path=str(jump.known_hosts),
                name=name,
                fingerprint=self._offered.get_fingerprint(),
                scan=f"ssh-keyscan -p {jump.port} {jump.host} >> {jump.known_hosts}",
            )
            return ConnectError(text)
        if isinstance(error, asyncssh.PermissionDenied):
            return ConnectError(way.says("denied", user=jump.user))
        return ConnectError(way.says("unusable", reason=_reason(error)))
