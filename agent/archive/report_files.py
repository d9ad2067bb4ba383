"""Which files of the reports of earlier assessments are still on this machine, and their SHA-256."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.archive.folder import EARLIER
from agent.model.fleet import KeptAssessment, ReportFile

_MANIFEST = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^/\\\x00-\x1f]{1,255})")
_PATTERNS = ("report_*", "report.*", "findings_*", "findings.*", "assessment.json")
_ID = re.compile(rb'"assessment_id"\s*:\s*"([\w-]{1,64})"')
_HEAD_BYTES = 4096  # the id stands at the beginning of an assessment.json
_SAFE_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def find_report_files(assessments: Sequence[KeptAssessment]) -> dict[str, tuple[ReportFile, ...]]:
    """Return id -> files of its report, of those that are found. The assessments are of one target, oldest first.

    Hashes are those of the manifest beside the files. Without one, only the files of the newest assessment are read:
    those of all quarters of a large fleet are hundreds of gigabytes.
    """
    found = {}
    for past in assessments:
        folder = _find_folder(past)
        files = tuple(_list_files(folder, hash_them=past is assessments[-1])) if folder else ()
        if files:
            found[past.id] = files
    return found


def _find_folder(past: KeptAssessment) -> Path | None:
    """Return the folder with the files of an assessment: where they were written, or where they were set aside."""
    if not past.place or not _SAFE_ID.fullmatch(past.id):
        return None
    try:
        place = Path(past.place)
        aside = place / EARLIER / past.id
        if aside.is_dir():
            return aside
        with (place / "assessment.json").open("rb") as file:
            told = _ID.search(file.read(_HEAD_BYTES))
    except (OSError, ValueError):
        return None
    return place if told and told[1].decode() == past.id else None


def _list_files(folder: Path, *, hash_them: bool) -> Iterator[ReportFile]:
    told = _read_manifest(folder)
    for path in sorted({path for pattern in _PATTERNS for path in folder.glob(pattern)}):
        if path.is_file():
            yield ReportFile(path, told.get(path.name) or (_hash_file(path) if hash_them else None))


def _read_manifest(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / _MANIFEST).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    return {found[2]: found[1] for found in map(_LINE.fullmatch, lines) if found}


def _hash_file(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
