"""The report formats by name: renders a document and writes the files.

Each format is imported when it is asked for: JSON needs none of what a page or a workbook needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from agent.engagement.report_block import ReportBlock
from agent.model.document import Document
from agent.model.labels import N_
from agent.model.terms import Text
from agent.report.house_style import build_style
from agent.report.json.render_json import render_json
from agent.report.style import OURS, Style
from agent.report.view import file_names
from agent.report.view.file_names import name_file
from agent.report.words import NAME_LENGTH, make_printable
from agent.support.errors import ConfigError, HealthAgentError, RenderError, Stopped
from agent.support.files import write_whole
from agent.support.i18n import LANGUAGES, load_translations
from agent.support.suggestions import suggest_words

HOUSE = ReportBlock()


@dataclass(frozen=True, slots=True)
class Format:
    """``make`` takes the document, a language and the house style; ``file`` is the pattern of the file's name.

    ``written_in``: people write in it, so ``make`` takes an earlier one too, and what they wrote is never lost.
    ``in_folder``: ``make`` takes the folder of the file, where it works.
    ``load`` loads in advance what ``make`` needs.
    """

    make: Callable[..., bytes]
    file: str
    per_language: bool = True
    written_in: bool = False
    in_folder: bool = False
    load: Callable[[], None] = lambda: None


def _make_page(*given: Any) -> bytes:
    from agent.report.html.render_html import render_html

    return render_html(*given)


def _make_word(*given: Any) -> bytes:
    from agent.report.docx.render_docx import render_docx

    return render_docx(*given)


def _make_list(*given: Any) -> bytes:
    from agent.report.xlsx.render_xlsx import render_xlsx

    return render_xlsx(*given)


def _make_pdf(*given: Any) -> bytes:
    from agent.report.pdf.render_pdf import render_pdf

    return render_pdf(*given)


def _load_page() -> None:
    from agent.report.html.render_html import load_html

    load_html()


def _load_word() -> None:
    from agent.report.charts.draw import load_canvas

    load_canvas()


def _load_list() -> None:
    import agent.report.xlsx.render_xlsx  # noqa: F401


FORMATS: Mapping[str, Format] = {
    "json": Format(lambda document, *_: render_json(document), "assessment.json", per_language=False),
    "html": Format(_make_page, file_names.PAGE, load=_load_page),
    "docx": Format(_make_word, file_names.WORD, in_folder=True, load=_load_word),
    "xlsx": Format(_make_list, file_names.LIST, written_in=True, load=_load_list),
    "pdf": Format(_make_pdf, file_names.PDF, in_folder=True, load=_load_page),
}


def prepare_rendering(formats: Sequence[str], languages: Sequence[str]) -> None:
    """Load in advance what these formats need. Errors are ignored here; ``render_files`` raises them."""
    for language in languages:
        with suppress(Exception):
            load_translations(language)
    for name in formats:
        with suppress(Exception):
            FORMATS[name].load()


def render_files(
    document: Document,
    formats: Sequence[str],
    languages: Sequence[str],
    directory: Path,
    *,
    house: ReportBlock = HOUSE,
    update: Path | None = None,
) -> list[Path]:
    """Write the document in every format and language to ``directory``. Return the paths in that order, JSON first.

    ``update`` is an earlier list of findings; what people wrote there stands in the new one. Raises ConfigError for a
    wrong ``update`` and for an unknown format or language, before anything is written. If one format fails, the others
    are still written; RenderError is raised at the end, with its ``problems`` and what was ``written``. A signal's
    Stopped knows what was written before it.
    """
    validate_formats(formats, languages)
    if update:
        check_update_file(update, formats, document["customer"], [document["target"]["name"]])
    written: list[Path] = []
    failed: dict[str, Text] = {}
    for chosen, language in _list_jobs(formats, languages):
        path = directory / name_file(chosen.file, document, language)
        try:
            style = build_style(house, document, language) if chosen.per_language else OURS
            write_whole(path, _make_content(chosen, path, document, language=language, style=style, update=update))
        except Exception as error:  # noqa: BLE001 - a format that fails must not take the others with it
            failed[path.name] = _describe_error(path, error)
        except Stopped as stopped:
            stopped.written = tuple(written)
            raise
        else:
            written.append(path)
    if failed:
        text = Text("not written: {files}", {"files": ", ".join(failed)})
        # Two languages that fail alike fail for one reason.
        reasons = {repr(reason): reason for reason in failed.values()}
        raise RenderError(text, tuple(reasons.values()), written)
    return written


def name_files(document: Document, formats: Sequence[str], languages: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the files that ``render_files`` writes for these formats and languages."""
    return tuple(name_file(chosen.file, document, language) for chosen, language in _list_jobs(formats, languages))


