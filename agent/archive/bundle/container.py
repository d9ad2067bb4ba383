"""The form of a bundle: a plain tar archive whose first members are the hashes of the others and their signature.

Who is asked to send it can look into it with the tools of their system: ``tar``, ``sha256sum -c``, ``zstd``. For the
reader there is one sequence of bytes only for the same members: an archive that differs from what we would write of
them in any byte is refused. So nothing hides between members, and none of them is a link, a folder or a device.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from agent.model.terms import Scalar, Text
from agent.support import sshsig
from agent.support.errors import BundleError

SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.sig"
_HEAD = f"# Files of a bundle of ob-health. Check them with: sha256sum -c {SUMS}"
_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)
# Head, hashes, signature, and two files for each of a thousand targets.
_MOST_MEMBERS = 2003
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}(?:/[A-Za-z0-9][\w.-]{0,63})?", re.ASCII)


class SignedMembers(NamedTuple):
    """The members of an archive by name, without hashes and signature, and the key that signed them."""

    members: Mapping[str, bytes]
    signer: sshsig.PublicKey


def pack_members(members: Mapping[str, bytes], sign: Callable[[bytes], bytes]) -> bytes:
    """Return the archive. ``sign`` returns the armored signature of what it is given."""
    sums = _list_sums(members)
    return _pack({SUMS: sums, SIGNATURE: sign(sums), **members})


def unpack_members(content: bytes, where: str) -> SignedMembers:
    """Return what a signed archive holds. Whose key it is, the caller judges.

    Raises BundleError for what is none, or is cut short, altered, or holds what no bundle holds.
    """
    found = dict(_walk(content, where))
    sums, armored = found.pop(SUMS, b""), found.pop(SIGNATURE, b"")
    try:
        signer = sshsig.find_signer(sums, armored, sshsig.BUNDLE_NAMESPACE)
    except ValueError:
        text = "{path}: the bundle has no signature that can be read. Ask for one that collect --bundle wrote."
        raise BundleError(Text(text, {"path": where})) from None
    if signer is None or sums != _list_sums(found) or not sshsig.is_as_written(armored):
        raise _build_altered(where)
    if not _is_as_packed(content, {SUMS: sums, SIGNATURE: armored, **found}):
        raise _build_altered(where)
    return SignedMembers(found, signer)


def _build_altered(where: str) -> BundleError:
    text = "{path}: the bundle is not as it was signed: it was altered or damaged. Ask for the file once more."
    return BundleError(Text(text, {"path": where}))


def _list_sums(members: Mapping[str, bytes]) -> bytes:
    lines = [_HEAD, *(f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in members.items())]
    return ("\n".join(lines) + "\n").encode()


def _pack(members: Mapping[str, bytes]) -> bytes:
    packed = bytearray()
    for name, content in members.items():
        packed += _make_header(name, len(content)) + content + bytes(-len(content) % _BLOCK)
    packed += _END
    return bytes(packed)


def _make_header(name: str, size: int) -> bytes:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _is_as_packed(content: bytes, members: Mapping[str, bytes]) -> bool:
    """Whether the archive has the very bytes that ``_pack`` makes of its members, of which it may hold many."""
    place = 0
    for name, held in members.items():
        end = place + _BLOCK + len(held)
        padding = -len(held) % _BLOCK
        is_same = content[place : place + _BLOCK] == _make_header(name, len(held))
        if not is_same or content[end : end + padding] != bytes(padding):
            return False
        place = end + padding
    return len(content) == place + len(_END) and content[place:] == _END


def _walk(content: bytes, where: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each member. What is not a plain file of a plain name ends it with BundleError.

    Each header is read by itself: none of them makes us follow a link, join a name or ask for more than is there.
    """
    seen, place = set[str](), 0
    while content[place : place + _BLOCK] != bytes(_BLOCK):
        header = _read_header(content[place : place + _BLOCK], where, is_first=place == 0)
        args: dict[str, Scalar] = {"path": where, "name": header.name, "most_count": _MOST_MEMBERS}
        if header.type != tarfile.REGTYPE:
            text = "{path}: {name} is a link, a folder, a device or the like. A bundle holds plain files only."
            raise BundleError(Text(text, args))
        if not _NAME.fullmatch(header.name):
            raise BundleError(Text("{path}: {name} is no name of a file in a bundle. Do not use this file.", args))
        if header.name in seen:
            raise BundleError(Text("{path}: {name} is in it twice. Do not use this file.", args))
        if len(seen) == _MOST_MEMBERS:
            raise BundleError(Text("{path}: it holds more than {most_count} files. Do not use this file.", args))
        begin = place + _BLOCK
        if not 0 <= header.size <= len(content) - begin:
            raise _build_cut(where)
        seen.add(header.name)
        yield header.name, content[begin : begin + header.size]
        place = begin + header.size + -header.size % _BLOCK


def _read_header(block: bytes, where: str, *, is_first: bool) -> tarfile.TarInfo:
    if not is_first and len(block) < _BLOCK:
        raise _build_cut(where)
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        if not is_first:
            raise _build_altered(where) from None
    text = "{path}: this is no bundle. Name a file that collect --bundle wrote."
    raise BundleError(Text(text, {"path": where}))


def _build_cut(where: str) -> BundleError:
    text = "{path}: the end of the bundle is missing. Ask for the file once more."
    return BundleError(Text(text, {"path": where}))
