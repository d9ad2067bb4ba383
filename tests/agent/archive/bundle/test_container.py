"""The form of a bundle: one sequence of bytes for the same members, and nothing but plain files."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.archive.bundle.container import SIGNATURE, SUMS, pack_members, unpack_members
from agent.support import sshsig
from agent.support.errors import BundleError
from agent.support.i18n import render_text
from tests.agent.signing import KEY, OTHER_KEY, needs_openssh

MEMBERS = {"bundle.json": b"{}\n", "target-1/snapshot.obh": bytes(range(256)) * 3, "target-1/journal.jsonl.zst": b""}


def sign(content: bytes) -> bytes:
    return sshsig.sign_content(content, KEY, sshsig.BUNDLE_NAMESPACE)


WHOLE = pack_members(MEMBERS, sign)


def refusal(content: bytes) -> str:
    with pytest.raises(BundleError) as caught:
        unpack_members(content, "a.obb")
    assert caught.value.exit_code == 2
    return render_text(caught.value.text, "en")


def test_what_was_packed_comes_out_with_its_signer() -> None:
    found = unpack_members(WHOLE, "a.obb")
    assert dict(found.members) == MEMBERS
    assert sshsig.format_public_key(found.signer) == sshsig.format_public_key(KEY.public_key())
    assert pack_members(MEMBERS, sign) == WHOLE, "the same members make the same bytes"


@needs_openssh
def test_the_tools_of_a_system_open_and_check_it(tmp_path: Path) -> None:
    (tmp_path / "a.obb").write_bytes(WHOLE)
    for command in ("tar xf a.obb", f"sha256sum --quiet -c {SUMS}"):
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    verify = ["ssh-keygen", "-Y", "check-novalidate", "-n", sshsig.BUNDLE_NAMESPACE, "-s", SIGNATURE]
    subprocess.run(verify, cwd=tmp_path, check=True, capture_output=True, input=(tmp_path / SUMS).read_bytes())
    assert (tmp_path / "target-1" / "snapshot.obh").read_bytes() == MEMBERS["target-1/snapshot.obh"]


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_file_with_one_other_byte_is_refused(place: int, change: int) -> None:
    refusal(WHOLE[:place] + bytes([WHOLE[place] ^ change]) + WHOLE[place + 1 :])


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_that_is_cut_is_refused(length: int) -> None:
    refusal(WHOLE[:length])


@given(st.binary(min_size=1, max_size=2000))
def test_what_is_put_behind_the_end_is_refused(more: bytes) -> None:
    refusal(WHOLE + more)


@given(st.binary(max_size=3000))
def test_any_other_file_is_refused(content: bytes) -> None:
    refusal(content)


def archive(*members: tarfile.TarInfo, form: int = tarfile.USTAR_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as made:
        for member in members:
            made.addfile(member, io.BytesIO(bytes(member.size)))
    return packed.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, to: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname = kind, size, to
    return made


def with_size(size: str) -> bytes:
    """A header that says a size that its file does not have; its sum is right."""
    header = bytearray(member("a").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = size.encode("latin-1").ljust(12, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + bytes(1024)


def signed_again(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """What somebody makes who has the key, and packs something else than the hashes say."""
    members = dict(MEMBERS)
    sums: list[bytes] = []

    def sign_and_change(content: bytes) -> bytes:
        sums.append(content)
        return sign(content)

    pack_members(members, sign_and_change)
    change(members)
    return archive_of({SUMS: sums[0], SIGNATURE: sign(sums[0]), **members})


def archive_of(members: dict[str, bytes]) -> bytes:
    packed = b""
    for name, content in members.items():
        made = member(name, size=len(content))
        made.mode = 0o600
        packed += made.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)
    return packed + bytes(1024)


HOSTILE = {
    "link": (archive(member("bundle.json", tarfile.SYMTYPE, to="/etc/passwd")), "is a link"),
    "hard link": (archive(member("bundle.json", tarfile.LNKTYPE, to="../a")), "is a link"),
    "device": (archive(member("bundle.json", tarfile.CHRTYPE)), "a device"),
    "pipe": (archive(member("bundle.json", tarfile.FIFOTYPE)), "a device or the like"),
    "folder": (archive(member("target-1", tarfile.DIRTYPE)), "a folder"),
    "sparse file": (archive(member("a", tarfile.GNUTYPE_SPARSE)), "plain files only"),
    "long name": (archive(member("a" * 200), form=tarfile.GNU_FORMAT), "plain files only"),
    "extended header": (archive(member("é" * 90), form=tarfile.PAX_FORMAT), "plain files only"),
    "above": (archive(member("../bundle.json")), "no name of a file in a bundle"),
    "above within": (archive(member("target-1/../../a")), "no name of a file in a bundle"),
    "absolute": (archive(member("/etc/passwd")), "no name of a file in a bundle"),
    "control characters": (archive(member("a\x1b[2J")), "no name of a file in a bundle"),
    "hidden": (archive(member(".ssh/a")), "no name of a file in a bundle"),
    "twice": (archive(member("a"), member("a")), "is in it twice"),
    "too many": (archive(*(member(f"a{number}") for number in range(2004))), "more than 2,003 files"),
    "a size beyond the end": (with_size("77777777777"), "the end of the bundle is missing"),
    "a size below nothing": (with_size("\xff" * 12), "the end of the bundle is missing"),
    "nothing": (bytes(10240), "no signature"),
    "empty": (b"", "no bundle"),
    "zip": (b"PK\x03\x04" + bytes(2000), "no bundle"),
    "unsigned": (archive_of(MEMBERS), "no signature"),
    "no hashes": (archive_of({SUMS: b"", SIGNATURE: sign(b""), **MEMBERS}), "altered or damaged"),
    "another member": (signed_again(lambda members: members.update(more=b"x")), "altered or damaged"),
    "a member less": (signed_again(lambda members: members.__delitem__("bundle.json")), "altered or damaged"),
    "another purpose": (
        pack_members(MEMBERS, lambda content: sshsig.sign_content(content, KEY, sshsig.REPORT_NAMESPACE)),
        "no signature",
    ),
    "another signature": (pack_members(MEMBERS, lambda content: sign(content + b"x")), "altered or damaged"),
    "line ends": (pack_members(MEMBERS, lambda content: sign(content).replace(b"\n", b"\r\n")), "altered or damaged"),
}


def test_each_hostile_file_is_refused_for_what_it_is() -> None:
    wrong = {name: said for name, (content, told) in HOSTILE.items() if told not in (said := refusal(content))}
    assert wrong == {}


def test_whose_key_it_is_is_told_to_who_knows_whose_it_must_be() -> None:
    theirs = pack_members(MEMBERS, lambda content: sshsig.sign_content(content, OTHER_KEY, sshsig.BUNDLE_NAMESPACE))
    found = unpack_members(theirs, "a.obb").signer
    assert sshsig.format_public_key(found) == sshsig.format_public_key(OTHER_KEY.public_key())
