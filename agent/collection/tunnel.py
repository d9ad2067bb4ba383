"""A private tunnel to the database through an SSH jump host.

The driver holds one end of a connected pair of sockets; a thread carries bytes between the other end and a channel of
the SSH connection. No port is opened and no file is made, so nobody else on this machine can use the tunnel. It ends
when the driver's end is closed. Needs the extra ``ssh``.
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

from agent.collection.server_errors import cut_message
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
    "known_hosts": "{target}: {path} cannot be read as a known_hosts file ({reason}); correct it",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpHost:
    """An SSH server, and the user to log in as. Without ``key``, the user's ssh-agent and usual keys are tried."""

    url: str
    host: str
    port: int
    user: str
    key: Path | None
    known_hosts: Path


def parse_jump_host(url: str, key: Path | None = None, known_hosts: Path | None = None) -> JumpHost:
    """Parse ``ssh://user@host:port``. ``known_hosts`` is the user's own file unless given."""
    parts = urlsplit(url)
    return JumpHost(
        url=url,
        host=parts.hostname or "",
        port=parts.port or _SSH_PORT,
        user=unquote(parts.username or ""),
        key=key,
        known_hosts=known_hosts or _KNOWN_HOSTS.expanduser(),
    )


@dataclass(frozen=True, slots=True)
class TunnelRoute:
    """The route from here to a target's database."""

    jump: JumpHost
    target: str
    host: str
    port: int
    timeout_s: float

    def says(self, message: str, **args: str) -> Text:
        """Return one of ``_MESSAGES`` about this route."""
        named = {"target": self.target, "via": self.jump.url, "host": self.host, "port": str(self.port)}
        return Text(_MESSAGES[message], {**named, **args})


def open_tunnel(way: TunnelRoute) -> socket.socket:
    """Return a socket that reaches the database. Raises ConnectError, or ConfigError for a key or known_hosts file."""
    near, far = socket.socketpair()
    opened: Future[None] = Future()
    threading.Thread(target=_run_tunnel, args=(way, far, opened), name=f"via {way.jump.url}", daemon=True).start()
    try:
        opened.result()
    except BaseException:
        near.close()
        raise
    return near


def _run_tunnel(way: TunnelRoute, far: socket.socket, opened: Future[None]) -> None:
    try:
        asyncio.run(_carry_bytes(way, far, lambda: opened.set_result(None)))
    except BaseException as error:  # noqa: BLE001 - the thread that waits must get every error
        if not opened.done():
            opened.set_exception(error)
    finally:
        far.close()


async def _carry_bytes(way: TunnelRoute, far: socket.socket, opened: Callable[[], None]) -> None:
    async with _open_channel(way) as (from_database, to_database):
        from_driver, to_driver = await asyncio.open_connection(sock=far)
        opened()
        ways = (
            asyncio.create_task(_pump_bytes(from_driver.read, to_database)),
            asyncio.create_task(_pump_bytes(from_database.read, to_driver)),
        )
        # Neither side goes on when the other has ended.
        _, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        to_driver.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(to_driver.wait_closed(), _CLOSE_S)


async def _pump_bytes(read: Callable[[int], Awaitable[bytes]], writer: Any) -> None:
    with contextlib.suppress(OSError, asyncssh.Error):  # a broken tunnel counts as ended: the driver notices
        while data := await read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()


@contextlib.asynccontextmanager
async def _open_channel(way: TunnelRoute) -> AsyncIterator[tuple[Any, Any]]:
    """Yield reader and writer of a channel from the jump host to the database."""
    client = _Client(way)
    options = _build_options(way)
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
            raise ConnectError(way.says("not_forwarded", reason=_describe_error(error))) from None
        yield channel
    finally:
        connection.close()
        with contextlib.suppress(OSError, asyncssh.Error, TimeoutError):
            await asyncio.wait_for(connection.wait_closed(), _CLOSE_S)


def _build_options(way: TunnelRoute) -> dict[str, Any]:
    """Return the options of the SSH connection. ~/.ssh/config is not read: only the engagement decides."""
    jump = way.jump
    asked = {
        "host": jump.host,
        "port": jump.port,
        "username": jump.user,
        "config": None,
        "known_hosts": _read_known_hosts(way),
        "preferred_auth": "publickey",
        "x509_trusted_certs": None,
        "gss_host": None,
        "keepalive_interval": _KEEPALIVE_S,
    }
    return asked | {"client_keys": [_read_key(way, jump.key)], "agent_path": None} if jump.key else asked


def _read_key(way: TunnelRoute, path: Path) -> asyncssh.SSHKey:
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(way.says("key_is_open", path=str(path)))
        return asyncssh.read_private_key(path)
    except (OSError, ValueError) as error:
        raise ConfigError(way.says("key_unusable", path=str(path), reason=_describe_error(error))) from None


def _read_known_hosts(way: TunnelRoute) -> asyncssh.SSHKnownHosts:
    path = way.jump.known_hosts
    try:
        return asyncssh.read_known_hosts(str(path)) if path.is_file() else asyncssh.import_known_hosts("")
    except (OSError, ValueError) as error:
        raise ConfigError(way.says("known_hosts", path=str(path), reason=_describe_error(error))) from None


def _describe_error(error: Exception) -> str:
    return cut_message(getattr(error, "strerror", None) or str(error) or type(error).__name__)


class _Client(asyncssh.SSHClient):
    """Remembers the host key that was refused, so that the error can say what is wrong with it."""

    def __init__(self, way: TunnelRoute) -> None:
        self._way = way
        self._offered: asyncssh.SSHKey | None = None
        self._known = False

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Called for a key that known_hosts does not hold for this host; never trusts it."""
        self._offered = key
        self._known = bool(_read_known_hosts(self._way).match(host, addr, None if port == _SSH_PORT else port)[0])
        return False

    def refusal(self, error: Exception) -> ConnectError:
        """Return why the jump host cannot be used, and what to do."""
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
        return ConnectError(way.says("unusable", reason=_describe_error(error)))
