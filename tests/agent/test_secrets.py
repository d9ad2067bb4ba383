"""Credential references: found where they point to, refused where others could read them, never shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from agent.errors import ConfigError
from agent.i18n import render
from agent.secrets import Secret, is_reference, resolve

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
        resolve(reference)
    assert caught.value.__cause__ is None
    return render(caught.value.text, "en")


def same(secret: str, expected: str) -> bool:
    """Compared as bytes, so that a failing assertion shows nothing either."""
    return secret.encode() == expected.encode()


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_PASSWORD", PASSWORD)
    assert same(resolve("env:ACME_PASSWORD"), PASSWORD)


@pytest.mark.parametrize(
    ("content", "expected"),
    [("pw", "pw"), ("pw\n", "pw"), ("pw\r\n", "pw"), ("pw\n\n", "pw\n"), (" pw ", " pw "), ("密码", "密码")],
)
def test_from_a_file_without_its_last_newline(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "pw"
    path.write_bytes(content.encode())
    path.chmod(0o600)
    assert same(resolve(f"file:{path}"), expected)


def test_from_a_file_in_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pw").write_text(PASSWORD)
    (tmp_path / "pw").chmod(0o400)
    assert same(resolve("file:~/pw"), PASSWORD)


@pytest.mark.usefixtures("keyring_backend")
def test_from_the_keyring() -> None:
    assert same(resolve("keyring:ob-health/acme/reader"), PASSWORD)


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
    assert "does not name a plain file" in refusal(f"file:{tmp_path}/pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "binary").chmod(0o600)
    assert "not UTF-8" in refusal(f"file:{tmp_path}/binary")


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
    "reference", ["S3CRET", "", "env:", "env:S3-CRET", "file:S3CRET", "keyring:S3CRET", "vault:S3CRET", "env:S3CRET\n"]
)
def test_what_is_no_reference_is_refused_and_never_repeated(reference: str) -> None:
    assert not is_reference(reference)
    assert "S3CRET" not in refusal(reference)


def test_a_secret_is_never_shown() -> None:
    secret = Secret(PASSWORD)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>20}", f"{secret:>9}", "%s" % secret, f"{[secret]}"]  # noqa: UP031
    assert not any("S3CRET" in text for text in shown)
    assert secret.encode() == PASSWORD.encode()
