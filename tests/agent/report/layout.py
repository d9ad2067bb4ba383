"""How full the pages of a PDF are, read with poppler's programs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

_PAGE = re.compile(r'<page width="[\d.]+" height="([\d.]+)">(.*?)</page>', re.DOTALL)
_WORD = re.compile(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)')
_MARGIN = 0.93  # below it stands the footer


def list_fill(pdf: Path) -> list[float]:
    """Return for each page how far down its last line stands, 0 to 1, without header and footer. Pictures have words."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext (poppler-utils) to see how full the pages are")
    command = ["pdftotext", "-bbox", str(pdf), "-"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    for height, inside in _PAGE.findall(shown):
        ends = [float(end) / float(height) for _, end, _ in _WORD.findall(inside)]
        found.append(max((end for end in ends if end < _MARGIN), default=0.0))
    return found


def read_pages(pdf: Path) -> list[str]:
    """Return the text of each page."""
    command = ["pdftotext", "-raw", str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
