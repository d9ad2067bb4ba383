"""The hints that force a plan again hold names of objects and words of the server, and nothing that a person wrote."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.facts.outline_stripping import is_block_name, strip_outline

BEGIN, END = "/*+\n      BEGIN_OUTLINE_DATA\n", "\n      END_OUTLINE_DATA\n  */"


def outline(*hints: str) -> str:
    return BEGIN + "\n".join(f"      {hint}" for hint in hints) + END


def stripped(*hints: str) -> str:
    return "/*+ " + " ".join(("BEGIN_OUTLINE_DATA", *hints, "END_OUTLINE_DATA")) + " */"


PLAIN = (
    'LEADING(@"SEL$1" (("shop"."a"@"SEL$1" "shop"."b"@"SEL$1") "c d"@"SEL$1"))',
    'USE_HASH(@"SEL$1" "shop"."b"@"SEL$1")',
    'PQ_DISTRIBUTE(@"SEL$1" "shop"."b"@"SEL$1" BROADCAST NONE)',
    'INDEX(@"SEL$1" "shop"."a"@"SEL$1" "ix (1)")',
    'FULL(@"UPD$1" "shop"."\u8ba2\u5355"@"UPD$1")',
    'MERGE(@"SEL$2" < "SEL$1")',
    "OPT_PARAM('rowsets_enabled' 'false')",
    "OPTIMIZER_FEATURES_ENABLE('4.3.5.3')",
    "PARALLEL(2)",
    "USE_DISTRIBUTED_DML",
)


def test_the_server_s_own_form_stays_on_one_line() -> None:
    assert strip_outline(outline(*PLAIN)) == stripped(*PLAIN)
    assert strip_outline(strip_outline(outline(*PLAIN))) == stripped(*PLAIN), "what is kept can be read again"


@pytest.mark.parametrize(
    "hint",
    [
        "RESOURCE_GROUP('secret')",
        "TRACING('a) END_OUTLINE_DATA */ secret')",
        "OPT_PARAM('secret_value' 'Li Wei')",
        "OPT_PARAM('x')",
        "LOG_LEVEL('secret')",
    ],
)
def test_a_hint_with_a_text_is_left_out_and_the_others_stay(hint: str) -> None:
    assert strip_outline(outline(PLAIN[0], hint, PLAIN[1])) == stripped(PLAIN[0], PLAIN[1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1",
        "/*+ FULL(t) */",
        outline("QB_NAME(SECRET)"),
        outline("QB_NAME(secret)"),
        outline('FULL(@"secret" "t"@"secret")'),
        outline('FULL(@"SEL$1" "t"@"secret")'),
        outline('FULL(@"SEL$1" "t"@"SEL$1"'),
        outline('FULL(@"SEL$1" "a*/b"@"SEL$1")'),
        outline('FULL(@"SEL$1" "a\x1bb"@"SEL$1")'),
        outline('FULL(@"SEL$1" "t"@"SEL$1") -- secret'),
        outline("FULL(@SEL$1 t@SEL$1)"),
        outline("PARALLEL(secret)"),
        outline(*PLAIN)[:80],
        outline(*PLAIN) + "secret",
    ],
)
def test_what_is_not_in_the_server_s_form_is_left_out_whole(text: str) -> None:
    assert strip_outline(text) == ""


@given(st.lists(st.sampled_from([*PLAIN, "'", '"', "(", ")", "*/", "qX7", "@", " "]), max_size=12))
def test_no_word_of_a_person_survives(pieces: list[str]) -> None:
    assert "qX7" not in strip_outline(outline(" ".join(pieces)))


@given(st.text(alphabet=string.printable, max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    strip_outline(text), strip_outline(BEGIN + text + END)


def test_a_long_one_takes_no_time() -> None:
    started = time.perf_counter()
    for text in ("(" * 4000, "'" * 4000, "A(" * 2000, '"' * 3999, "A" * 4000):
        strip_outline(outline(text))
    strip_outline(outline(*PLAIN * 20))
    assert time.perf_counter() - started < 2.0


def test_names_of_query_blocks() -> None:
    assert is_block_name('"SEL$1"') and is_block_name('"SEL$6A1B2C3D"') and not is_block_name('"orders"')
