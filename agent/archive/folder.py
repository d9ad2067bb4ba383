"""A target's folder: whose assessment lies there, and how an earlier one makes room without being lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.model.terms import Text
from agent.support.errors import WriteError
from agent.support.files import make_folder

EARLIER = "earlier"
_DOCUMENT = "assessment.json"
# What one assessment writes. Journals are not among it: each has the id of its run in its name.
# Their names have told whose they are since the first ones, which began with "report." and "findings.".
_ARTIFACTS = (
    _DOCUMENT, "snapshot.obh", "report.*", "findings.*", "report_*.html", "report_*.docx", "report_*.pdf",
    "findings_*.xlsx", "SHA256SUMS", "SHA256SUMS.sig",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FolderOwner:
    """Whose assessment lies in a folder. Each is empty if its assessment.json does not tell."""

    customer: str = ""
    target: str = ""
    assessment_id: str = ""


def read_owner(directory: Path) -> FolderOwner:
    """Return whose assessment.json lies in the folder. A file that cannot be understood tells nothing."""
    try:
        found = json.loads((directory / _DOCUMENT).read_bytes())
        return FolderOwner(str(found["customer"]), str(found["target"]["name"]), str(found["assessment_id"]))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return FolderOwner()


def set_earlier_aside(directory: Path) -> Path | None:
    """Move the files of an earlier assessment to a folder of their own within this one, and return that.

    None if there are none. They are moved and not copied, so that it needs no room. Raises WriteError.
    """
    files = [path for path in _list_artifacts(directory) if path.is_file()]
    if not files:
        return None
    moment = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)
    wanted = read_owner(directory).assessment_id
    name = wanted if wanted.isascii() and wanted.replace("-", "").isalnum() else f"{moment:%Y%m%d-%H%M%S}"
    try:
        place = _make_folder(directory / EARLIER, name)
        for path in files:
            path.rename(place / path.name)
    except OSError as error:
        args = {"path": str(directory), "reason": error.strerror or str(error)}
        text = "{path}: the files of the last assessment cannot be set aside ({reason}). Choose another --out."
        raise WriteError(Text(text, args)) from None
    return place


def _list_artifacts(directory: Path) -> Iterable[Path]:
    return sorted({path for pattern in _ARTIFACTS for path in directory.glob(pattern)})


def _make_folder(parent: Path, name: str) -> Path:
    for number in range(1, 1000):
        place = parent / (name if number == 1 else f"{name}-{number}")
        if not place.exists():
            make_folder(place)
            return place
    raise OSError("too many folders of the same name")
