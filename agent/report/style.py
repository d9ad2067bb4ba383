"""The house style of one report: the looks and words that the sender sets.

``agent.report.house_style`` makes it from an engagement, for one document and one language; every format takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ACCENT = "#0f4c81"


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter that the sender adds. ``place`` is ``front`` (after page one) or ``end`` (before the glossary)."""

    title: str
    paragraphs: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The looks and words of one report; ``Style()`` is ours.

    ``logo`` is a PNG or JPEG picture and ``logo_type`` its MIME type; ``accent`` a colour as ``#rrggbb`` that is dark
    enough for text on white; ``contacts`` are (name, detail); ``wording`` replaces messages, by msgid; ``templates``
    is a folder whose files replace ours of the same name. ``persons`` is what the engagement says now of who answers
    for the report and how secret it is, by the keys of the document's colophon and ``approved_by``; it goes before what
    it said at the time of the assessment.
    """

    logo: bytes | None = None
    logo_type: str = ""
    accent: str = ACCENT
    contacts: tuple[tuple[str, str], ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    templates: Path | None = None
    persons: Mapping[str, str] = field(default_factory=dict)

    def placed(self, place: str) -> tuple[Section, ...]:
        """Return the sections with this place."""
        return tuple(section for section in self.sections if section.place == place)


OURS = Style()
