"""Cases of the check on statements that wait."""

from __future__ import annotations

from typing import Any

from agent.facts.plans import StatementWait
from agent.model.terms import Severity
from tests.harness import Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM


def _seen(state: str, samples: int, wait_class: str = "USER_IO", **other: Any) -> StatementWait:
    counts = dict.fromkeys(("planning", "reading", "writing", "remote"), 0)
    values = {"sql_id": "A", "event": "db file data read" if state == "WAITING" else "", **counts, **other}
    return StatementWait(session_state=state, wait_class=wait_class, samples=samples, **values)


def _both(waiting: int, working: int) -> list[StatementWait]:
    return [_seen("WAITING", waiting), _seen("ON CPU", working, "OTHER")]


CASES = [
    Case("SQL034", _both(60, 40), [("SQL A", LOW)], label="six of ten"),
    Case("SQL034", _both(90, 10), [("SQL A", MEDIUM)], label="nine of ten"),
    Case("SQL034", _both(59, 41), label="a little less"),
    Case("SQL034", [_seen("WAITING", 36), _seen("WAITING", 24, event="sync rpc"), _seen("ON CPU", 40)],
         [("SQL A", LOW)], label="for several things"),
    Case("SQL034", [_seen("WAITING", 24), _seen("WAITING", 36, "CONCURRENCY", event=""), _seen("ON CPU", 40)],
         [("SQL A", LOW)], label="longest for what has no name"),
    *(Case("SQL034", [_seen("WAITING", 60, wait), _seen("ON CPU", 40)], [("SQL A", LOW)], label=wait)
      for wait in ("CLUSTER", "COMMIT")),
    Case("SQL034", [*_both(20, 40), _seen("WAITING", 900, "IDLE")], label="for its client"),
    Case("SQL034", [*_both(1, 99), _seen("WAITING", 59, sql_id="B")], label="another one, seen too seldom"),
    Case("SQL034", [_seen("ON CPU", 60)], label="never waits"),
    Case("SQL034", _both(59, 0), not_assessed=True, label="few samples"),
    Case("SQL034", [], not_assessed=True, label="no samples"),
]  # fmt: skip
