"""Render the list of findings as a spreadsheet. People fill in who does each task and by when."""

from __future__ import annotations

from pathlib import Path

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.style import OURS, Style
from agent.support.errors import ConfigError, RenderError
from agent.support.installation import advise_install


def _explain_missing_library() -> Text:
    return Text("the list of findings needs openpyxl; {install}", {"install": advise_install("report")})


def render_xlsx(document: Document, language: str, style: Style = OURS, update: Path | None = None) -> bytes:
    """Return the list as an XLSX file. It keeps what people wrote in ``update``, an earlier list in any language.

    Raises RenderError without openpyxl (extra ``report``), ConfigError for an earlier list that cannot be used.
    """
    try:
        from agent.report.xlsx.book import build_workbook
    except ImportError:
        raise RenderError(_explain_missing_library()) from None
    return build_workbook(document, language, style, update)


def read_list_owner(path: Path) -> tuple[str, str]:
    """Return customer and target of an earlier list; each is empty where the list does not tell.

    Raises ConfigError without openpyxl, and for a file that is no list of ours, is damaged, or is open elsewhere.
    """
    try:
        from agent.report.xlsx.written import read_written
    except ImportError:
        raise ConfigError(_explain_missing_library()) from None
    found = read_written(path)
    return found.customer, found.target


def holds_more_writing(path: Path, content: bytes | None) -> bool:
    """Whether people wrote something in the list at ``path`` that the list ``content`` lacks; None has nothing.

    Raises ConfigError for a file at ``path`` that is no list of ours or cannot be read.
    """
    from agent.report.xlsx.written import list_entries, read_written

    kept = set() if content is None else list_entries(content)
    return bool(list_entries(read_written(path).content) - kept)


def refuse_lost_writing(path: Path, content: bytes) -> None:
    """Raise RenderError if ``content`` lacks something that people wrote in the file at ``path``."""
    if not path.exists():
        return
    try:
        lost = holds_more_writing(path, content)
    except ConfigError:
        lost = True
    if lost:
        text = (
            "{path}: this file holds entries written by hand. Move it away, or keep the entries: --update FILE and "
            "another --out"
        )
        raise RenderError(Text(text, {"path": str(path)}))
