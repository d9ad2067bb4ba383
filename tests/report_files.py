"""Finding a report's files, whose names tell whose they are and of which day."""

from __future__ import annotations

import re
from pathlib import Path


def plain(text: str) -> str:
    """A name without that, ``report.en.html``, or a text with all names in it so."""
    return re.sub(r"\b(report|findings)_[^.\s]*", r"\1", text)


def find_report(folder: Path, name: str) -> Path:
    """The file of this plain name; a path where nothing is if there is none, for ``exists``."""
    found = [path for path in (folder.iterdir() if folder.is_dir() else ()) if plain(path.name) == name]
    assert len(found) < 2, found
    return found[0] if found else folder / name
