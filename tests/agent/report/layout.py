"""How full the pages of a PDF are, seen with poppler's programs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_FOOTER = 0.945  # of the height: below it stands the footer
_INK = 215  # a pixel that is darker is printed


def list_fill(pdf: Path) -> list[float]:
    """Return for each page how far down it is printed, 0 to 1, without the footer."""
    if not shutil.which("pdftoppm"):
        pytest.skip("no pdftoppm (poppler-utils) to see how full the pages are")
    with TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-gray", "-r", "30", str(pdf), f"{folder}/page"], check=True)
        return [_measure(page.read_bytes()) for page in sorted(Path(folder).iterdir())]


def _measure(picture: bytes) -> float:
    """Return how far down the last dark pixel stands, in a picture in the form PGM."""
    _, size, _, pixels = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    rows = (
        row for row in reversed(range(int(height * _FOOTER))) if min(pixels[row * width : (row + 1) * width]) < _INK
    )
    return next(rows, 0) / height


def read_pages(pdf: Path) -> list[str]:
    """Return the text of each page."""
    command = ["pdftotext", "-raw", str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
