"""The card and the mail: nothing of a value becomes markup, a link, or a line of its own."""

from __future__ import annotations

import dataclasses
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent.delivery.markdown_card import disarm_markup, format_card
from agent.delivery.plain_text import format_mail
from tests.agent.delivery.messages import MESSAGE

MARKUP = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = "[click](https://evil.example/) ![x](http://e/) <b>*bold*</b> `code` # _em_ ~~gone~~ | a | \n# head\n- point"


@given(st.text(max_size=200) | st.text(alphabet="_*-+.=1a0b ~`#>|[](){}!\n\t\\&;:/é中²،", max_size=30))
@example(HOSTILE)
@example("1. one")
@example("-")
@example("12.")
@example("0)")
@example("- point")
@example("+ point")
@example("___")
@example("__0__")
@example("a__b _c_ d__")
@example("=\n===")
@example("&lt;b&gt; &#91;x&#93;(http://e)")
def test_a_value_is_shown_as_text(value: str) -> None:
    disarmed = disarm_markup(value)
    kinds = {token.type for token in MARKUP.parse(disarmed)}
    inner = {child.type for token in MARKUP.parse(disarmed) for child in token.children or ()}
    assert kinds <= {"paragraph_open", "inline", "paragraph_close"} and inner <= {"text"}
    assert not re.search(r"https?://", disarmed)


def test_names_and_figures_stay_readable() -> None:
    assert disarm_markup("Acme Retail Co., Ltd. · order_db_1: 62.3 (−20.6)") == (
        "Acme Retail Co., Ltd. · order_db_1: 62.3 (−20.6)"
    )


def test_the_card_holds_everything_in_short_paragraphs() -> None:
    title, text = format_card(MESSAGE)
    assert title == MESSAGE.headline
    for part in ("Acme", "62.3", "**1. Data disk nearly full** (by 2026-10-10)", "Buy disk space", "ab" * 32):
        assert part in text
    assert "[files.example.com/acme/](https://files.example.com/acme/)" in text
    assert all(len(paragraph) < 120 for paragraph in text.split("\n\n"))
    assert "\n" not in text.replace("\n\n", ""), "a single line end is no new line on a phone"


def test_a_chinese_card_has_chinese_punctuation() -> None:
    text = format_card(dataclasses.replace(MESSAGE, language="zh-CN"))[1]
    assert "Customer：**Acme**" in text and "（by 2026-10-10）" in text


def test_a_keyword_is_added_only_where_it_is_missing() -> None:
    assert format_card(MESSAGE, "巡检")[1].endswith("\n\n巡检")
    assert format_card(MESSAGE, "OceanBase") == format_card(MESSAGE)


@given(st.text(max_size=100))
@example("Acme\r\nBcc: all@example.com")
def test_no_value_begins_a_header_or_a_line_of_a_mail(value: str) -> None:
    message = dataclasses.replace(MESSAGE, headline=value, facts=(("Customer", value),))
    subject, text = format_mail(message)
    assert len(subject.splitlines()) <= 1
    assert text.count("\n") == format_mail(MESSAGE)[1].count("\n") - (len(MESSAGE.facts) - 1)
