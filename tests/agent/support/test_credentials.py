"""Credential references: found where they point to, refused where others could read them, never shown."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from agent.support.credentials import (
    Secret,
    harmless_environment,
    hide_passwords,
    is_reference,
    list_needed_variables,
    resolve_reference,
)
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.waiting import eventually

PASSWORD = "S3CRET pass#word"


class InMemory(KeyringBackend):
    """A keyring that forgets at the end."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture
def keyring_backend() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    keyring.set_password("ob-health/acme", "reader", PASSWORD)
    yield
    keyring.set_keyring(before)


def refusal(reference: str) -> str:
    with pytest.raises(ConfigError) as caught:
        resolve_reference(reference)
    assert caught.value.__cause__ is None
    return render_text(caught.value.text, "en")


def same(secret: str, expected: str) -> bool:
    """Compared as bytes, so that a failing assertion shows nothing either."""
    return secret.encode() == expected.encode()


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_PASSWORD", PASSWORD)
    assert same(resolve_reference("env:ACME_PASSWORD"), PASSWORD)


@pytest.mark.parametrize(
    ("content", "expected"),
    [("pw", "pw"), ("pw\n", "pw"), ("pw\r\n", "pw"), ("pw\n\n", "pw\n"), (" pw ", " pw "), ("密码", "密码")],
)
def test_from_a_file_without_its_last_newline(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "pw"
    path.write_bytes(content.encode())
    path.chmod(0o600)
    assert same(resolve_reference(f"file:{path}"), expected)


def test_from_a_file_in_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pw").write_text(PASSWORD)
    (tmp_path / "pw").chmod(0o400)
    assert same(resolve_reference("file:~/pw"), PASSWORD)


def program(directory: Path, body: str, mode: int = 0o700) -> str:
    """A command reference to a script with an argument of two words."""
    path = directory / "my store"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(mode)
    return f"command:'{path}' 'acme ob' x"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("echo pw", "pw"),
        ("printf pw", "pw"),
        (r"printf 'pw\r\n'", "pw"),
        (r"printf 'pw\nuser: reader\n'", "pw"),
        ("echo ' p w '", " p w "),
        ("echo 密码", "密码"),
        ('echo "$1|$2|$#"', "acme ob|x|2"),
        ("cat; echo closed", "closed"),
        ('echo "$HOME"', "/home/of/the/reader"),
    ],
)
def test_from_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, expected: str) -> None:
    monkeypatch.setenv("HOME", "/home/of/the/reader")
    assert same(resolve_reference(program(tmp_path, body)), expected)


def test_a_command_is_no_shell_line(tmp_path: Path) -> None:
    assert same(resolve_reference("command:echo $HOME; touch S3CRET > x | y `z`"), "$HOME; touch S3CRET > x | y `z`")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("echo S3CRET; echo S3CRET >&2; exit 3", "failed (exit code 3)"),
        ("echo S3CRET; kill -9 $$", "failed (exit code -9)"),
        (r"printf '\nS3CRET\n'", "printed no password in its first line"),
        (":", "printed no password in its first line"),
        (r"printf 'S3CRET\377\n'", "printed no UTF-8 text"),
    ],
)
def test_what_a_failing_command_says_is_never_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], body: str, said: str
) -> None:
    message = refusal(program(tmp_path, body))
    assert f"The password program {tmp_path}/my store {said}" in message
    assert "S3CRET" not in message and "acme" not in message
    assert capfd.readouterr() == ("", "")


def test_a_command_that_waits_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.support.credentials.COMMAND_TIMEOUT_S", 0.3)
    assert "was not done within" in refusal(program(tmp_path, "echo S3CRET; exec sleep 300"))


def is_running(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


ENDLESS = "while :; do echo S3CRET S3CRET S3CRET S3CRET S3CRET S3CRET; done"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sleep 300 & echo $! > child; echo S3CRET; wait", "was not done within"),
        ("(trap '' TERM HUP INT; exec >&- ; sleep 300) & echo $! > child; sleep 300", "was not done within"),
        ("sleep 300 & echo $! > child; exec >&-; wait", "was not done within"),
        ("sleep 300 & echo $! > child; while :; do printf .; sleep 0.01; done", "was not done within"),
        ("sleep 300 & echo $! > child; printf '%70000s' S3CRET; wait", "printed more than 64 KiB"),
        (f"sleep 300 & echo $! > child; {ENDLESS}", "printed more than 64 KiB"),
        (f"({ENDLESS}) & echo $! > child; wait", "printed more than 64 KiB"),
    ],
)
def test_a_command_is_bounded_in_time_and_size_and_ends_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    monkeypatch.setattr("agent.support.credentials.COMMAND_TIMEOUT_S", 3.0)
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    message = refusal(program(tmp_path, body))
    assert said in message and "S3CRET" not in message
    assert time.monotonic() - began < 20
    child = int((tmp_path / "child").read_text())
    eventually(lambda: not is_running(child))


