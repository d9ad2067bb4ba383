"""The kept list of all pages of OceanBase's documentation, by branch."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

PAGES = Path(__file__).with_name("doc_pages.json.xz")
BRANCHES = ("V4.2.1", "V4.2.5", "V4.3.0", "V4.3.3")


def write_pages(pages: Mapping[str, Sequence[str]]) -> None:
    """Keep the paths of each branch."""
    PAGES.write_bytes(lzma.compress(json.dumps(pages, ensure_ascii=False).encode()))


@cache
def load_pages() -> dict[str, frozenset[str]]:
    """The paths of each branch, such as ``en-US/700.reference/...md``."""
    kept = json.loads(lzma.decompress(PAGES.read_bytes()))
    return {branch: frozenset(paths) for branch, paths in kept.items()}
