"""An outline is taken apart by what its hints do, whatever stands between them."""

from __future__ import annotations

import pytest

from agent.facts.outline_hints import OF_DIAGNOSIS, OF_RUN, drop_hints, list_run_hints, read_timeout_us
from agent.facts.outline_stripping import strip_outline

PLAN = 'LEADING(@"SEL$1" ("a"@"SEL$1" "b"@"SEL$1"))', "PARALLEL(4)", "OPTIMIZER_FEATURES_ENABLE('4.3.5.3')"
RUN = "READ_CONSISTENCY( WEAK )", "QUERY_TIMEOUT(5000)"
SEEN = "MONITOR", "TRACE_LOG", 'LOG_LEVEL("info")'


def write(*hints: str) -> str:
    return f"/*+ {' '.join(('BEGIN_OUTLINE_DATA', *hints, 'END_OUTLINE_DATA'))} */"


@pytest.mark.parametrize(
    ("dropped", "kept"),
    [(OF_DIAGNOSIS, (*PLAN, *RUN)), (OF_RUN, (*PLAN, *SEEN)), (OF_RUN | OF_DIAGNOSIS, PLAN)],
)
def test_only_hints_of_these_names_are_dropped(dropped: frozenset[str], kept: tuple[str, ...]) -> None:
    assert drop_hints(write(*PLAN, *RUN, *SEEN), dropped) == write(*kept)


def test_a_text_of_another_form_is_left_as_it_is() -> None:
    assert drop_hints("/*+ QUERY_TIMEOUT(5) */", OF_RUN) == "/*+ QUERY_TIMEOUT(5) */"
    assert list_run_hints("DROP OUTLINE a;") == ()


def test_hints_of_the_run_are_found_in_a_whole_statement() -> None:
    assert list_run_hints(f"CREATE OUTLINE a ON 'B' USING HINT {write(*PLAN, *RUN)};") == (
        "READ_CONSISTENCY(WEAK)",
        "QUERY_TIMEOUT(5000)",
    )
    assert read_timeout_us(write(*PLAN, *RUN)) == 5000
    assert read_timeout_us(write(*PLAN, RUN[0])) is None


def test_which_replica_is_read_survives_the_reading_of_an_outline() -> None:
    assert "READ_CONSISTENCY( WEAK )" in strip_outline(write(*PLAN, *RUN))
