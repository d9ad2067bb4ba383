"""Every message that a person may read, found in the code, the templates and the catalogue of checks.

``python -m tests.messages`` lists those without a Chinese translation, ready to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import typer
from docxtpl import DocxTemplate
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from agent.__main__ import build_command
from agent.catalogue import registry
from agent.catalogue.contract import list_texts
from agent.cli import help_page, help_topics
from agent.report.view.cards import format_evidence
from agent.report.words import Words
from agent.support.i18n import load_translations
from checks.version.known_faults import FAULTS
from tests.checks import cases
from tests.harness import gathered, run_check, snapshot_of
from tests.message_flow import Flow

ROOT = Path(__file__).parent.parent


def of_checks() -> Iterator[str]:
    """Texts of every check's header."""
    for spec in registry.load_registry().checks.values():
        yield from list_texts(spec)


def of_code() -> Iterator[str]:
    """Messages in ``agent`` and ``checks``, wherever they go before they are told."""
    yield from filter(is_message, Flow(ROOT / "agent", ROOT / "checks").messages())


def of_commands() -> Iterator[str]:
    """What ``--help`` says of every command and every parameter, and the headings."""
    yield from (*help_page.HEADINGS, *help_topics.EXIT_CODES.values(), *help_topics.ENVIRONMENT.values())
    for _, command in walk_commands():
        yield from help_page.list_paragraphs(command.help)
        for param in command.get_params(typer.Context(command)):
            yield from help_page.list_messages(param)


def walk_commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command with the words that call it; the whole application has none."""
    command = command or typer.main.get_command(build_command())
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk_commands(inner, (*path, name))


def of_templates() -> Iterator[str]:
    """Messages in the Jinja templates, that of Word among them."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    pages = sorted((ROOT / "report_templates").glob("*.j2"))
    files = map(_read_word_template, sorted((ROOT / "report_templates").glob("*.docx")))
    for source in (*(path.read_text(encoding="utf-8") for path in pages), *files):
        for _, _, message in extract_from_ast(environment.parse(source), ("_", "N_")):
            yield from [message] if isinstance(message, str) else [part for part in message or () if part]


def _read_word_template(path: Path) -> str:
    template = DocxTemplate(path)
    template.init_docx()
    return str(template.patch_xml(template.get_xml()))


def of_evidence() -> Iterator[str]:
    """Labels of evidence and params, as reports print them, without the unit. Evidence is what the cases give."""
    words = Words("en")
    for spec in registry.load_registry().checks.values():
        if spec.params:
            yield from (words.name(field.name) for field in fields(spec.params))
    for case in gathered(cases, "CASES"):
        result = run_check(case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
        yield from (name for finding in result.findings for name, _ in format_evidence(finding.evidence, "", words))


def is_message(text: str) -> bool:
    """Words rather than a name: styles, keys and paths are no messages."""
    has_words = (" " in text or "{" in text) and re.search(r"[A-Za-z]{2}", text)
    return bool(has_words) and "\\" not in text and "[A-Z]" not in text


def of_faults() -> Iterator[str]:
    """What happens, by the table of known faults."""
    yield from (fault.what for fault in FAULTS)


@cache
def everything() -> list[str]:
    """All messages, once, in order of appearance."""
    return list(
        dict.fromkeys([*of_checks(), *of_code(), *of_commands(), *of_templates(), *of_evidence(), *of_faults()])
    )


def untranslated() -> list[str]:
    """Messages that the Chinese catalogue lacks."""
    known = load_translations("zh-CN")
    return [message for message in everything() if message not in known]


if __name__ == "__main__":
    for message in untranslated():
        print(repr(message))  # noqa: T201
