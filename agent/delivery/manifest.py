"""The manifest of a report: the SHA-256 of each of its files, in a file beside them that can be signed.

Its form is that of ``sha256sum``, and the signature that of ``ssh-keygen -Y sign``: who gets a report can check both
with the tools of their system.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.model.terms import Text
from agent.support import sshsig
from agent.support.errors import ConfigError, RenderError, WriteError
from agent.support.files import read_whole, write_whole
from agent.support.ssh_keygen import sign_by_program

MANIFEST = "SHA256SUMS"
SIGNATURE = f"{MANIFEST}.sig"
# What a report consists of. Anything of these names that the manifest does not list was put there by somebody else.
REPORT_FILES = ("assessment.json", "report_*", "findings_*")
_MORE_FILES = ("snapshot.obh",)
_LIST = re.compile(r"findings_.*\.xlsx")
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^/\\\x00-\x1f]{1,255})")
_HEAD = "# Files of the report {assessment_id}. Check them with: sha256sum -c " + MANIFEST
_ASSESSMENT = re.compile(r"# Files of the report ([\w-]{1,64})\.")
_MOST_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReport:
    """What a folder came to against its manifest; the names are those of files.

    ``written_in`` are lists of findings that were changed: people write in them. ``added`` look like parts of the
    report and are not in the manifest. ``signer`` is the key that signed the manifest, None without a signature.
    """

    assessment_id: str
    intact: tuple[str, ...]
    altered: tuple[str, ...]
    written_in: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    signer: sshsig.PublicKey | None


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, whatever its size. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def write_manifest(directory: Path, assessment_id: str, journal: Path, key: Path | None = None) -> Path:
    """Write the manifest of the report in a folder, sign it with the key if there is one, and return its path.

    Raises WriteError if a file cannot be read or written, RenderError if ``ssh-keygen`` does not sign.
    """
    manifest = directory / MANIFEST
    try:
        (directory / SIGNATURE).unlink(missing_ok=True)  # it is that of another content
        files = [path for path in (*_list_files(directory, (*REPORT_FILES, *_MORE_FILES)), journal) if path.is_file()]
        lines = [_HEAD.format(assessment_id=assessment_id), *(f"{hash_file(path)}  {path.name}" for path in files)]
        write_whole(manifest, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        args = {"path": str(manifest), "reason": error.strerror or str(error)}
        raise WriteError(
            Text("{path}: the manifest of the report cannot be written ({reason}). Make room there.", args)
        ) from None
    if key:
        sign_manifest(directory, key)
    return manifest


def sign_manifest(directory: Path, key: Path) -> Path:
    """Let ``ssh-keygen`` sign the manifest in a folder, and return the path of the signature.

    A key with a passphrase is used through the ssh-agent. Raises RenderError if there is no signature in the end.
    """
    try:
        return sign_by_program(directory / MANIFEST, key, sshsig.REPORT_NAMESPACE)
    except OSError:
        text = "The report cannot be signed: ssh-keygen is not installed. Install OpenSSH."
        raise RenderError(Text(text)) from None
    except RenderError as error:
        text = (
            "The report cannot be signed with {key}: {detail}. A key with a passphrase must be in your ssh-agent "
            "(ssh-add)."
        )
        raise RenderError(Text(text, {"key": str(key), "detail": error.text})) from None


def require_manifest(directory: Path) -> None:
    """Raise ConfigError if a folder has no manifest."""
    if not (directory / MANIFEST).is_file():
        text = "{path}: there is no {manifest} here. Reports of engagements with a deliver: block have one."
        raise ConfigError(Text(text, {"path": str(directory), "manifest": MANIFEST}))


def verify_report(directory: Path) -> VerifiedReport:
    """Compare a folder with its manifest. Raises ConfigError if there is none, or if it or its signature is none."""
    require_manifest(directory)
    content = read_whole(directory / MANIFEST, most_bytes=_MOST_BYTES)
    assessment_id, wanted = _parse_manifest(directory, content)
    here = {name: (directory / name).is_file() for name in wanted}
    found = {name: hash_file(directory / name) for name, is_here in here.items() if is_here}
    changed = [name for name, digest in found.items() if digest != wanted[name]]
    return VerifiedReport(
        assessment_id=assessment_id,
        intact=tuple(name for name in found if name not in changed),
        altered=tuple(name for name in changed if not _LIST.fullmatch(name)),
        written_in=tuple(name for name in changed if _LIST.fullmatch(name)),
        missing=tuple(name for name, is_here in here.items() if not is_here),
        added=tuple(path.name for path in _list_files(directory, REPORT_FILES) if path.name not in wanted),
        signer=_read_signer(directory, content),
    )


def read_hashes(directory: Path) -> dict[str, str]:
    """Return name -> SHA-256 of the manifest in a folder; empty where there is none. Raises as ``verify_report``."""
    if not (directory / MANIFEST).exists():
        return {}
    return _parse_manifest(directory, read_whole(directory / MANIFEST, most_bytes=_MOST_BYTES))[1]


def _list_files(directory: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(path for path in directory.glob(pattern) if path.is_file())


def _parse_manifest(directory: Path, content: bytes) -> tuple[str, dict[str, str]]:
    """Return the assessment and name -> SHA-256. A name with a folder in it is none of ours."""
    try:
        head, *lines = content.decode().splitlines()
        assessment = _ASSESSMENT.match(head)
        found = [_LINE.fullmatch(line) for line in lines]
    except ValueError:  # no UTF-8, or nothing at all
        assessment, found = None, []
    hashes = {match[2]: match[1] for match in found if match}
    if assessment is None or not hashes or len(hashes) != len(found):
        text = "{path} is no manifest of a report. Take that which came with the report."
        raise ConfigError(Text(text, {"path": str(directory / MANIFEST)}))
    return assessment[1], hashes


def _read_signer(directory: Path, content: bytes) -> sshsig.PublicKey | None:
    path = directory / SIGNATURE
    if not path.exists():
        return None
    args = {"path": str(path)}
    try:
        armored = read_whole(path, most_bytes=sshsig.MAX_SIGNATURE_BYTES)
        signer = sshsig.find_signer(content, armored, sshsig.REPORT_NAMESPACE)
    except ValueError:
        raise ConfigError(
            Text("{path} is no signature of a report. Take that which came with the report.", args)
        ) from None
    if signer is None:
        raise ConfigError(
            Text("{path} does not fit the manifest: one of the two was altered. Do not rely on this report.", args)
        )
    return signer
