"""Lines are broken within the width, at places where both languages allow it, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text as Plain

from agent.support.folding import fold_text

MIXED = st.text("abcXYZ019 ，。（）《》、：%,.;!?()[]-_$/租户内存达到上限🙂\n", max_size=200)


@given(MIXED, st.integers(2, 60))
@example("、; 0", 2)
@example("abcdef  gh", 4)
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, width: int) -> None:
    folded = fold_text(Plain(text), width).plain
    assert all(cell_len(line) <= width for line in folded.split("\n"))
    assert "".join(folded.split()) == "".join(text.split())
    assert folded.count("\n") >= text.count("\n"), "lines stay lines"


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=40), st.integers(12, 60))
def test_words_of_letters_are_whole(words: list[str], width: int) -> None:
    assert fold_text(Plain(" ".join(words)), width).plain.split() == words


@pytest.mark.parametrize("width", range(12, 50))
def test_no_line_begins_or_ends_with_what_belongs_to_its_neighbour(width: int) -> None:
    text = "租户（tenant）的内存使用率超过 90%，请先查看《运维手册》、审计日志：再决定是否扩容。"
    lines = fold_text(Plain(text), width).plain.split("\n")
    assert not [line for line in lines if line[0] in "，。、：）》" or line[-1] in "（《"]


def test_chinese_fills_its_lines() -> None:
    lines = fold_text(Plain("评测 " + "租" * 100), 20).plain.split("\n")
    assert [cell_len(line) for line in lines[:-1]] == [19] + [20] * (len(lines) - 2)


def test_styles_stay_where_they_were() -> None:
    folded = fold_text(Plain.assemble("one two ", ("three four", "bold"), " five"), 9)
    styled = [folded.plain[span.start : span.end].strip() for span in folded.spans if span.style == "bold"]
    assert "".join(styled).replace("\n", " ").split() in (["three", "four"], ["threefour"])
