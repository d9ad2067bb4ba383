"""How the tunnel logs in at its jump host, and what it says of one that cannot be used; without any network."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from agent.collection import tunnel
from agent.collection.tunnel import JumpHost, TunnelRoute, parse_jump_host
from agent.support.errors import ConfigError
from agent.support.i18n import render_text

KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER = asyncssh.generate_private_key("ssh-ed25519")


def route(directory: Path, url: str = "ssh://ops@jump", key: Path | None = None) -> TunnelRoute:
    return TunnelRoute(parse_jump_host(url, key, directory / "known_hosts"), "orders", "db.internal", 2881, 5.0)


def written(directory: Path, mode: int = 0o600) -> Path:
    path = directory / "key"
    KEY.write_private_key(str(path))
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("url", "host", "port", "user"),
    [
        ("ssh://ops@jump", "jump", 22, "ops"),
        ("ssh://ops@jump:2222", "jump", 2222, "ops"),
        ("ssh://a%40b@10.0.0.1:22", "10.0.0.1", 22, "a@b"),
        ("ssh://jump", "jump", 22, ""),
    ],
)
def test_where_the_jump_host_is_and_who_logs_in(url: str, host: str, port: int, user: str) -> None:
    usual = Path("~/.ssh/known_hosts").expanduser()
    own = {"url": url, "host": host, "port": port, "user": user}
    assert parse_jump_host(url) == JumpHost(**own, key=None, known_hosts=usual)  # type: ignore[arg-type]
    given = parse_jump_host(url, Path("k"), Path("h"))
    assert (given.key, given.known_hosts) == (Path("k"), Path("h"))


def test_only_what_the_engagement_says_decides_how_to_log_in(tmp_path: Path) -> None:
    """Without a key the agent's and the user's own are tried; with one, no other."""
    plain = tunnel._build_options(route(tmp_path, "ssh://ops@jump:2222"))
    assert not plain.pop("known_hosts").match("jump", "", 2222)[0], "where there is no file, no host is known"
    assert plain == {
        "host": "jump",
        "port": 2222,
        "username": "ops",
        "config": None,
        "preferred_auth": "publickey",
        "x509_trusted_certs": None,
        "gss_host": None,
        "keepalive_interval": 15,
    }
    keyed = tunnel._build_options(route(tmp_path, "ssh://ops@jump:2222", written(tmp_path)))
    more = {name: value for name, value in keyed.items() if name not in plain and name != "known_hosts"}
    assert more == {"client_keys": [KEY], "agent_path": None}


@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o400, False), (0o610, True), (0o601, True)])
def test_a_key_that_others_can_use_is_refused(tmp_path: Path, mode: int, is_open: bool) -> None:
    path = written(tmp_path, mode)
    if not is_open:
        assert tunnel._read_key(route(tmp_path), path) == KEY
        return
    with pytest.raises(ConfigError) as error:
        tunnel._read_key(route(tmp_path), path)
    assert f"run: chmod 600 {path}" in render_text(error.value.text, "en")


def refusal(way: TunnelRoute, error: Exception, offered: Any = None) -> str:
    client = tunnel._Client(way)
    if offered:
        jump = way.jump
        assert client.validate_host_public_key(jump.host, "10.0.0.1", jump.port, offered) is False, "never trusted"
    return render_text(client.refusal(error).text, "en")


@pytest.mark.parametrize(("url", "name"), [("ssh://ops@jump", "jump"), ("ssh://ops@jump:2222", "[jump]:2222")])
def test_a_key_that_is_not_known_is_told_from_one_that_changed(tmp_path: Path, url: str, name: str) -> None:
    """As ssh does, known_hosts names another port than 22 beside the host."""
    way, wrong = route(tmp_path, url), asyncssh.HostKeyNotVerifiable("no")
    said = refusal(way, wrong, OTHER)
    assert "is not known here" in said and OTHER.get_fingerprint() in said
    assert f"ssh-keyscan -p {way.jump.port} jump >> {way.jump.known_hosts}" in said
    public = KEY.export_public_key().decode().strip()
    way.jump.known_hosts.write_text(f"elsewhere {public}\n")
    assert "is not known here" in refusal(way, wrong, OTHER)
    way.jump.known_hosts.write_text(f"{name} {public}\n")
    said = refusal(way, wrong, OTHER)
    assert "is another one than" in said and f"ssh-keygen -R '{name}' -f {way.jump.known_hosts}" in said


def test_another_failure_is_told_as_what_it_is(tmp_path: Path) -> None:
    way = route(tmp_path)
    assert "refused the keys offered for ops" in refusal(way, asyncssh.PermissionDenied("no"))
    assert "(Connection refused)" in refusal(way, OSError(errno.ECONNREFUSED, "Connection refused"))
    assert "(TimeoutError)" in refusal(way, TimeoutError())
    assert "(what it says)" in refusal(way, OSError("what it says"))
    assert "(no)" in refusal(way, asyncssh.HostKeyNotVerifiable("no")), "no key was offered"
    assert "(gone)" in refusal(way, OSError("gone"), KEY), "the key is not what failed"


def test_bytes_are_carried_until_one_side_ends_or_breaks() -> None:
    class Writer:
        def __init__(self, last: int) -> None:
            self.got, self.last = list[bytes](), last

        def write(self, data: bytes) -> None:
            self.got.append(data)

        async def drain(self) -> None:
            if len(self.got) == self.last:
                raise ConnectionResetError

    def carry(last: int) -> tuple[list[bytes], list[int]]:
        left, asked, writer = [b"a", b"b", b"", b"c"], list[int](), Writer(last)

        async def read(most: int) -> bytes:
            asked.append(most)
            return left.pop(0)

        asyncio.run(tunnel._pump_bytes(read, writer))
        return writer.got, asked

    assert carry(9) == ([b"a", b"b"], [65536] * 3)
    assert carry(1) == ([b"a"], [65536])
