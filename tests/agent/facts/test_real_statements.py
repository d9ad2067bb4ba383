"""Statements of the real world are read: each is parsed, loses its literals, and tells what it is."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest
from sqlglot import expressions as exp

from agent.collection.masking import mask_sql
from agent.facts.conditions import read_questions
from agent.facts.dialect import parse_shared, parse_sql
from agent.facts.lexed_sql import MASKED
from agent.facts.null_traps import list_null_comparisons, list_nullable_exclusions
from agent.facts.result_rows import count_needless_union, find_unordered_cut
from agent.facts.sql import CUT
from agent.facts.sqltext import (
    count_longest_list,
    find_wrapped_column,
    gathers_what_it_picks,
    skips_rows,
    writes_every_row,
)
from tests.data.statements import RealStatement, load_statements

STATEMENTS = tuple(load_statements())
KINDS: dict[str, tuple[type[exp.Expr], ...]] = {
    "select": (exp.Query, exp.Values),
    "insert": (exp.Insert,),
    "replace": (exp.Insert,),
    "update": (exp.Update,),
    "delete": (exp.Delete,),
    "ddl": (exp.Create, exp.Alter, exp.Drop, exp.TruncateTable),
    "other": (
        exp.Merge,
        exp.Use,
        exp.Describe,
        exp.Show,
        exp.Set,
        exp.Kill,
        exp.Analyze,
        exp.Transaction,
        exp.Commit,
        exp.Rollback,
    ),
}
LONG_LIST = 10
NAMES = re.compile(r"`(?:[^`]|``)*`")
# Found without the tokenizer that masking uses; comments hold no literal that anybody asks for.
QUOTED = re.compile(r"'((?:[^'\\]|\\.|'')*)'|\"((?:[^\"\\]|\\.|\"\")*)\"|(?<![\w$#.`@])(\d[\w.]*)", re.DOTALL)
COMMENTS = re.compile(r"/\*.*?\*/|(?:--\s|#)[^\n]*", re.DOTALL)


@cache
def _mask(sql: str) -> str:
    return mask_sql(sql)


def _list_told(masked: str) -> frozenset[str]:
    length, wraps = count_longest_list(masked), find_wrapped_column(masked) is not None
    seen = {
        "all_rows": writes_every_row(masked),
        "offset": skips_rows(masked),
        "wraps": wraps,
        "gathers": wraps and gathers_what_it_picks(masked),
        f"list={length}": length >= LONG_LIST,
        "cut": masked.endswith(CUT),
    }
    return frozenset(word for word, is_so in seen.items() if is_so)


def test_there_are_many_of_each_kind() -> None:
    assert len({statement.name for statement in STATEMENTS}) == len(STATEMENTS) >= 400
    kinds = Counter(statement.kind for statement in STATEMENTS if not statement.reason)
    assert kinds.keys() == KINDS.keys() and min(kinds.values()) >= 5, kinds
    told = Counter(word.partition("=")[0] for statement in STATEMENTS for word in statement.told)
    assert min(told[word] for word in ("all_rows", "offset", "wraps", "gathers", "list")) >= 3, told


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if not s.reason], ids=lambda s: s.name)
def test_read_masked_and_classified(statement: RealStatement) -> None:
    masked = _mask(statement.sql)
    assert masked != MASKED
    if not masked.endswith(CUT):
        trees = parse_sql(masked)
        assert trees and isinstance(trees[0], KINDS[statement.kind]), trees
    assert _list_told(masked) == statement.told


def test_no_literal_survives() -> None:
    asked = 0
    for statement in STATEMENTS:
        masked = _mask(statement.sql)
        bare = NAMES.sub("``", masked)
        assert not re.search(r"['\"]|(?<![\w$#.@])\d", bare), masked
        names = set(re.findall(r"[^\W\d][\w$]*", bare))
        for found in QUOTED.finditer(NAMES.sub("``", COMMENTS.sub(" ", statement.sql))):
            literal = next(part for part in found.groups() if part is not None)
            if literal and literal not in names:  # a text may say what a name of the statement says
                asked += 1
                survives = re.search(rf"(?<![\w$]){re.escape(literal)}(?![\w$])", bare)
                assert not survives, f"{statement.name}: {literal}"
    assert asked > 1000


def test_who_reads_a_tree_that_is_shared_leaves_it_as_it_is() -> None:
    """Checks, and assessments that are restated, read the same trees one after the other."""
    for statement in STATEMENTS:
        masked = _mask(statement.sql)
        for _ in range(2):
            _list_told(masked)
            read_questions(masked, {})
            list_nullable_exclusions(masked, {})
            list_null_comparisons(masked, ())
            find_unordered_cut(masked, {})
            count_needless_union(masked, {})
        for numbered in (False, True):
            assert parse_shared(masked, numbered=numbered) == parse_sql(masked, numbered=numbered), statement.name


def test_a_long_text_is_not_kept() -> None:
    short, long = "SELECT id FROM t WHERE a = ?", f"SELECT id FROM t WHERE a IN ({'?, ' * 1000}?)"
    assert parse_shared(short) is parse_shared(short)
    assert parse_shared(short, numbered=True) != parse_shared(short)
    assert parse_shared(long) == parse_shared(long) and parse_shared(long) is not parse_shared(long)


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if s.reason], ids=lambda s: s.name)
def test_what_is_not_judged_is_masked_whole(statement: RealStatement) -> None:
    assert statement.reason.strip()
    assert _mask(statement.sql) == MASKED
    assert _list_told(MASKED) == frozenset()
