"""Fill in document.docx with a document of the service. Imported only when a Word file is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docxtpl import DocxTemplate

from agent.report.docx.parts import Properties, fill_in, make_logo
from agent.report.style import Style
from agent.report.view.frame import Cell, Column, Frame, FrameBlock, KeyFigure
from agent.report.view.persons import name_author
from agent.report.words import Words

# The character styles of the template by the tone of a text.
TONES: Mapping[str, str] = {"good": "Gain", "warn": "SeverityHigh", "bad": "SeverityCritical", "soft": "Soft"}
_TWIPS_PER_MM, _TEXT_MM = 56.693, 170
_MOST_FIGURES_A_ROW = 5


class _Markup:
    """Markup of Word that a template can print. It gives a template access to nothing else."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __html__(self) -> str:
        return self._make()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A block as the template sees it; ``table`` is its table, or empty."""

    title: str
    paragraphs: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    items: tuple[str, ...]
    is_checklist: bool
    nothing: str
    table: _Markup | str


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    note: str
    blocks: tuple[_Part, ...]


def fill_frame(place: Path, frame: Frame, words: Words, style: Style) -> bytes:
    """Return the Word file: the template at ``place`` filled in with this document.

    Raises RenderError for a template that is no Word document or cannot be filled in.
    """
    cover = frame.cover
    properties = Properties(
        title=f"{cover.title} {cover.customer}",
        subject=cover.subject,
        identifier=cover.number,
        author=name_author(cover.prepared_by, style, words),
        category=cover.classification,
        language=frame.language,
        made=cover.made,
    )

    def collect(template: DocxTemplate) -> dict[str, Any]:
        return {
            "frame": frame,
            "chapters": tuple(
                _Chapter(chapter.title, chapter.note, tuple(map(_build_part, chapter.blocks)))
                for chapter in frame.chapters
            ),
            "figures": _Markup(lambda: _write_figures(frame.figures)) if frame.figures else "",
            "tones": TONES,
            # Without the folder: a template could read and write files through a path.
            "house": replace(style, templates=None),
            "logo": make_logo(template, style, words),
            "_": words,
        }

    return fill_in(place, collect, style.accent, properties)


def _build_part(block: FrameBlock) -> _Part:
    return _Part(
        title=block.title,
        paragraphs=block.paragraphs,
        pairs=block.pairs,
        items=block.items,
        is_checklist=block.is_checklist,
        nothing=block.nothing,
        table=_Markup(lambda: _write_table(block.columns, block.rows)) if block.rows else "",
    )


def _write_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table with fixed widths and a head that repeats on each page; rows do not split over pages."""
    widths = [_TEXT_MM * column.share_pct / 100 for column in columns]
    head = "".join(
        _write_cell([_write_paragraph(Cell(column.title), right=column.is_number, keep=True)], width)
        for column, width in zip(columns, widths, strict=True)
    )
    lines = "".join(
        _write_row(
            "".join(
                _write_cell(
                    [_write_paragraph(Cell(line, cell.tone), right=column.is_number) for line in _split(cell.text)],
                    width,
                )
                for cell, column, width in zip(row, columns, widths, strict=True)
            )
        )
        for row in rows
    )
    return _wrap_table("HealthTable", widths, _write_row(head, "<w:tblHeader/>") + lines, head=True)


def _write_figures(figures: Sequence[KeyFigure]) -> str:
    """Return the figures of the first page, in one row or in two that are as long."""
    a_row = len(figures) if len(figures) <= _MOST_FIGURES_A_ROW else (len(figures) + 1) // 2
    widths = [_TEXT_MM / a_row] * a_row
    rows = []
    for start in range(0, len(figures), a_row):
        chosen = [*figures[start : start + a_row], *([None] * a_row)][:a_row]
        rows.append(_write_row("".join(_write_cell(_write_figure(figure), widths[0]) for figure in chosen)))
    return _wrap_table("HealthPlain", widths, "".join(rows), head=False)


def _write_figure(figure: KeyFigure | None) -> list[str]:
    if figure is None:
        return [_write_paragraph(Cell(""))]
    lines = [
        _write_paragraph(Cell(figure.label), "Small"),
        _write_paragraph(Cell(figure.value, figure.tone), "BigWord"),
    ]
    return [*lines, _write_paragraph(Cell(figure.note), "Small")] if figure.note else lines


def _split(text: str) -> list[str]:
    return text.split("\n") or [""]


def _write_paragraph(cell: Cell, style: str = "", *, right: bool = False, keep: bool = False) -> str:
    named = style or ("TableNumber" if right else "TableText")
    look = f'<w:rPr><w:rStyle w:val="{TONES[cell.tone]}"/></w:rPr>' if cell.tone in TONES else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{named}"/>{"<w:keepNext/>" if keep else ""}</w:pPr>'
        f'<w:r>{look}<w:t xml:space="preserve">{escape(cell.text)}</w:t></w:r></w:p>'
    )


def _write_cell(paragraphs: Sequence[str], width_mm: float) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{_count_twips(width_mm)}" w:type="dxa"/></w:tcPr>{"".join(paragraphs)}</w:tc>'


def _write_row(cells: str, look: str = "") -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{look}</w:trPr>{cells}</w:tr>"


def _wrap_table(style: str, widths: Sequence[float], rows: str, *, head: bool) -> str:
    grid = "".join(f'<w:gridCol w:w="{_count_twips(width)}"/>' for width in widths)
    look = f'<w:tblLook w:val="06{2 * head}0" w:firstRow="{int(head)}" w:lastRow="0" w:firstColumn="0"'
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{_count_twips(sum(widths))}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{look} w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _count_twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)
