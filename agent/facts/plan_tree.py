"""Answers questions about a cached plan: which tables it reads, by which way, and how far the estimates were off. Pure.

The optimizer's note on a scan is a list of ``name:value`` lines (seen on 4.3.5): rows of the table, of the range that
the index leaves, and of the lookups back to the table; the indexes that it could choose from; the statistics' version.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from agent.facts import SYSTEM_SCHEMAS
from agent.facts.plans import PlanStep

_SCAN = re.compile(r"(?:DISTRIBUTED |COLUMN |PX |BATCH )*TABLE (FULL SCAN|RANGE SCAN|SKIP SCAN|GET|SCAN)")
_ALIAS = re.compile(r"(?P<table>[^(]+)(?:\((?P<index>.+)\))?", re.DOTALL)
_REVERSE = "Reverse"
_NOTE = re.compile(r"^\s*([a-z_ ]+?)\s*:\s*(.*?)\s*$")
_NUMBER = r"(\d{1,6})"
_PIECE = re.compile(rf"p(?:\[{_NUMBER}-{_NUMBER}\]|{_NUMBER})(?:sp(?:\[{_NUMBER}-{_NUMBER}\]|{_NUMBER}))?")
_REGROUPS = re.compile(r"GROUP BY|DISTINCT|UNION|INTERSECT|EXCEPT|MINUS|LIMIT|TOP-N|WINDOW|SUBPLAN FILTER")
# DISTRIBUTED INSERT, FOR UPDATE; INSERT_UP is ON DUPLICATE KEY UPDATE. PX COORD MERGE SORT changes nothing.
_CHANGES = frozenset({"INSERT", "INSERT_UP", "UPDATE", "DELETE", "REPLACE", "MERGE"})
_NEVER = "version=1970-01-01"


class Way(StrEnum):
    """How a scan finds its rows."""

    FULL = "full"
    RANGE = "range"
    SKIP = "skip"
    GET = "get"


_WAYS = {"FULL SCAN": Way.FULL, "SCAN": Way.FULL, "RANGE SCAN": Way.RANGE, "SKIP SCAN": Way.SKIP, "GET": Way.GET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One scan of a business table in a plan. ``index`` is "" for the table itself, which its primary key orders.

    Rows of one execution: ``rows_estimated`` and ``rows_real`` are what the scan returned; ``range_rows`` what the
    optimizer expected to go through, ``rows_kept`` of these by its conditions if no LIMIT ended the scan, ``back_rows``
    what to look up in the table, ``table_rows`` what the table has. ``alias`` is its name in the statement.
    None where the optimizer left no note. ``statistics_known`` is False where it had no statistics at all.
    ``pieces`` counts the partitions that are read.
    """

    step: PlanStep
    table: str
    alias: str = ""
    index: str
    way: Way
    rows_estimated: int
    rows_real: int
    pieces: int
    table_rows: int | None = None
    range_rows: int | None = None
    back_rows: int | None = None
    rows_kept: int | None = None
    available: tuple[str, ...] = ()
    statistics_known: bool | None = None

    @property
    def owner(self) -> str:
        """The database of the table."""
        return self.step.object_owner


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One plan of one statement: its operators from top to bottom."""

    sql_id: str
    plan_hash: int
    steps: tuple[PlanStep, ...]

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """The scans of business tables, in the order in which EXPLAIN prints them."""
        return tuple(found for step in self.steps if (found := read_access(step)) is not None)

    @property
    def changes(self) -> frozenset[str]:
        """What the plan does to rows: the operators that change or lock them, by the last word of their names."""
        return frozenset(words[-1] for step in self.steps if (words := step.operator.split())) & _CHANGES

    def list_children(self, parent: PlanStep) -> list[PlanStep]:
        """Return the operators right below one, from first to last."""
        below = self.steps[self.steps.index(parent) + 1 :]
        children = []
        for step in below:
            if step.depth <= parent.depth:
                break
            if step.depth == parent.depth + 1:
                children.append(step)
        return children

    def find_join(self, access: Access) -> tuple[PlanStep, PlanStep] | None:
        """Return the join right above a scan and what it joins the scan with; None if its rows are changed before."""
        below = access.step
        for step in reversed(self.steps[: self.steps.index(below)]):
            if step.depth >= below.depth:
                continue
            if _REGROUPS.search(step.operator):
                return None
            if "JOIN" in step.operator:
                others = [child for child in self.list_children(step) if child is not below]
                return (step, others[0]) if len(others) == 1 else None
            below = step
        return None


def read_plans(steps: Iterable[PlanStep]) -> dict[str, list[Plan]]:
    """Return the plans of each SQL_ID, in the order of their hashes."""
    by_plan: defaultdict[tuple[str, int], list[PlanStep]] = defaultdict(list)
    for step in steps:
        by_plan[step.sql_id, step.plan_hash].append(step)
    plans: defaultdict[str, list[Plan]] = defaultdict(list)
    for (sql_id, plan_hash), found in sorted(by_plan.items()):
        plans[sql_id].append(Plan(sql_id=sql_id, plan_hash=plan_hash, steps=tuple(sorted(found, key=lambda s: s.id))))
    return dict(plans)


def read_access(step: PlanStep) -> Access | None:
    """Return the scan of a business table that an operator is, or None if it is another operator."""
    scan = _SCAN.fullmatch(step.operator.strip())
    if scan is None or step.object_owner in ("", *SYSTEM_SCHEMAS) or not step.object_name:
        return None
    notes = _read_notes(step.optimizer)
    statistics = notes.get("stats info")
    available = _read_names(notes.get("avaiable_index_name") or notes.get("available_index_name") or "")
    alias, index = _read_alias(step, available)
    return Access(
        step=step,
        table=step.object_name,
        alias=alias,
        index=index,
        way=_WAYS[scan[1]],
        rows_estimated=step.rows_estimated,
        rows_real=step.rows_real,
        pieces=count_pieces(step.partitions),
        table_rows=_read_count(notes.get("table_rows")),
        range_rows=_read_count(notes.get("physical_range_rows")),
        back_rows=_read_count(notes.get("index_back_rows")),
        rows_kept=_read_count(notes.get("output_rows")),
        available=available,
        statistics_known=None if statistics is None else _NEVER not in statistics,
    )


def _read_alias(step: PlanStep, available: Sequence[str]) -> tuple[str, str]:
    """Return alias, in lower case, and index of ``o``, ``o(ix)``, ``o(Reverse)`` or ``o(ix,Reverse)``.

    A name may hold brackets itself: then it is the table's own, or the index is one that the scan could choose.
    """
    text, name = step.object_alias.strip(), step.object_name
    found = _ALIAS.fullmatch(text)
    if found is None or text == name:
        return text.lower(), ""
    alias, index = found["table"].strip(), found["index"] or ""
    if text.startswith(f"{name}(") and text.endswith(")"):
        alias, index = name, text[len(name) + 1 : -1]
    index = "" if index == _REVERSE and index not in available else index
    return alias.lower(), index if index in available else index.removesuffix(f",{_REVERSE}")


def count_pieces(partitions: str) -> int:
    """Count the partitions that a scan reads, as the plan writes them: ``partitions(p[0-2], p5)``. Unknown counts as 0.

    Subpartitions are counted each: ``p[0-1]sp[0-3]`` are eight.
    """
    found = 0
    for first, last, single, sub_first, sub_last, sub_single in _PIECE.findall(partitions):
        pieces = 1 if single else max(int(last) - int(first) + 1, 0)
        parts = max(int(sub_last) - int(sub_first) + 1, 0) if sub_first else 1
        found += pieces * (parts if sub_first or sub_single else 1)
    return found


def _read_notes(optimizer: str) -> dict[str, str]:
    notes: dict[str, str] = {}
    for line in optimizer.splitlines():
        note = _NOTE.match(line)
        if note and note[2]:
            notes.setdefault(note[1], note[2])
    return notes


def _read_count(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _read_names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.strip("[]").split(",") if (name := part.strip()))
