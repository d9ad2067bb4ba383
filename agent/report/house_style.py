"""Builds the style of one report from the engagement's ``report:`` block; reads the logo file."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.engagement.report_block import LOGO_BYTES, ReportBlock, detect_picture_type, find_msgids
from agent.model.document import Document
from agent.model.terms import Text
from agent.report.style import ACCENT, Section, Style
from agent.report.view import page_one
from agent.report.view.cover import build_cover
from agent.report.view.persons import restate_persons
from agent.report.words import Words, read_zone
from agent.support.errors import RenderError
from agent.support.sandbox import render_template

_PERSONS = ("prepared_by", "reviewed_by", "approved_by", "classification")
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


def build_style(house: ReportBlock, document: Document, language: str) -> Style:
    """Return the house style for this document and language; sections without a text in it are left out.

    Raises RenderError for a logo that cannot be read or is damaged, and for a text that cannot be printed.
    """
    plain = build_plain_style(house, language)
    words = Words(language, plain.wording, read_zone(document))
    document = restate_persons(document, plain.persons)
    return replace(plain, sections=_build_sections(house, document, words))


def build_plain_style(house: ReportBlock, language: str) -> Style:
    """Return the house style for this language without sections, whose texts are about an assessment.

    Raises RenderError for a logo that cannot be read or is damaged.
    """
    wording = {
        msgid: text
        for phrase, text in house.wording.get(language, {}).items()  # type: ignore[call-overload]
        for msgid in find_msgids(phrase, language)
    }
    logo = _read_logo(house)
    return Style(
        logo=logo,
        logo_type=detect_picture_type(logo) if logo else "",
        accent=house.accent or ACCENT,
        contacts=tuple((contact.name, contact.detail) for contact in house.contacts),
        wording=wording,
        templates=house.templates,
        persons={key: getattr(house, key) for key in _PERSONS if key in house.model_fields_set},
    )


def list_variables(document: Document, words: Words) -> dict[str, str]:
    """Return the variables that added sections may name (``sandbox.VARIABLES``), as the report prints them."""
    period, verdict = (
        page_one.format_period(document["period"], words),
        page_one.build_verdict(document["score"], words),
    )
    told = build_cover(document, period, words)
    return {
        "customer": told.customer,
        "target": told.target,
        "version": told.version,
        "period": period,
        "assessed": told.assessed,
        "number": told.number,
        "valid_until": told.valid_until,
        "prepared_by": told.prepared_by,
        "reviewed_by": told.reviewed_by,
        "classification": told.classification,
        "score": verdict.shown,
        "range": verdict.range_shown,
        "grade": verdict.band,
        "coverage": verdict.coverage,
        "language": words.language,
    }


def _build_sections(house: ReportBlock, document: Document, words: Words) -> tuple[Section, ...]:
    if not house.sections:
        return ()
    known, found = list_variables(document, words), []
    for index, section in enumerate(house.sections):
        for language in section.text.keys() & {words.language}:
            name = f"report.sections[{index}].{{}}.{language}"
            title = render_template(section.title[language], name.format("title"), known)
            text = render_template(section.text[language], name.format("text"), known)
            paragraphs = tuple(part.strip() for part in _BETWEEN_PARAGRAPHS.split(text) if part.strip())
            found.append(Section(title.strip(), paragraphs, section.place))
    return tuple(found)


def _read_logo(house: ReportBlock) -> bytes | None:
    if house.logo is None:
        return None
    try:
        with house.logo.open("rb") as file:
            content = file.read(LOGO_BYTES)
    except OSError as error:
        args = {"path": str(house.logo), "reason": error.strerror or str(error)}
        raise RenderError(Text("the logo {path} cannot be read ({reason})", args)) from None
    if not detect_picture_type(content):
        raise RenderError(Text("the logo {path} is no whole PNG or JPEG picture", {"path": str(house.logo)}))
    return content
