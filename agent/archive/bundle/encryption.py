"""Encrypts a bundle for its reader and opens it again, in the form of age (age-encryption.org).

A recipient is a public key, ``age1...`` or that of an SSH key; an identity is the secret key to one of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agent.model.terms import Text
from agent.support.credentials import resolve_reference, reveal_secret
from agent.support.errors import BundleError, ConfigError
from agent.support.files import read_whole
from agent.support.installation import advise_install

if TYPE_CHECKING:
    from pyrage import ssh, x25519

    Recipient = ssh.Recipient | x25519.Recipient
    Identity = ssh.Identity | x25519.Identity

_MARK = b"age-encryption.org/"
_MOST_KEY_BYTES = 1 << 16
_SSH_KINDS = ("ssh-ed25519 ", "ssh-rsa ")


def is_encrypted(content: bytes) -> bool:
    """Whether a file is encrypted by age."""
    return content.startswith(_MARK)


def encrypt_content(content: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return the content as one that each of the recipients can open."""
    from pyrage import encrypt

    return encrypt(content, recipients)


def parse_recipients(given: Iterable[str]) -> list[Recipient]:
    """Return the recipients that were named: each a public key, or a file with one in each line.

    Raises ConfigError for what is neither, and without the library.
    """
    found = []
    for word in given:
        is_key = word.startswith(("age1", *_SSH_KINDS))
        for line in [word] if is_key else _read_lines(Path(word).expanduser()):
            found.append(_parse_recipient(line, word))
    return found


def _read_lines(path: Path) -> list[str]:
    text = read_whole(path, most_bytes=_MOST_KEY_BYTES).decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise ConfigError(Text("{path} names no recipient. Write a public key in each line.", {"path": str(path)}))
    return found


def _parse_recipient(line: str, given: str) -> Recipient:
    _require_library()
    from pyrage import RecipientError, ssh, x25519

    try:
        if line.startswith(_SSH_KINDS):
            return ssh.Recipient.from_str(line)
        return x25519.Recipient.from_str(line)
    except RecipientError:
        text = (
            "--encrypt-to {given}: this is no public key to encrypt for. Take one that begins with age1, ssh-ed25519 "
            "or ssh-rsa, or a file of such keys."
        )
        raise ConfigError(Text(text, {"given": given})) from None


def decrypt_content(content: bytes, reference: str | None, where: str) -> bytes:
    """Open what was encrypted for the identity that ``reference`` points to; ``where`` names it in messages.

    Raises ConfigError without an identity or the library, BundleError for a file that it does not open.
    """
    args = {"path": where}
    if not reference:
        text = "{path} is encrypted. Name the secret key that opens it: --identity file:/path, env:NAME or command:..."
        raise ConfigError(Text(text, args))
    _require_library()
    from pyrage import DecryptError, decrypt

    identities = _read_identities(reference)
    try:
        return decrypt(content, identities)
    except DecryptError:
        text = (
            "{path} cannot be decrypted with this --identity: it was encrypted for somebody else, or it was altered, "
            "damaged or cut short. Ask for the file once more, encrypted for your key."
        )
        raise BundleError(Text(text, args)) from None


def _read_identities(reference: str) -> list[Identity]:
    from pyrage import IdentityError, ssh, x25519

    found: list[Identity] = []
    secret = reveal_secret(resolve_reference(reference))
    try:
        if secret.lstrip().startswith("-----BEGIN"):
            return [ssh.Identity.from_buffer(secret.encode() + b"\n")]
        lines = [line.strip() for line in secret.splitlines()]
        found += [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except IdentityError:
        pass  # whatever of it can be read, is not all of it
    if not found:
        text = (
            "{reference} holds no secret key of age and no private SSH key without a passphrase. "
            "Name the one whose public key you gave the customer."
        )
        raise ConfigError(Text(text, {"reference": reference}))
    return found


def _require_library() -> None:
    try:
        import pyrage  # noqa: F401
    except ImportError:
        text = "Encrypted bundles need a package that is not installed; {install}"
        raise ConfigError(Text(text, {"install": advise_install("bundle")})) from None
