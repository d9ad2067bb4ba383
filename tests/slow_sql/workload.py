"""Workloads as data: a schema, what fills it, and statements with the fault that each has, or none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pymysql import Connection

from agent.kernel.start import Kernel

FOLDER = Path(__file__).parent
APPLICATION, PASSWORD = "app", "Slow-2026"
PATIENCE = "SET SESSION ob_query_timeout = 600000000"
# Wide enough that the statements of a whole file stay in both; what is right for a tenant that works.
ROOM = ("SET GLOBAL ob_sql_audit_percentage = 20", "SET GLOBAL ob_plan_cache_percentage = 20")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a statement is sent: ``scripts`` are the statements of each execution, ``sessions`` send them at once."""

    scripts: tuple[tuple[str, ...], ...]
    sessions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. ``fault`` is the kind of its fault, "" if it is healthy; ``like`` the kind that it resembles."""

    name: str
    fault: str
    like: str
    table: str
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One file."""

    name: str
    database: str
    setup: tuple[str, ...]
    statements: tuple[Statement, ...]


def load_workload(name: str) -> Workload:
    """Read a file of this folder."""
    # The base loader takes every scalar as a text: for the others ``no`` is false.
    plain = yaml.load((FOLDER / f"{name}.yaml").read_text("utf-8"), yaml.BaseLoader)
    return Workload(
        name=name,
        database=plain["schema_name"],
        setup=(*plain["schema"], *plain["load"]),
        statements=tuple(map(_read_statement, plain["statements"])),
    )


def _read_statement(entry: Mapping[str, Any]) -> Statement:
    run = entry["run"]
    sessions, times = int(run.get("sessions", 1)), int(run["times"])
    texts = run.get("script") or [run["text"]]
    values = run.get("values", {})
    scripts = tuple(
        tuple(_fill(text, {name: _choose(value, turn) for name, value in values.items()}) for text in texts)
        for turn in range(times * sessions)
    )
    return Statement(
        name=entry["id"],
        fault="" if entry["fault"] == "null" else entry["fault"],
        like=entry.get("like", ""),
        table=entry["table"],
        run=Run(scripts=scripts, sessions=sessions),
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def _choose(value: Any, turn: int) -> str:
    """Return what takes the place of a name in one execution, as the head of the files says."""
    if isinstance(value, Sequence):
        return str(value[turn % len(value)])
    start, step, count = (int(value.get(name, default)) for name, default in (("start", 0), ("step", 1), ("count", 1)))
    offsets = [number * step % int(value.get("modulo", 2**62)) for number in range(turn * count, (turn + 1) * count)]
    return ", ".join(value.get("format", "{}").format(start + offset) for offset in offsets)


def set_up(kernel: Kernel, workload: Workload) -> None:
    """Make the schema, fill it, and make the account of its application: the reading account's statements count not."""
    account = f"'{APPLICATION}'@'{kernel.host}'"
    kernel.run([*ROOM, f"CREATE DATABASE {workload.database}", f"CREATE USER {account} IDENTIFIED BY '{PASSWORD}'"])
    kernel.run([f"GRANT ALL ON {workload.database}.* TO {account}"])
    _send(kernel.connect(database=workload.database), [workload.setup])


def send_all(kernel: Kernel, workload: Workload) -> None:
    """Send every statement as often as it is to be."""
    for statement in workload.statements:
        send_statement(kernel, workload.database, statement)


def send_statement(kernel: Kernel, database: str, statement: Statement) -> float:
    """Send one statement as often as it is to be. Return the milliseconds of an execution."""
    run = statement.run
    started = time.perf_counter()
    threads = [
        threading.Thread(
            target=_send,
            args=(kernel.connect(APPLICATION, PASSWORD, database), run.scripts[number :: run.sessions]),
        )
        for number in range(run.sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - started) * 1000 / len(run.scripts)


def _send(opened: Connection[Any], scripts: Sequence[Sequence[str]]) -> None:
    with closing(opened) as connection, connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        for script in scripts:
            for text in _surround(script):
                cursor.execute(text)
                cursor.fetchall()


def _surround(script: Sequence[str]) -> Iterator[str]:
    """Several statements of one execution are one transaction, unless they say so themselves or define things."""
    plain = len(script) == 1 or not script[0].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "SELECT"))
    yield from script if plain else ("BEGIN", *script, "COMMIT")
