"""Every message of the report has a Chinese translation with the same placeholders."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

from babel.messages.extract import DEFAULT_KEYWORDS, extract

from agent.support.i18n import load_translations

KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "words": None, "Text": None}


def messages() -> Iterator[str]:
    templates, package = Path(str(files("report_templates"))), Path(str(files("agent")))
    sources = [("jinja2.ext:babel_extract", path) for path in templates.glob("*.j2")]
    sources += [("python", path) for path in (*(package / "report").rglob("*.py"), package / "model" / "labels.py")]
    for method, path in sources:
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, KEYWORDS, options={"trimmed": "true"}):
                yield message if isinstance(message, str) else message[0]


MESSAGES = sorted(set(messages()))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_messages_are_found() -> None:
    known = {"Health score", "Critical", "Way back", "Longest statement", "cannot write {path}: {detail}"}
    assert known <= set(MESSAGES)


def test_translated() -> None:
    chinese = load_translations("zh-CN")
    assert [message for message in MESSAGES if not chinese.get(message)] == []
    assert [message for message in MESSAGES if placeholders(chinese[message]) != placeholders(message)] == []
