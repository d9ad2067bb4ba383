"""The list of findings as a spreadsheet in which people write who does what by when."""

from __future__ import annotations

from pathlib import Path

from agent.archive.document import Document
from agent.model.terms import Text
from agent.report.style import OURS, Style
from agent.support.errors import ConfigError, RenderError


def _missing() -> Text:
    return Text("the list of findings needs openpyxl; install it with: pip install 'oceanbase-health-agent[report]'")


def render_xlsx(document: Document, language: str, style: Style = OURS, update: Path | None = None) -> bytes:
    """The list in Excel's format. ``update`` is an earlier one, of any language: what people wrote there is kept.

    Raises RenderError without its library (extra ``report``), ConfigError for an earlier list that cannot be used.
    """
    try:
        from agent.report.xlsx.book import build_workbook
    except ImportError:
        raise RenderError(_missing()) from None
    return build_workbook(document, language, style, update)


def read_target(path: Path) -> str:
    """The target that an earlier list is about; empty for one without a line.

    Raises ConfigError for a file that is no such list, is damaged, or is open elsewhere.
    """
    try:
        from agent.report.xlsx.written import read_written
    except ImportError:
        raise ConfigError(_missing()) from None
    return read_written(path).target


def refuse_lost_writing(path: Path, content: bytes) -> None:
    """Raises RenderError if ``content`` in the place of ``path`` would lose what people wrote there."""
    if not path.exists():
        return
    from agent.report.xlsx.written import list_entries, read_written

    try:
        lost = list_entries(read_written(path).content) - list_entries(content)
    except ConfigError:
        lost = {("file",)}
    if lost:
        text = "{path}: people have written in this file. Move it away, or keep that: --update FILE and another --out"
        raise RenderError(Text(text, {"path": str(path)}))
