"""Writes a document of the service in every format and language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.engagement.report_block import ReportBlock
from agent.model.labels import N_
from agent.model.terms import Text
from agent.report.docx.render_docx import fill_chosen
from agent.report.house_style import build_plain_style
from agent.report.html.render_frame import render_frame
from agent.report.pdf.render_pdf import print_html
from agent.report.style import Style
from agent.report.view.file_names import name_document
from agent.report.view.frame import Frame
from agent.report.words import Words
from agent.support.errors import ConfigError, HealthAgentError, RenderError
from agent.support.files import write_whole
from agent.support.i18n import LANGUAGES
from agent.support.installation import advise_install
from agent.support.suggestions import suggest_words

FORMATS = ("html", "docx", "pdf")
WORD_TEMPLATE = "document.docx"
Build = Callable[[Words, Style], Frame]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWish:
    """Which document is wanted and where. ``kind`` begins the names of its files, ``subject`` stands in them.

    ``build`` makes what the document says, for one language.
    """

    kind: str
    customer: str
    subject: str
    made: datetime
    zone: ZoneInfo
    build: Build
    house: ReportBlock
    directory: Path
    formats: Sequence[str]
    languages: Sequence[str]


def write_document(wish: DocumentWish) -> list[Path]:
    """Write the document in every format and language; return the files in that order.

    Raises ConfigError for an unknown format or language before anything is written. If one file fails, the others are
    still written; RenderError is raised at the end, with its ``problems`` and what was ``written``.
    """
    validate_document_formats(wish.formats, wish.languages)
    written: list[Path] = []
    failed: dict[str, Text] = {}
    for language in dict.fromkeys(wish.languages):
        for name in dict.fromkeys(wish.formats):
            path = wish.directory / _name_file(wish, language, name)
            try:
                write_whole(path, _make_content(wish, language, name))
            except (HealthAgentError, OSError) as error:
                failed[path.name] = _describe_error(path, error)
            else:
                written.append(path)
    if failed:
        reasons = {repr(reason): reason for reason in failed.values()}
        raise RenderError(Text("not written: {files}", {"files": ", ".join(failed)}), tuple(reasons.values()), written)
    return written


def validate_document_formats(formats: Sequence[str], languages: Sequence[str]) -> None:
    """Raise ConfigError for an unknown format or language, or none at all."""
    for msgid, given, known in (
        (N_("unknown document format: {given}; known are {known}"), formats, FORMATS),
        (N_("unknown report language: {given}; known are {known}"), languages, LANGUAGES),
    ):
        unknown = [name for name in given if name not in known]
        if unknown or not given:
            args = {"given": ", ".join(unknown) or "–", "known": ", ".join(known)}
            raise ConfigError(Text(msgid, args), suggest_words(unknown, known))


def _name_file(wish: DocumentWish, language: str, name: str) -> str:
    day = wish.made.astimezone(wish.zone).date()
    return name_document(wish.kind, wish.customer, wish.subject, day, f"{language}.{name}")


def _make_content(wish: DocumentWish, language: str, name: str) -> bytes:
    style = build_plain_style(wish.house, language)
    words = Words(language, style.wording, wish.zone)
    frame = wish.build(words, style)
    if name == "docx":
        return _fill_word(frame, words, style)
    page = render_frame(frame, words, style)
    return page if name == "html" else print_html(page, _list_properties(frame), wish.directory)


def _fill_word(frame: Frame, words: Words, style: Style) -> bytes:
    try:
        from agent.report.docx.fill_frame import fill_frame
    except ImportError:
        raise RenderError(
            Text("a Word document needs docxtpl; {install}", {"install": advise_install("report")})
        ) from None
    return fill_chosen(style, WORD_TEMPLATE, lambda place: fill_frame(place, frame, words, style))


def _list_properties(frame: Frame) -> dict[str, str]:
    cover = frame.cover
    return {
        "Title": f"{cover.title} {cover.customer}",
        "Author": cover.prepared_by,
        "Subject": cover.subject,
        "Keywords": " ".join(filter(None, (cover.number, cover.classification))),
    }


def _describe_error(path: Path, error: HealthAgentError | OSError) -> Text:
    if isinstance(error, HealthAgentError):
        return error.text
    return Text("cannot write {path}: {detail}", {"path": str(path), "detail": error.strerror or str(error)})
