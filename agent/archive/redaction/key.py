"""The key of a redaction: it makes pseudonyms, and seals and unseals the original.

One secret of 256 bits gives a key for pseudonyms (HMAC-SHA-256) and one for sealing (AES-256-SIV). Without the secret
nobody can make or undo a pseudonym, or read the original. Both keys work deterministically: the same snapshot and the
same key make the same file.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent.model.terms import Text
from agent.support.credentials import read_private
from agent.support.errors import ConfigError, WriteError

_KEY_BYTES = 32
_NAME_DIGITS = 12  # 48 bits: with 100,000 names the odds of two alike are one in 50,000


class RedactionKey:
    """One secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._names = _derive_key(secret, b"ob-health pseudonyms", 32)
        self._seal = AESSIV(_derive_key(secret, b"ob-health sealed snapshot", 64))

    def pseudonym(self, kind: str, name: str) -> str:
        """``table_7f3a9c02be51``: the same for the same kind, name and key."""
        digest = hmac.digest(self._names, f"{kind}\0{name}".encode("utf-8", "surrogatepass"), "sha256")
        return f"{kind}_{digest.hex()[:_NAME_DIGITS]}"

    def seal(self, content: bytes, bound_to: str) -> str:
        """The content, encrypted, in Base64. To read it takes this key and the text ``bound_to``."""
        return base64.b64encode(self._seal.encrypt(content, [bound_to.encode()])).decode()

    def unseal(self, sealed: str, bound_to: str) -> bytes | None:
        """The content that was sealed; None for another key, another ``bound_to`` or altered content."""
        try:
            return self._seal.decrypt(base64.b64decode(sealed, validate=True), [bound_to.encode()])
        except (InvalidTag, binascii.Error, ValueError):
            return None


def _derive_key(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


def make_redaction_key(path: Path) -> None:
    """Write a new key that only its owner can read. Raises ConfigError if the file exists: no key is overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(
            Text("{path} exists already, and a key is never overwritten. Choose another name.", {"path": str(path)})
        ) from None
    except OSError as error:
        args = {"path": str(path), "reason": error.strerror or str(error)}
        raise WriteError(Text("{path}: the key cannot be written ({reason}). Choose another place.", args)) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")


def read_redaction_key(path: Path) -> RedactionKey:
    """The key of a file. Raises ConfigError if there is none, or if others can read it too."""
    if not path.exists():
        text = "There is no key file {path}. Name the right one, or make one: ob-health snapshot key FILE"
        raise ConfigError(Text(text, {"path": str(path)}))
    content = read_private(path)
    try:
        secret = base64.b64decode(content.strip().encode(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise ConfigError(Text("{path} holds no key. Make one: ob-health snapshot key FILE", {"path": str(path)}))
    return RedactionKey(secret)
