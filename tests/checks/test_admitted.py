"""What allowlists and hosts admit of all public addresses, and which entries do."""

from __future__ import annotations

import pytest

from checks.security.admitted import find_admitting


def test_the_family_of_which_more_is_admitted_counts_whatever_its_entries_are_called() -> None:
    assert find_admitting(["9.0.0.0/8", "2000::/3"]) == (100.0, ["2000::/3"])
    assert find_admitting(["0.0.0.0/0", "2400::/16"]) == (100.0, ["0.0.0.0/0"])


@pytest.mark.parametrize(("entry", "is_everything"), [("%", True), ("0.0.0.0/0", True), ("0.0.0.0/33", False)])
def test_a_mask_is_at_most_as_long_as_an_address(entry: str, is_everything: bool) -> None:
    assert find_admitting([entry]) == ((100.0, [entry]) if is_everything else (0.0, []))


def test_an_entry_that_admits_nothing_more_is_not_named() -> None:
    assert find_admitting([" % ", "10.%", "%", "1.2.3.4"]) == (100.0, ["%"])
    assert find_admitting([]) == (0.0, [])
