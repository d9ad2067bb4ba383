"""The word that was meant is found for a slip of the finger, and nothing is guessed for another word."""

from __future__ import annotations

import pytest

from agent.model.terms import DataClass, Severity
from agent.support.suggestions import suggest_words

FORMATS = ["html", "docx", "xlsx", "pdf", "json"]


def meant(given: str, known: list[str]) -> list[str]:
    return [word for text in suggest_words([given], known) for word in str(text.args["words"]).split(", ")]


@pytest.mark.parametrize("word", [*FORMATS, *Severity, *DataClass, "zh-CN", "CAP001", "--outside-service"])
def test_a_slip_of_the_finger(word: str) -> None:
    known = [word, "quite-another", "yonder"]
    if len(word) >= 4:
        slips = [word[:-1], word[1:], word[:2] + word[3:], word[0] + word[2] + word[1] + word[3:], word + "x"]
        assert [slip for slip in slips if word not in meant(slip, known) and slip != word] == []
    assert meant(word.upper(), known) == ([word] if word.upper() != word else [])


def test_a_beginning_is_enough_and_nothing_is_guessed() -> None:
    assert meant("zh", ["zh-CN", "en"]) == ["zh-CN"] and meant("production", ["prod", "test"]) == ["prod"]
    assert meant("paper", FORMATS) == meant("", FORMATS) == []
    assert suggest_words(["html"], FORMATS) == ()


def test_each_unknown_word_has_an_answer_of_its_own() -> None:
    found = suggest_words(["htm", "html", "paper", "jsn"], FORMATS)
    assert [text.args["words"] for text in found] == ["html", "json"]
