"""Seals snapshots for the history, and opens them again: AES-256-GCM with a key that the history never holds.

A snapshot describes the databases of a customer, and a history may lie on a server that others administer. So nothing
is kept in it but what the key opens, and without a key no snapshot is kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent.archive.snapshot import PackedSnapshot
from agent.model.terms import Scalar, Text
from agent.support.credentials import resolve_reference
from agent.support.errors import ConfigError, DamagedHistory

_KEY_BYTES, _NONCE_BYTES, _ID_BYTES = 32, 12, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSnapshot:
    """A snapshot as the history keeps it. ``sha256`` is that of the snapshot, ``key_id`` tells the key."""

    sha256: str
    key_id: str
    content: bytes

    @property
    def sealed_sha256(self) -> str:
        """The hash of the sealed bytes."""
        return hashlib.sha256(self.content).hexdigest()


class HistoryKeys:
    """The keys of a history: the first seals, each of them opens. Each is 32 bytes."""

    def __init__(self, given: Iterable[bytes]) -> None:
        self._keys = {_derive(secret, b"key id", _ID_BYTES).hex(): _derive(secret, b"seal", 32) for secret in given}
        self._first = next(iter(self._keys))

    def seal(self, assessment_id: str, packed: PackedSnapshot) -> SealedSnapshot:
        """Seal a snapshot for one assessment: it does not open for another one."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = _bind(assessment_id, packed.sha256)
        content = nonce + AESGCM(self._keys[self._first]).encrypt(nonce, packed.content, bound)
        return SealedSnapshot(sha256=packed.sha256, key_id=self._first, content=content)

    def open(self, assessment_id: str, sealed: SealedSnapshot) -> PackedSnapshot:
        """Return what was sealed. Raises ConfigError without its key, DamagedHistory for altered content."""
        args: dict[str, Scalar] = {"id": assessment_id, "key_id": sealed.key_id}
        key = self._keys.get(sealed.key_id)
        if key is None:
            text = (
                "The snapshot of {id} was sealed with the key {key_id}, which history_key does not name. Add it there."
            )
            raise ConfigError(Text(text, args))
        nonce, rest = sealed.content[:_NONCE_BYTES], sealed.content[_NONCE_BYTES:]
        try:
            return PackedSnapshot(AESGCM(key).decrypt(nonce, rest, _bind(assessment_id, sealed.sha256)), sealed.sha256)
        except (InvalidTag, ValueError):
            raise build_altered_snapshot(assessment_id) from None


def build_altered_snapshot(assessment_id: str) -> DamagedHistory:
    """Return the error for a kept snapshot that is not what was kept."""
    text = (
        "The snapshot of {id} in the history has been altered: its hash does not match. "
        "Restore the history from a backup."
    )
    return DamagedHistory(Text(text, {"id": assessment_id}))


def read_history_keys(references: Iterable[str]) -> HistoryKeys | None:
    """Return the keys that references point to; None where there is none. Raises ConfigError for what is no key."""
    found = [_read_key(reference) for reference in references]
    return HistoryKeys(found) if found else None


def _read_key(reference: str) -> bytes:
    try:
        secret = base64.b64decode(resolve_reference(reference).strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        text = "history_key: {reference} holds no key. Make one: ob-health snapshot key FILE"
        raise ConfigError(Text(text, {"reference": reference}))
    return secret


def _bind(assessment_id: str, sha256: str) -> bytes:
    return f"{assessment_id}\0{sha256}".encode()


def _derive(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"ob-health history " + purpose).derive(secret)
