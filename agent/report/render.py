"""Format name -> renderer, and the files they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateError

from agent.document import Document
from agent.errors import ConfigError, RenderError
from agent.files import write_whole
from agent.i18n import LANGUAGES
from agent.report.html_format import render_html
from agent.report.json_format import render_json
from agent.report.labels import N_
from agent.report.pdf_format import render_pdf
from agent.terms import Text


@dataclass(frozen=True, slots=True)
class Format:
    """``make`` takes the document and a language; ``file`` is the name of what it leaves."""

    make: Callable[[Document, str], bytes]
    file: str
    per_language: bool = True


FORMATS: Mapping[str, Format] = {
    "json": Format(lambda document, _: render_json(document), "assessment.json", per_language=False),
    "html": Format(render_html, "report.{language}.html"),
    "pdf": Format(render_pdf, "report.{language}.pdf"),
}


def render(document: Document, formats: Sequence[str], languages: Sequence[str], directory: Path) -> list[Path]:
    """Write the document in every format and language to ``directory``; the paths written, in that order.

    Raises ConfigError for an unknown format or language, before anything is written. One format that fails
    does not lose the others: RenderError is raised at the end, with its ``problems`` and what was ``written``.
    """
    validate(formats, languages)
    written: list[Path] = []
    failed: dict[str, Text] = {}
    for chosen, language in _jobs(formats, languages):
        path = directory / chosen.file.format(language=language)
        try:
            write_whole(path, chosen.make(document, language))
        except (RenderError, OSError, TemplateError, LookupError, TypeError, ValueError) as error:
            failed[path.name] = _reason(path, error)
        else:
            written.append(path)
    if failed:
        text = Text("not written: {files}", {"files": ", ".join(failed)})
        # Two languages that fail alike fail for one reason.
        reasons = {(reason.msgid, *reason.args.items()): reason for reason in failed.values()}
        raise RenderError(text, tuple(reasons.values()), written)
    return written


def validate(formats: Sequence[str], languages: Sequence[str]) -> None:
    """Raises ConfigError for an unknown format or language, or none at all; asked before anything is connected."""
    _refuse_unknown(N_("unknown report format: {given}; known are {known}"), formats, tuple(FORMATS))
    _refuse_unknown(N_("unknown report language: {given}; known are {known}"), languages, LANGUAGES)


def _jobs(formats: Sequence[str], languages: Sequence[str]) -> list[tuple[Format, str]]:
    chosen = [FORMATS[name] for name in dict.fromkeys(formats)]
    return [
        (form, language)
        for form in chosen
        for language in (dict.fromkeys(languages) if form.per_language else ("",))
    ]  # fmt: skip


def _refuse_unknown(msgid: str, given: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown or not given:
        raise ConfigError(Text(msgid, {"given": ", ".join(unknown) or "–", "known": ", ".join(known)}))


def _reason(path: Path, error: Exception) -> Text:
    if isinstance(error, RenderError):
        return error.text
    if isinstance(error, OSError):
        return Text("cannot write {path}: {detail}", {"path": str(path), "detail": error.strerror or str(error)})
    return Text(
        "the assessment document is damaged and cannot be printed ({detail}); assess again or use another file",
        {"detail": f"{type(error).__name__}: {error}"},
    )
