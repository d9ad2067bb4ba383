"""Bundles that only their reader can open."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from agent.archive.bundle.encryption import decrypt_content, encrypt_content, is_encrypted, parse_recipients
from agent.support.errors import BundleError, ConfigError
from agent.support.i18n import render_text
from tests.agent.signing import KEY, SIGNER

pyrage = pytest.importorskip("pyrage")
IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())
CONTENT = b"a bundle" * 20


def kept(path: Path, content: str) -> str:
    path.touch(0o600)
    path.write_text(content)
    return f"file:{path}"


def test_each_recipient_opens_it_and_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "recipients").write_text(f"# the TAM\n{PUBLIC}\n\n{SIGNER} a dba\n")
    made = encrypt_content(CONTENT, parse_recipients([str(tmp_path / "recipients")]))
    assert is_encrypted(made) and not is_encrypted(CONTENT) and CONTENT not in made
    ssh = KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    for name, secret in {"age": f"# created: today\n{IDENTITY}\n", "ssh": ssh}.items():
        assert decrypt_content(made, kept(tmp_path / name, secret), "a.obb") == CONTENT
    other = kept(tmp_path / "other", str(pyrage.x25519.Identity.generate()))
    with pytest.raises(BundleError):
        decrypt_content(made, other, "a.obb")
    assert encrypt_content(CONTENT, parse_recipients([PUBLIC, SIGNER])) != made, "no two are alike"


def test_what_is_no_key_is_told_and_no_secret_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "none").write_text("# nobody\n")
    for given_word in ("age1zzz", "ssh-ed25519 zzz", str(tmp_path / "none"), str(tmp_path / "missing")):
        with pytest.raises(ConfigError):
            parse_recipients([given_word])
    made = encrypt_content(CONTENT, parse_recipients([PUBLIC]))
    for reference in (None, kept(tmp_path / "bad", "AGE-SECRET-KEY-1QQQ"), kept(tmp_path / "few", "# no key\n")):
        with pytest.raises(ConfigError) as caught:
            decrypt_content(made, reference, "a.obb")
        assert "QQQ" not in render_text(caught.value.text, "en")
    monkeypatch.setitem(sys.modules, "pyrage", None)
    for use in (lambda: parse_recipients([PUBLIC]), lambda: decrypt_content(made, "env:HOME", "a.obb")):
        with pytest.raises(ConfigError) as caught:
            use()
        assert "extra bundle" in render_text(caught.value.text, "en")


MADE = encrypt_content(CONTENT, [IDENTITY.to_public()])


@given(st.integers(0, len(MADE) - 1), st.integers(0, 255))
def test_a_byte_that_differs_or_lacks_is_refused(place: int, change: int) -> None:
    altered = MADE[:place] + (bytes([MADE[place] ^ change]) + MADE[place + 1 :] if change else b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDENTITY", str(IDENTITY))
        with pytest.raises(BundleError):
            decrypt_content(altered, "env:IDENTITY", "a.obb")
