"""What a document of the service says, as every format prints it: a cover, a first page, and chapters of blocks.

Each kind of document has a builder of its own in ``agent.report.documents``, which returns a ``Frame``. Texts are in
the reader's language and printable; templates escape them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agent.report.style import Style
from agent.report.words import NAME_LENGTH, Words, make_printable


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell; ``tone`` says how it is to be taken: "", good, warn, bad or soft."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``share_pct`` is its part of the width, and the shares of a table make 100."""

    title: str
    share_pct: int
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBlock:
    """A part of a chapter. What it does not hold is empty; ``title`` stands above it.

    ``paragraphs`` are prose, ``pairs`` names with values, ``items`` a list (with boxes to tick where ``is_checklist``),
    ``columns`` and ``rows`` a table. ``nothing`` is what is said where the table or the list has no entry.
    """

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    is_checklist: bool = False
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class FrameChapter:
    """A chapter. ``key`` is its anchor; ``note`` says how it is to be read."""

    key: str
    title: str
    blocks: tuple[FrameBlock, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure of the first page; ``tone`` as in a cell."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCover:
    """The title page. ``facts`` are (name, value) without the empty ones; ``made`` is when the document was made."""

    title: str
    customer: str
    subject: str
    number: str
    classification: str
    prepared_by: str
    made: datetime
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A whole document. ``verdict`` is its first sentence, with ``tone``; ``remarks`` are the sentences after it."""

    language: str
    cover: FrameCover
    verdict: str
    tone: str
    remarks: tuple[str, ...]
    figures: tuple[KeyFigure, ...]
    chapters: tuple[FrameChapter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What the cover of every document needs: whose it is, what it is about, when it is made, outside which term.

    ``outside_service`` is the reason for a document that the service tier does not cover.
    """

    customer: str
    subject: str
    number: str
    made: datetime
    outside_service: str = ""


def build_frame_cover(
    title: str, occasion: Occasion, words: Words, style: Style, facts: Iterable[tuple[str, str]]
) -> FrameCover:
    """Return the title page; ``facts`` stand behind the customer."""

    def tell(key: str) -> str:
        return make_printable(style.persons.get(key, ""), NAME_LENGTH)

    customer = make_printable(occasion.customer, NAME_LENGTH)
    told = (
        (words("Customer"), customer),
        *facts,
        (words("Made on"), words.moment(occasion.made.isoformat())),
        (words("Document number"), occasion.number),
        (words("Prepared by"), tell("prepared_by")),
        (words("Reviewed by"), tell("reviewed_by")),
        (words("Approved by"), tell("approved_by")),
        (words("Classification"), tell("classification")),
        (words("Outside the service terms, because"), make_printable(occasion.outside_service)),
    )
    return FrameCover(
        title=title,
        customer=customer,
        subject=make_printable(occasion.subject, NAME_LENGTH),
        number=occasion.number,
        classification=tell("classification"),
        prepared_by=tell("prepared_by"),
        made=occasion.made,
        facts=tuple((name, value) for name, value in told if value),
    )


def build_table(
    columns: Iterable[Column], rows: Iterable[Iterable[Cell | str]], *, title: str = "", nothing: str = ""
) -> FrameBlock:
    """Return a block with a table; a plain text is a cell without a tone."""
    return FrameBlock(
        title=title,
        columns=tuple(columns),
        rows=tuple(tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row) for row in rows),
        nothing=nothing,
    )
