"""Prints what is longer than a screen through the reader's pager, as git and gh do."""

from __future__ import annotations

import os

from rich.console import RenderableType

from agent.support import console
from agent.support.signals import leave_interrupts

# As git has it: leave at once where all fits on a screen, keep colours, leave the text on the screen.
_USUAL_LESS = "FRX"


def print_paged(content: RenderableType) -> None:
    """Print to standard output; on a terminal through ``PAGER``, unless all fits or ``NO_PAGER`` is set."""
    if not _may_page() or len(console.out.render_lines(content)) < console.out.height:
        console.out.print(content, soft_wrap=not console.out.is_terminal)
        return
    os.environ.setdefault("LESS", _USUAL_LESS)
    with leave_interrupts(), console.out.pager(styles=console.out.color_system is not None):
        console.out.print(content)


def _may_page() -> bool:
    if not console.out.is_terminal or console.out.is_dumb_terminal or os.environ.get("NO_PAGER"):
        return False
    return os.environ.get("PAGER", "less").strip() not in ("", "cat")