def test_a_command_without_end_takes_no_memory(tmp_path: Path) -> None:
    """In a process of its own, whose memory is limited: the output is not kept until the time is over."""
    script = (
        "import resource, sys\n"
        "from agent.support.credentials import resolve_reference\n"
        "from agent.support.errors import ConfigError\n"
        "from tests.memory import read_peak_mb\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "try: resolve_reference('command:cat /dev/zero')\n"
        "except ConfigError: print('refused', read_peak_mb() < 300)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "refused True\n"


def test_an_agent_that_a_command_leaves_behind_is_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    assert same(resolve_reference(program(tmp_path, 'sleep 30 & echo $! > "$0.pid"; echo pw')), "pw")
    assert time.monotonic() - began < 20
    child = int((tmp_path / "my store.pid").read_text())
    assert is_running(child)
    os.kill(child, signal.SIGKILL)


def test_a_command_in_another_thread(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert same(pool.submit(resolve_reference, program(tmp_path, "echo pw")).result(), "pw")


def test_a_command_may_ask_at_the_terminal(tmp_path: Path) -> None:
    script = (
        "from agent.support.credentials import resolve_reference\n"
        "found = [resolve_reference('command:sh ask.sh') for _ in range(2)]\n"
        "input('ours again')\n"
        "print('found', [list(one) == list('open sesame') for one in found])\n"
    )
    (tmp_path / "ask.sh").write_text("read answer < /dev/tty; echo open $answer\n")
    process, terminal = pty.fork()
    if not process:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-c", script])
    os.write(terminal, b"sesame\nsesame\n\n")
    said = b""
    with suppress(OSError):  # the terminal is gone when the process is
        while chunk := os.read(terminal, 1000):
            said += chunk
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, said
    assert b"found [True, True]" in said


def test_commands_that_cannot_be_run(tmp_path: Path) -> None:
    assert "cannot be run (No such file" in refusal("command:/no/such/program S3CRET")
    assert "cannot be run (Permission denied" in refusal(program(tmp_path, "echo S3CRET", 0o600))
    assert "S3CRET" not in refusal("command:echo 'S3CRET")
    assert "cannot be run" in refusal("command:'' S3CRET")


@pytest.mark.usefixtures("keyring_backend")
def test_from_the_keyring() -> None:
    assert same(resolve_reference("keyring:ob-health/acme/reader"), PASSWORD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o620, 0o601])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "pw"
    path.write_text(PASSWORD)
    path.chmod(mode)
    message = refusal(f"file:{path}")
    assert f"chmod 600 {path}" in message
    assert "S3CRET" not in message


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    assert "No such file" in refusal(f"file:{tmp_path}/none")
    assert "cannot be read" in refusal(f"file:{tmp_path}")
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "must be a plain file" in refusal(f"file:{tmp_path}/pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "binary").chmod(0o600)
    assert "no text in UTF-8" in refusal(f"file:{tmp_path}/binary")


def test_nothing_where_it_points_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_PASSWORD", raising=False)
    assert "export ACME_PASSWORD" in refusal("env:ACME_PASSWORD")
    monkeypatch.setenv("ACME_PASSWORD", "")
    assert "env:ACME_PASSWORD points to nothing" in refusal("env:ACME_PASSWORD")
    (tmp_path / "pw").touch(0o600)
    assert "points to nothing" in refusal(f"file:{tmp_path}/pw")


@pytest.mark.usefixtures("keyring_backend")
def test_what_the_keyring_does_not_hold() -> None:
    assert "run: keyring set ob-health nobody" in refusal("keyring:ob-health/nobody")


@pytest.mark.usefixtures("keyring_backend")
def test_a_machine_without_a_keyring() -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    message = refusal("keyring:ob-health/acme/reader")
    assert "keyring:ob-health/acme/reader cannot be used (NoKeyringError)" in message


@pytest.mark.parametrize(
    "reference",
    [
        "S3CRET",
        "",
        "env:",
        "env:S3-CRET",
        "file:S3CRET",
        "keyring:S3CRET",
        "vault:S3CRET",
        "env:S3CRET\n",
        "command:",
        "command: S3CRET",
        "command:x\nS3CRET",
    ],
)
def test_what_is_no_reference_is_refused_and_never_repeated(reference: str) -> None:
    assert not is_reference(reference)
    assert "S3CRET" not in refusal(reference)


def test_a_secret_is_never_shown() -> None:
    secret = Secret(PASSWORD)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>20}", f"{secret:>9}", "%s" % secret, f"{[secret]}"]  # noqa: UP031
    assert not any("S3CRET" in text for text in shown)
    assert secret.encode() == PASSWORD.encode()


def test_programs_get_no_password_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    given = harmless_environment()
    assert PASSWORD not in given.values() and given["PATH"] and given["XDG_CACHE_HOME"] == "/cache"
    with hide_passwords():
        said = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    assert PASSWORD not in said and "XDG_CACHE_HOME=/cache" in said
    assert os.environ["OB_HEALTH_PASSWORD"] == PASSWORD


def test_a_program_gets_the_variables_that_its_references_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANT_PASSWORD", PASSWORD)
    monkeypatch.setenv("HISTORY_KEY", "the key")
    needed = list_needed_variables(["env:HISTORY_KEY", "file:/srv/key", "sqlite:////srv/h.db", None])
    assert needed == {"HISTORY_KEY"}
    with hide_passwords(needed):
        said = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    assert PASSWORD not in said and "HISTORY_KEY=the key" in said
    assert "TENANT_PASSWORD" in list_needed_variables(["env:HISTORY_KEY", "command:vault read x"])
    assert "TENANT_PASSWORD" in list_needed_variables(["keyring:service/user"])


def test_a_reference_is_resolved_once_the_passwords_are_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANT_PASSWORD", PASSWORD)
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(resolve_reference("env:TENANT_PASSWORD")))
    with hide_passwords():
        asking.start()
        asking.join(0.2)
        assert not found
    asking.join(10)
    assert found == [PASSWORD]
