"""From the engagement's ``report:`` block to the style of one report."""

from __future__ import annotations

import re

from agent.archive.document import Document
from agent.engagement.report_block import LOGO_BYTES, Report, msgids_of, picture_type
from agent.model.terms import Text
from agent.report.style import ACCENT, Section, Style
from agent.report.view import page_one
from agent.report.view.cover import cover
from agent.report.words import Words, zone_of
from agent.support.errors import RenderError
from agent.support.sandbox import rendered

_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


def style_of(house: Report, document: Document, language: str) -> Style:
    """The house style for this document in this language; sections without a text in it are left out.

    Raises RenderError for a logo that has gone and for a text that cannot be printed.
    """
    wording = {
        msgid: text
        for phrase, text in house.wording.get(language, {}).items()  # type: ignore[call-overload]
        for msgid in msgids_of(phrase, language)
    }
    words = Words(language, wording, zone_of(document))
    logo = _logo(house)
    return Style(
        logo=logo,
        logo_type=picture_type(logo) if logo else "",
        accent=house.accent or ACCENT,
        contacts=tuple((contact.name, contact.detail) for contact in house.contacts),
        wording=wording,
        sections=_sections(house, document, words),
        templates=house.templates,
    )


def variables(document: Document, words: Words) -> dict[str, str]:
    """What added sections may name (``sandbox.VARIABLES``), as the report prints it."""
    period, verdict = page_one.period(document["period"], words), page_one.verdict(document["score"], words)
    told = cover(document, period, words)
    return {
        "customer": told.customer, "target": told.target, "version": told.version, "period": period,
        "assessed": told.assessed, "number": told.number, "valid_until": told.valid_until,
        "prepared_by": told.prepared_by, "reviewed_by": told.reviewed_by, "classification": told.classification,
        "score": verdict.shown, "range": verdict.range_shown, "grade": verdict.band, "coverage": verdict.coverage,
        "language": words.language,
    }  # fmt: skip


def _sections(house: Report, document: Document, words: Words) -> tuple[Section, ...]:
    if not house.sections:
        return ()
    known, found = variables(document, words), []
    for index, section in enumerate(house.sections):
        for language in section.text.keys() & {words.language}:
            name = f"report.sections[{index}].{{}}.{language}"
            title = rendered(section.title[language], name.format("title"), known)
            text = rendered(section.text[language], name.format("text"), known)
            paragraphs = tuple(part.strip() for part in _BETWEEN_PARAGRAPHS.split(text) if part.strip())
            found.append(Section(title.strip(), paragraphs, section.place))
    return tuple(found)


def _logo(house: Report) -> bytes | None:
    if house.logo is None:
        return None
    try:
        with house.logo.open("rb") as file:
            content = file.read(LOGO_BYTES)
    except OSError as error:
        args = {"path": str(house.logo), "reason": error.strerror or str(error)}
        raise RenderError(Text("the logo {path} cannot be read ({reason})", args)) from None
    if not picture_type(content):
        raise RenderError(Text("the logo {path} is no whole PNG or JPEG picture", {"path": str(house.logo)}))
    return content
