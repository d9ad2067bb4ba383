from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.judgement.fingerprint import fingerprint_finding


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3)), unique=True, min_size=2))
def test_fingerprints_differ_whatever_the_names_hold(parts: list[tuple[str, str, str]]) -> None:
    assert len({fingerprint_finding(*part) for part in parts}) == len(parts)


@pytest.mark.parametrize("separator", ["\0", "\x1f", '"', '", "', ",", "\\"])
def test_no_separator_in_a_name_makes_two_findings_one(separator: str) -> None:
    assert fingerprint_finding("a" + separator + "b", "c", "d") != fingerprint_finding("a", "b" + separator + "c", "d")
    assert fingerprint_finding("a", "b", "c" + separator) != fingerprint_finding("a", "b" + separator, "c")


def test_a_fingerprint_is_kept_over_releases() -> None:
    # History lives on this value: were it to change, every finding of every customer would look new.
    assert fingerprint_finding("shop", "CAP001", "zone1") == "a46a682a1004d408"


def test_a_lone_surrogate_has_a_fingerprint_too() -> None:
    assert len(fingerprint_finding("shop", "CAP001", "\ud800")) == 16
