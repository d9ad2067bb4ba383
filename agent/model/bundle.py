"""What a bundle says of itself: who collected what, when, and under which authorization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledTarget:
    """One target that was read. Times are aware; ``as_of`` is that of its snapshot.

    ``authorization_sha256`` is the hash of the signed document that was in force. ``sent_at`` is when each statement
    was sent and ``journal_sha256`` the hash of the journal's last line, also where the journal itself stays with the
    customer: where names are redacted. ``server_clock`` and ``local_clock`` are of the same moment, at the end.
    """

    name: str
    assessment_id: str
    as_of: datetime
    authorization_reference: str
    authorization_sha256: str
    server_clock: datetime
    local_clock: datetime
    journal_sha256: str
    sent_at: tuple[datetime, ...]
    is_redacted: bool


@dataclass(frozen=True, slots=True)
class BundleHead:
    """The first part of a bundle: whose it is, which agent made it and when (aware), and its targets in order."""

    customer: str
    agent_version: str
    made_at: datetime
    targets: tuple[BundledTarget, ...]


@dataclass(frozen=True, slots=True)
class TargetParts:
    """The files of one target in a bundle: its snapshot as it is saved, and its journal, None where it is redacted."""

    snapshot: bytes
    journal: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that is whole and signed with the right key. ``parts`` is by name of the target.

    ``where`` names it in messages, ``sha256`` is the hash of the signed file before it was encrypted, ``signer`` the
    fingerprint of the key.
    """

    where: str
    head: BundleHead
    parts: Mapping[str, TargetParts]
    sha256: str
    signer: str