def name_formats(files: Iterable[str]) -> tuple[str, ...]:
    """Return the formats that files of these names are written in."""
    endings = {file.rpartition(".")[2] for file in files}
    return tuple(name for name, chosen in FORMATS.items() if chosen.file.rpartition(".")[2] in endings)


def validate_formats(formats: Sequence[str], languages: Sequence[str]) -> None:
    """Raise ConfigError for an unknown format or language, or none at all. Called before anything connects."""
    _refuse_unknown(N_("unknown report format: {given}; known are {known}"), formats, tuple(FORMATS))
    _refuse_unknown(N_("unknown report language: {given}; known are {known}"), languages, LANGUAGES)


def check_update_file(update: Path, formats: Sequence[str], customer: str, targets: Sequence[str]) -> str:
    """Return the target that an earlier list of findings is about.

    Raises ConfigError if it is of another customer, or of none of ``targets``, or if xlsx is not among the formats.
    """
    if "xlsx" not in formats:
        raise ConfigError(Text("--update keeps what was written by hand in a list of findings; it needs --format xlsx"))
    from agent.report.xlsx.render_xlsx import read_list_owner

    of_customer, of_target = read_list_owner(update)
    if of_customer and of_customer != make_printable(customer, NAME_LENGTH):
        text = "{path} is the list of {theirs}, not of {ours}. Give the list of this customer."
        raise ConfigError(Text(text, {"path": str(update), "theirs": of_customer, "ours": customer}))
    theirs = of_target or (targets[0] if len(targets) == 1 else "")
    if theirs not in [make_printable(target, NAME_LENGTH) for target in targets]:
        text = "{path} is the list of {theirs}, not of {ours}. Give the list of this target."
        args = {"path": str(update), "theirs": theirs or "–", "ours": ", ".join(targets)}
        raise ConfigError(Text(text, args))
    return theirs


def _make_content(
    chosen: Format, path: Path, document: Document, *, language: str, style: Style, update: Path | None
) -> bytes:
    if chosen.in_folder:
        return chosen.make(document, language, style, path.parent)
    if not chosen.written_in:
        return chosen.make(document, language, style)
    if update and path.exists() and path.samefile(update):
        text = "{path} is the list that --update reads, and is never overwritten. Choose another --out."
        raise RenderError(Text(text, {"path": str(path)}))
    from agent.report.xlsx.render_xlsx import refuse_lost_writing

    content = chosen.make(document, language, style, update)
    refuse_lost_writing(path, content)
    return content


def _list_jobs(formats: Sequence[str], languages: Sequence[str]) -> list[tuple[Format, str]]:
    chosen = sorted((FORMATS[name] for name in dict.fromkeys(formats)), key=lambda form: form.per_language)
    return [
        (form, language) for form in chosen for language in (dict.fromkeys(languages) if form.per_language else ("",))
    ]


def _refuse_unknown(msgid: str, given: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown or not given:
        args = {"given": ", ".join(unknown) or "–", "known": ", ".join(known)}
        raise ConfigError(Text(msgid, args), suggest_words(unknown, known))


def _describe_error(path: Path, error: Exception) -> Text:
    if isinstance(error, HealthAgentError):
        return error.text
    if isinstance(error, OSError):
        return Text("cannot write {path}: {detail}", {"path": str(path), "detail": error.strerror or str(error)})
    if not isinstance(error, TemplateError | LookupError | TypeError | ValueError | AttributeError | ArithmeticError):
        return Text("{path} could not be made ({kind})", {"path": str(path), "kind": type(error).__name__})
    return Text(
        "the assessment document is damaged and cannot be printed ({detail}); assess again or use another file",
        {"detail": f"{type(error).__name__}: {error}"},
    )
