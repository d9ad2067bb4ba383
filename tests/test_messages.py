"""Everything a person reads exists in Chinese, with the same placeholders."""

from __future__ import annotations

import string

from agent.i18n import catalogue
from tests.messages import everything, untranslated


def placeholders(template: str) -> list[str]:
    try:
        return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name})
    except ValueError:
        return []


def test_every_message_has_a_translation() -> None:
    assert untranslated() == []


def test_the_search_finds_messages() -> None:
    found = everything()
    assert len(found) > 800
    assert "The account may not read {view}." in found


def test_placeholders_are_the_same() -> None:
    chinese = catalogue("zh-CN")
    assert len(chinese) > 2000
    assert {msgid: text for msgid, text in chinese.items() if placeholders(text) != placeholders(msgid)} == {}
