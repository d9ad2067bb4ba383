"""Statements of the corpus with the diagnosis that an expert gives, and the facts that he would ask for.

``diagnoses.yaml`` says how it is written, and ``tables.yaml`` holds the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlglot.tokenizer_core import TokenType

from agent.collection.masking import mask_sql
from agent.facts.definitions import TableDefinition
from agent.facts.lexed_sql import lex_sql
from agent.facts.plans import PlanStep, StatementHour, StatementWait
from agent.facts.schema import IndexColumn, PartitionedIndex, PartitionedTable, TableChanges, TableStatistics
from agent.facts.sql import FORCING, CachedPlan, SqlShape, SqlTotal
from tests.data.statements import RealStatement, load_statements
from tests.harness import NOW

SQL_ID, _OTHER_ID, _SCHEMA = "A", "B", "shop"
_FOLDER = Path(__file__).parent
_THOUSANDS = {"k": 1000, "m": 1_000_000}
_OBJECT = re.compile(r"(?P<table>[^\s(]+)(?: (?P<alias>\w+))?(?:\((?P<index>.+)\))?")
_TEXT, _WHOLE, _DECIMAL = 22, 5, 39  # the server's numbers of types of values
_TYPES = {TokenType.STRING: _TEXT, TokenType.NATIONAL_STRING: _TEXT, TokenType.NUMBER: _WHOLE}
_HINT = re.compile(r"/\*\+(.*?)\*/", re.DOTALL)
_INDEX_HINTS = {"FORCE INDEX": "INDEX", "IGNORE INDEX": "NO_INDEX"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One statement with its facts: what must be found, and which checks must pass because it only resembles theirs.

    ``later`` must be found as well, by checks that were made after the diagnosis was written.

    Where a check errs and that is known, ``because`` says why: it ``missed`` what it should find, or ``blamed``
    falsely.
    """

    name: str
    statement: RealStatement
    finds: frozenset[str]
    later: frozenset[str]
    like: tuple[str, ...]
    missed: frozenset[str]
    blamed: frozenset[str]
    because: str
    facts: tuple[Any, ...]


@cache
def load_diagnoses() -> tuple[Diagnosis, ...]:
    """Return all diagnoses, each with its facts."""
    statements = {statement.name: statement for statement in load_statements()}
    tables = _load("tables.yaml")
    return tuple(
        Diagnosis(
            name=f"{entry['of']}, {entry['in']}",
            statement=statements[entry["of"]],
            finds=frozenset(entry["finds"]),
            later=frozenset(entry.get("later", ())),
            like=tuple(entry.get("like", ())),
            missed=frozenset(entry.get("missed", ())),
            blamed=frozenset(entry.get("blamed", ())),
            because=entry.get("because", ""),
            facts=tuple(_list_facts(statements[entry["of"]].sql, entry, tables[entry["in"]])),
        )
        for entry in _load("diagnoses.yaml")
    )


def _load(name: str) -> Any:
    # The base loader takes every scalar as a text: a column may be called y or no.
    return yaml.load((_FOLDER / name).read_text("utf-8"), yaml.BaseLoader)


def _count(text: str) -> int:
    """Read a number such as 300, 90k or 2m."""
    return int(text[:-1]) * _THOUSANDS[text[-1]] if text[-1] in _THOUSANDS else int(text)


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _list_facts(sql: str, entry: Mapping[str, Any], product: Mapping[str, Any]) -> Iterator[Any]:
    tables = {**product, **entry.get("tables", {})}
    steps = tuple(_read_plan(entry["plan"], tables))
    named = {step.object_name for step in steps if step.object_name}
    for name in sorted(named):
        yield from _describe_table(name, tables[name])
    yield from steps
    yield from _describe_load(sql, entry, steps)
    yield from _list_waits(entry.get("waits", {}))
    yield from _list_hours(entry.get("hours", {}))


