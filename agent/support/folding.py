"""Breaks lines of mixed Chinese and English at the width of a terminal, where a reader expects it."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.text import Text as Plain

# What one may not begin a line with, and what one may not end it with.
_NO_BEGIN = "，。、；：？！）》」』】〉”’…％%,.;:?!)]}"
_NO_END = "（《「『【〈“‘([{"
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
# One wide character alone, or a run of others; each with the signs that must stay with it, and the spaces after it.
_PIECE = re.compile(
    rf"[{re.escape(_NO_END)}]*(?:[{_WIDE}]|[^\s{_WIDE}]+|[{re.escape(_NO_BEGIN)}])[{re.escape(_NO_BEGIN)}]*\s*|\s+"
)


def fold_text(text: Plain, width: int) -> Plain:
    """Return the text with its lines broken so that none is wider than ``width`` cells, with its styles."""
    lines = [piece for line in text.split("\n", allow_blank=True) for piece in line.divide(_find_breaks(line, width))]
    for line in lines:
        line.rstrip()
    return Plain("\n").join(lines)


def _find_breaks(line: Plain, width: int) -> list[int]:
    """Return the offsets at which a line is broken. A piece that is longer than a line is broken anywhere."""
    breaks, used = [], 0
    for match in _PIECE.finditer(line.plain):
        size = cell_len(match[0].rstrip())
        if used and used + size > width:
            breaks.append(match.start())
            used = 0
        if size > width:
            for offset, char in enumerate(match[0].rstrip(), match.start()):
                if used + cell_len(char) > width:
                    breaks.append(offset)
                    used = 0
                used += cell_len(char)
            used += cell_len(match[0]) - size  # the spaces after it
            continue
        used += cell_len(match[0])
    return breaks
