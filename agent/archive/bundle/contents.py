"""What is in a bundle: its head as JSON, and of each target the snapshot and the journal."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping

import zstandard
from pydantic import TypeAdapter, ValidationError

from agent.archive.bundle.container import pack_members, unpack_members
from agent.archive.document_types import is_plausible
from agent.archive.json_values import parse_json, to_json_value
from agent.model.bundle import Bundle, BundleHead, TargetParts
from agent.model.terms import Text
from agent.support import sshsig
from agent.support.errors import BundleError

MOST_BYTES = 1 << 28
_HEAD = "bundle.json"
_FORM = 1
_MOST_JOURNAL_BYTES = 1 << 26
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ADAPTER = TypeAdapter(BundleHead)


def pack_bundle(head: BundleHead, parts: Mapping[str, TargetParts], sign: Callable[[bytes], bytes]) -> bytes:
    """Return the signed file. ``sign`` returns the armored signature of what it is given."""
    plain = {"form": _FORM, **to_json_value(dataclasses.asdict(head))}
    members = {_HEAD: (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()}
    for number, target in enumerate(head.targets, start=1):
        part = parts[target.name]
        members[_name_snapshot(number)] = part.snapshot
        if part.journal is not None:
            members[_name_journal(number)] = zstandard.ZstdCompressor(level=9).compress(part.journal)
    return pack_members(members, sign)


def unpack_bundle(content: bytes, signer: str, where: str) -> Bundle:
    """Return what a file holds that is signed with this key (a line such as ``ssh-ed25519 AAAA...``).

    Snapshots are not opened. Raises BundleError for any other file.
    """
    found = unpack_members(content, where)
    pinned = sshsig.parse_public_key(signer)
    fingerprint = sshsig.fingerprint_key(found.signer)
    if sshsig.format_public_key(found.signer) != sshsig.format_public_key(pinned):
        text = (
            "{path}: the bundle was signed with the key {found}, and bundles of this customer are signed with "
            "{pinned}. Ask the customer which key is theirs."
        )
        args = {"path": where, "found": fingerprint, "pinned": sshsig.fingerprint_key(pinned)}
        raise BundleError(Text(text, args))
    members = dict(found.members)
    head = _read_head(members.pop(_HEAD, b""), where)
    parts = {}
    for number, target in enumerate(head.targets, start=1):
        saved, packed = members.pop(_name_snapshot(number), None), members.pop(_name_journal(number), None)
        if saved is None or (packed is None) != target.is_redacted:
            raise _build_unfit(where)
        parts[target.name] = TargetParts(saved, None if packed is None else _unpack_journal(packed, where))
    if members:
        raise _build_unfit(where)
    return Bundle(where=where, head=head, parts=parts, sha256=hashlib.sha256(content).hexdigest(), signer=fingerprint)


def _name_snapshot(number: int) -> str:
    return f"target-{number}/snapshot.obh"


def _name_journal(number: int) -> str:
    return f"target-{number}/journal.jsonl.zst"


def _build_unfit(where: str) -> BundleError:
    text = "{path}: what the bundle holds does not fit what it says of itself. Ask for one that collect --bundle wrote."
    return BundleError(Text(text, {"path": where}))


def _read_head(content: bytes, where: str) -> BundleHead:
    try:
        plain = parse_json(content.decode())
        form = plain.pop("form")
        if isinstance(form, int) and form > _FORM:
            text = "{path}: written by a newer agent; upgrade this one."
            raise BundleError(Text(text, {"path": where}))
        head = _ADAPTER.validate_python(plain)
        if form != _FORM or any(_list_faults(head)):
            raise ValueError("another form")
    except (ValueError, LookupError, TypeError, AttributeError, ValidationError, RecursionError):
        raise _build_unfit(where) from None
    return head


def _list_faults(head: BundleHead) -> Iterator[bool]:
    names, ids = [one.name for one in head.targets], [one.assessment_id for one in head.targets]
    yield not names or len({*names}) < len(names) or len({*ids}) < len(ids)
    yield not is_plausible(head.made_at)
    for one in head.targets:
        yield not one.sent_at
        moments = (one.as_of, one.server_clock, one.local_clock, *one.sent_at)
        yield not all(map(is_plausible, moments))
        yield not (_ID.fullmatch(one.assessment_id) and _HASH.fullmatch(one.journal_sha256))


def _unpack_journal(packed: bytes, where: str) -> bytes:
    """Look at the declared size first: a small file may expand to gigabytes."""
    try:
        if not 0 <= zstandard.frame_content_size(packed) <= _MOST_JOURNAL_BYTES:
            raise ValueError("its size is not that of a journal")
        return zstandard.ZstdDecompressor().decompress(packed)
    except (zstandard.ZstdError, ValueError):
        raise _build_unfit(where) from None
