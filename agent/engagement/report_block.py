"""The ``report:`` block of an engagement: who answers for the report, and the sender's house style.

The block is checked when the engagement is loaded, before any connection is opened. An error that a template raises
only when it is rendered is reported then, with template and line.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from agent.support.i18n import load_translations
from agent.support.yaml_fields import Block, ExistingFile, Folder, Invalid, Many, TextList

LOGO_BYTES = 512 * 1024
_PICTURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n", b"IEND"),
    "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
}
# WCAG 2, level AA: text with at least this contrast can be read on white.
_LEAST_CONTRAST = 4.5
Language = Literal["zh-CN", "en"]


def detect_picture_type(content: bytes) -> str:
    """MIME type of a whole PNG or JPEG picture; empty for anything else."""
    found = (kind for kind, (head, end) in _PICTURES.items() if content.startswith(head) and end in content[-1024:])
    return next(found, "")


def _check_logo(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            content = file.read(LOGO_BYTES + 1)
    except OSError as error:
        raise Invalid("{place}: {path} cannot be read ({reason})", path=str(path), reason=str(error.strerror)) from None
    if len(content) > LOGO_BYTES:
        raise Invalid(
            "{place}: {path} is larger than {limit_bytes}; make the picture smaller",
            path=str(path),
            limit_bytes=LOGO_BYTES,
        )
    if not detect_picture_type(content):
        raise Invalid("{place}: {path} is no whole PNG or JPEG picture; save the logo as one of these", path=str(path))
    return path


def measure_contrast(colour: str) -> float:
    """Contrast ratio of ``#rrggbb`` with white, 1 to 21, as WCAG 2 defines it."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def _check_colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise Invalid('{place}: write a colour in quotes, such as "#0f4c81"')
    if measure_contrast(value) < _LEAST_CONTRAST:
        raise Invalid("{place}: this colour is too light for text on white; take a darker one")
    return value.lower()


def list_placeholder_names(text: str) -> list[str] | None:
    """The ``{names}`` of a message, sorted; None if its braces do not match or hold anything but a name."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    names = [name for _, name, _, _ in parts if name is not None]
    plain = all(name.isidentifier() and not spec and not turned for _, name, spec, turned in parts if name is not None)
    return sorted(names) if plain else None


def find_msgids(phrase: str, language: str) -> list[str]:
    """The messages of the report whose text in English or in the language is ``phrase``."""
    known = load_translations("zh-CN")
    if phrase in known:
        return [phrase]
    return [msgid for msgid, text in known.items() if text == phrase] if language == "zh-CN" else []


def _check_wording(value: dict[str, str], language: str) -> None:
    for phrase, text in value.items():
        msgids = find_msgids(phrase, language)
        if not msgids:
            raise Invalid(
                "{place}: the report has no phrase “{phrase}”; write it exactly as it is printed, or in English",
                phrase=phrase,
            )
        if any(list_placeholder_names(text) != list_placeholder_names(msgid) for msgid in msgids):
            raise Invalid(
                "{place}: the new text of “{phrase}” must have the same placeholders in braces", phrase=phrase
            )


def _check_template(value: str) -> str:
    from agent.support.sandbox import find_text_problem

    problem = find_text_problem(value)
    if problem:
        raise Invalid("{place}: line {line} of this text: {detail}", line=problem.line, detail=problem.detail)
    return value


def _check_templates(folder: Path) -> Path:
    from agent.support.sandbox import TemplateProblem, read_templates

    problem = read_templates(folder)
    if isinstance(problem, TemplateProblem):
        raise Invalid(
            "{place}: {template}, line {line}: {detail}",
            template=problem.template,
            line=problem.line,
            detail=problem.detail,
        )
    return folder


LocalizedText = Annotated[dict[Language, Annotated[TextList, AfterValidator(_check_template)]], Field(min_length=1)]


class ContactBlock(Block):
    """Somebody to turn to; ``detail`` is a role, a telephone number, a mail address."""

    name: TextList
    detail: str = ""


class AddedSection(Block):
    """A chapter of the sender's own. Both texts are Jinja templates over the variables of docs/house-style.md."""

    place: Literal["front", "end"] = "end"
    title: LocalizedText
    text: LocalizedText

    @model_validator(mode="after")
    def _require_same_languages(self) -> AddedSection:
        if self.title.keys() != self.text.keys():
            raise Invalid("{place}: title and text must be given in the same languages")
        return self


class ReportBlock(Block):
    """Who answers for the report, how secret it is, for how long it should be relied on, and how it looks."""

    prepared_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""
    classification: str = ""
    valid_days: Annotated[int, Field(ge=1, le=366)] = 90
    logo: Annotated[ExistingFile, AfterValidator(_check_logo)] | None = None
    accent: Annotated[str, AfterValidator(_check_colour)] | None = None
    contacts: Many[ContactBlock] = ()
    wording: dict[Language, dict[str, TextList]] = Field(default_factory=dict)
    sections: Many[AddedSection] = ()
    templates: Annotated[Folder, AfterValidator(_check_templates)] | None = None

    @field_validator("wording")
    @classmethod
    def _require_known_phrases(cls, value: dict[Language, dict[str, str]]) -> dict[Language, dict[str, str]]:
        for language, words in value.items():
            _check_wording(words, language)
        return value
