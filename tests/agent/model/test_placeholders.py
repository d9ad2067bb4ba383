"""A message holds names in braces and nothing else, wherever it comes from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.naming import Named
from agent.model.placeholders import fill_message, fill_sentence, split_message
from agent.model.terms import Text
from agent.support.i18n import load_translations, render_text

WRONG = [
    "{x:9}",
    "{x:999999999}",
    "{x!r}",
    "{x!s:9}",
    "{x:{x}}",
    "{x.y}",
    "{x[0]}",
    "{0}",
    "{}",
    "{",
    "}",
    "{x",
    "{ x}",
]


@pytest.mark.parametrize("msgid", WRONG)
def test_anything_but_a_name_is_refused(msgid: str) -> None:
    fills: tuple[Callable[[], object], ...] = (
        lambda: fill_message(msgid, {"x": "a"}),
        lambda: render_text(Text(msgid, {"x": "a"}), "zh-CN"),
        lambda: Named(msgid, x="a"),
    )
    for fill in fills:
        with pytest.raises(ValueError):  # noqa: PT011 - the words of the library differ
            fill()


@given(st.text(max_size=30), st.text(max_size=30))
def test_values_are_put_in_as_they_are_and_are_no_messages(before: str, value: str) -> None:
    literal = before.replace("{", "{{").replace("}", "}}")
    assert fill_message(f"{literal}{{x}}{literal}", {"x": value}) == before + value + before


def test_every_translation_of_ours_can_be_filled_in() -> None:
    for msgid, text in load_translations("zh-CN").items():
        if "{" in msgid and "{{" not in msgid:
            names = {name for _, name in split_message(msgid) if name}
            assert {name for _, name in split_message(text) if name} == names, msgid


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill_message("{x} {y}", {"x": "a"})


@pytest.mark.parametrize(
    ("message", "value", "sentence"),
    [
        ("已有 {value} 未完成。", "3 天", "已有 3 天未完成。"),
        ("已有 {value} 未完成。", "17", "已有 17 未完成。"),
        ("正处于 {value}，将结束", "双十一", "正处于双十一，将结束"),
        ("{value} 正在运行", "（无）", "（无）正在运行"),
        ("in {value} days", "天", "in 天 days"),
        ("表 {value} 的行", " 空格", "表  空格的行"),
    ],
)
def test_a_space_beside_a_chinese_value_is_left_out(message: str, value: str, sentence: str) -> None:
    assert fill_sentence(message, {"value": value}) == sentence


@pytest.mark.parametrize(
    ("msgid", "reason", "shown"),
    [
        ("Revoked: {reason}. Ask.", "The contract ended.", "Revoked: The contract ended. Ask."),
        ("Revoked: {reason}. Ask.", "The contract ended", "Revoked: The contract ended. Ask."),
        ("已撤销：{reason}。请重新申请。", "合同已终止。", "已撤销：合同已终止。请重新申请。"),
        ("Revoked: {reason}.", "We wait for more...", "Revoked: We wait for more...."),
        ("Gone: {reason}", "The contract ended.", "Gone: The contract ended."),
        ("Table {reason}.", "odd.", "Table odd.."),
        ("{reason}.name", "two words.", "two words..name"),
    ],
)
def test_a_reason_that_is_a_sentence_brings_no_second_stop(msgid: str, reason: str, shown: str) -> None:
    assert fill_sentence(msgid, {"reason": reason}) == shown
