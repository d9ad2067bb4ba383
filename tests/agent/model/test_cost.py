"""Where the target's audit and the journal disagree about our statements."""

from __future__ import annotations

from dataclasses import replace

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
        (replace(AGREED, way="marker", found=28), ["28 of the 31"]),
        (replace(AGREED, found=33, rows=700), ["another program used the account"]),
        (replace(AGREED, rows=601), ["601 rows returned, the journal 600"]),
        (replace(AGREED, total_ms=201.0), ["took 201 ms, by the journal 200 ms"]),
        (replace(AGREED, writes=2), ["2 statements changed rows"]),
        (Receipt(way="", sent=31, sent_ms=200.0, sent_rows=600, reason=Text("no")), []),
    ],
)
def test_where_they_disagree_it_says_so(receipt: Receipt, said: list[str]) -> None:
    found = [render_text(text, "en") for text in compare_with_journal(receipt)]
    assert len(found) == len(said) and all(part in text for part, text in zip(said, found, strict=True)), found
