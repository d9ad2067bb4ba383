"""Where the target's audit and the journal disagree about our statements."""

from __future__ import annotations

import pytest

from agent.model.cost import Receipt, compare_with_journal
from agent.model.terms import Text
from agent.support.i18n import render_text

AGREED = Receipt(
    way="account", sent=31, sent_ms=200.0, sent_rows=600, found=31, total_ms=150.0, longest_ms=70.0, rows=600
)


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        (AGREED, []),
        (
            Receipt(
                way="marker", sent=31, sent_ms=200.0, sent_rows=600, found=28, total_ms=150.0, longest_ms=70.0, rows=600
            ),
            ["28 of the 31"],
        ),
        (
            Receipt(
                way="account",
                sent=31,
                sent_ms=200.0,
                sent_rows=600,
                found=33,
                total_ms=150.0,
                longest_ms=70.0,
                rows=700,
            ),
            ["something else used the account"],
        ),
        (
            Receipt(
                way="account",
                sent=31,
                sent_ms=200.0,
                sent_rows=600,
                found=31,
                total_ms=150.0,
                longest_ms=70.0,
                rows=601,
            ),
            ["601 rows returned, the journal 600"],
        ),
        (
            Receipt(
                way="account",
                sent=31,
                sent_ms=200.0,
                sent_rows=600,
                found=31,
                total_ms=201.0,
                longest_ms=70.0,
                rows=600,
            ),
            ["took 201 ms, by the journal 200 ms"],
        ),
        (
            Receipt(
                way="account",
                sent=31,
                sent_ms=200.0,
                sent_rows=600,
                found=31,
                total_ms=150.0,
                longest_ms=70.0,
                rows=600,
                writes=2,
            ),
            ["2 statements changed rows"],
        ),
        (Receipt(way="", sent=31, sent_ms=200.0, sent_rows=600, reason=Text("no")), []),
    ],
)
def test_where_they_disagree_it_says_so(receipt: Receipt, said: list[str]) -> None:
    found = [render_text(text, "en") for text in compare_with_journal(receipt)]
    assert len(found) == len(said) and all(part in text for part, text in zip(said, found, strict=True)), found
