"""Shows Markdown on a terminal, with lines broken as both Chinese and English readers expect."""

from __future__ import annotations

from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, MarkdownElement, Paragraph

from agent.support.folding import fold_text


class _FoldedParagraph(Paragraph):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.rstrip()
        yield fold_text(self.text, options.max_width)


class FoldedMarkdown(Markdown):
    """Markdown that never breaks a word of letters, and Chinese between any two characters."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "paragraph_open": _FoldedParagraph}

    def __init__(self, text: str) -> None:
        super().__init__(text, code_theme="ansi_dark", hyperlinks=True)  # a theme without a background