def _describe_table(name: str, told: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what the catalogue says of one table."""
    known, pieces = told.get("statistics") != "none", int(told.get("pieces", 0))
    columns = [column.split(" ", 1) for column in _split(told["columns"])]
    indexes = {index: _split(names) for index, names in told["indexes"].items()}
    lines = [f"`{column}` {kind}" for column, kind in columns]
    lines += [_spell_index(index, names) for index, names in indexes.items()]
    options = f" DEFAULT CHARSET = {told.get('charset', 'utf8mb4')}"
    options += f" COLLATE = {told['collation']}" if "collation" in told else ""
    options += f" PARTITION BY KEY(`{told['by']}`) PARTITIONS {pieces}" if pieces else ""
    body = ",\n".join(lines)
    yield TableDefinition(
        table_schema=_SCHEMA, table_name=name, definition=f"CREATE TABLE `{name}` (\n{body}\n){options}"
    )
    for index, names in indexes.items():
        for place, column in enumerate(names, 1):
            yield IndexColumn(
                table_schema=_SCHEMA, table_name=name, index_name=index, non_unique=index != "PRIMARY",
                seq_in_index=place, column_name=column, sub_part=None, index_type="BTREE", is_visible="YES", comment="",
            )  # fmt: skip
        if pieces and index != "PRIMARY":
            locality = "GLOBAL" if index in told.get("global", ()) else "LOCAL"
            yield PartitionedIndex(owner=_SCHEMA, table_name=name, index_name=index, locality=locality)
    rows = _count(told["rows"])
    yield TableStatistics(
        owner=_SCHEMA, table_name=name, num_rows=rows if known else None,
        avg_row_len=int(told.get("width", 100)) if known else None, sample_size=rows if known else None,
        last_analyzed=NOW if known else None, stattype_locked=None,
    )  # fmt: skip
    if "changed" in told:
        yield TableChanges(table_owner=_SCHEMA, table_name=name, changes=_count(told["changed"]))
    if pieces:
        yield PartitionedTable(
            table_schema=_SCHEMA, table_name=name, method="KEY", expression=None, partitions=pieces,
            subpartitions=None, pieces=pieces, table_rows=rows, largest_rows=None, first_bound=None, last_bound=None,
            catch_all_pieces=0, catch_all_rows=None,
        )  # fmt: skip


def _spell_index(index: str, names: Sequence[str]) -> str:
    columns = ", ".join(f"`{name}`" for name in names)
    return f"PRIMARY KEY ({columns})" if index == "PRIMARY" else f"KEY `{index}` ({columns})"


def _read_plan(plan: str, tables: Mapping[str, Any]) -> Iterator[PlanStep]:
    for number, line in enumerate(plan.splitlines()):
        operator, scanned, rows, words = [*map(str.strip, line.split("|")), "", "", ""][:4]
        expected, _, came = rows.partition("/")
        told = dict(word.split("=") for word in words.split())
        found = _OBJECT.fullmatch(scanned) if scanned else None
        table = found["table"] if found else ""
        yield PlanStep(
            sql_id=SQL_ID, plan_hash=1, id=number, depth=(len(line) - len(line.lstrip())) // 2, operator=operator,
            object_alias=_spell_alias(found) if found else "", object_owner=_SCHEMA if found else "",
            object_name=table, object_type="BASIC TABLE" if found else "",
            partitions=_spell_parts(tables[table], told) if found else "",
            optimizer=_spell_note(found, operator, rows, told, tables[table]) if found else "",
            cost=1, rows_estimated=_count(expected), rows_real=_count(came or expected), real_us=1,
        )  # fmt: skip


def _spell_alias(found: re.Match[str]) -> str:
    name = found["alias"] or found["table"]
    return f"{name}({found['index']})" if found["index"] else name


def _spell_parts(told: Mapping[str, Any], words: Mapping[str, str]) -> str:
    parts = words.get("parts", f"0-{int(told.get('pieces', 1)) - 1}")
    return f"partitions(p[{parts}])"


def _spell_note(
    found: re.Match[str], operator: str, rows: str, words: Mapping[str, str], told: Mapping[str, Any]
) -> str:
    """Return the optimizer's note on a scan, as the server writes it."""
    expected, came = (_count(part) for part in (rows.split("/") * 2)[:2])
    total = _count(told["rows"])
    through = _count(words["range"]) if "range" in words else total if "FULL" in operator else max(expected, came)
    keeps = _count(words["keeps"]) if "keeps" in words else expected
    names = ", ".join([*(index for index in told["indexes"] if index != "PRIMARY"), found["table"]])
    version = "1970-01-01" if told.get("statistics") == "none" else "2026-11-20"
    return (
        f"{found['table']}:\n      table_rows:{total}\n      physical_range_rows:{through}\n"
        f"      index_back_rows:{_count(words.get('back', '0'))}\n      output_rows:{keeps}\n"
        f"      avaiable_index_name:[{names}]\n"
        f"      stats info:[version={version} 08:00:00, is_locked=0, is_expired=0]\n"
    )


def _describe_load(sql: str, entry: Mapping[str, Any], steps: Sequence[PlanStep]) -> Iterator[Any]:
    """Yield what ring and plan cache say: the same."""
    load, text = entry.get("load", {}), mask_sql(sql)
    plans = [(int(told.get("runs", 100)), int(told.get("ms", 20))) for told in (load, *entry.get("plans", ()))]
    executions, elapsed_us = sum(runs for runs, _ in plans), sum(runs * ms * 1000 for runs, ms in plans)
    changes = steps[0].operator.startswith(("UPDATE", "DELETE", "INSERT"))
    read = _count(load["reads"]) if "reads" in load else sum(map(_count_range, steps))
    returned = _count(load.get("returns", "0" if changes else str(steps[0].rows_real)))
    changed = _count(load.get("changes", str(steps[0].rows_real) if changes else "0"))
    scans = any(s.operator == "TABLE FULL SCAN" and not _names_index(s) for s in steps)
    yield SqlShape(
        sql_id=SQL_ID, db_name=_SCHEMA, user_name="app", executions=executions, elapsed_us=elapsed_us,
        max_elapsed_us=max(ms for _, ms in plans) * 1000, queue_us=0, plan_us=0, execute_us=elapsed_us, lock_wait_us=0,
        rows_returned=returned * executions, max_rows_returned=returned, rows_affected=changed * executions,
        rows_read=read * executions, disk_reads=0, retries=0, errors=0, plan_misses=0,
        full_scans=executions if scans else 0, remote_plans=0, plans=len(plans),
        over_10ms=0, over_100ms=0, over_1s=0, over_10s=0,
    )  # fmt: skip
    yield SqlTotal(
        sql_id=SQL_ID, db_name=_SCHEMA, executions=executions, elapsed_us=elapsed_us,
        rows_processed=(returned + changed) * executions, rows_read=read * executions,
    )  # fmt: skip
    for number, (runs, ms) in enumerate(plans, 1):
        yield CachedPlan(
            sql_id=SQL_ID, db_id=500_001, plan_id=number, plan_hash=number, statement=text, executions=runs,
            elapsed_time=runs * ms * 1000, param_infos=_list_types(sql), forced=_list_forced(sql),
            table_scan=int(scans),
        )  # fmt: skip


def _count_range(step: PlanStep) -> int:
    found = re.search(r"physical_range_rows:(\d+)", step.optimizer)
    return int(found[1]) if found else 0


def _names_index(step: PlanStep) -> bool:
    return "(" in step.object_alias.replace("(Reverse)", "")


def _list_types(sql: str) -> str:
    """Return the types of a statement's values in the order of its text, as PARAM_INFOS has them."""
    found = lex_sql(sql)
    types = []
    for number, token in enumerate(found.tokens if found else ()):
        kind = _TYPES.get(token.token_type)
        if kind:
            types.append(_DECIMAL if kind == _WHOLE and "." in found.piece(number) else kind)  # type: ignore[union-attr]
    return ",".join(f"{{1,0,0,-1,{kind}}}" for kind in types)


def _list_forced(sql: str) -> int:
    """Return a bit for each hint of a statement that forces a way to read, to join or not to rewrite."""
    hints = set(re.findall(r"[A-Z_]+", " ".join(_HINT.findall(sql))))
    hints |= {name for words, name in _INDEX_HINTS.items() if words in sql}
    return sum(1 << bit for bit, name in enumerate(FORCING) if name in hints)


def _list_waits(waits: Mapping[str, str]) -> Iterator[StatementWait]:
    counts: dict[str, Any] = dict.fromkeys(("planning", "reading", "writing", "remote"), 0)
    for told, samples in waits.items():
        wait_class, _, event = told.partition(": ")
        working = told == "on cpu"
        yield StatementWait(
            sql_id=SQL_ID, session_state="ON CPU" if working else "WAITING",
            wait_class="OTHER" if working else wait_class, event=event, samples=int(samples), **counts,
        )  # fmt: skip


def _list_hours(hours: Mapping[str, str]) -> Iterator[StatementHour]:
    """Yield samples by hour; those of other statements are spread over the day."""
    for hour, told in hours.items():
        samples, days = map(int, told.split(" on "))
        if hour == "others":
            for each in range(24):
                yield StatementHour(sql_id=_OTHER_ID, hour=each, samples=samples // 24, days=days)
        else:
            yield StatementHour(sql_id=SQL_ID, hour=int(hour), samples=samples, days=days)
