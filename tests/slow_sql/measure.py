"""``make slow-sql``: recall and false alarms of the diagnosis of slow statements, on the kernel with data.

Each workload has statements with a planted fault among healthy ones. The tenant is read as always, judged by the
shipped rules, and each statement is looked up by its text. A table, and build/slow-sql.json. Exit 1 below the aims.
With ``--again`` the snapshots of the last run are judged once more, without a kernel.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from agent.archive.snapshot import load_snapshot, save_snapshot
from agent.facts.sql import CUT, CachedPlan
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import Kernel, run_kernel
from agent.model.snapshot import Snapshot
from agent.model.terms import Category
from tests.harness import rules_of_cases, shipped
from tests.integration.proving import read
from tests.slow_sql.workload import FOLDER, Workload, load_workload, send_all, set_up

OUT = FOLDER.parent.parent / "build" / "slow-sql.json"
FILES = ("sighted", "blind")
AGAIN = "--again"
LEAST_RECALL_PCT, MOST_FALSE_PCT = 95.0, 2.0
_SPACES = re.compile(r"\s+")
_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_LITERALS = re.compile(r"'(?:[^'\\]|\\.|'')*'|\b\d+(?:\.\d+)?\b")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was said of one statement: ``causes`` of those that name one. ``known`` is False where no plan has it.

    A healthy statement that differs from a faulty one in its values only is the same statement to the server
    (``shared``), and is not counted.
    """

    workload: str
    name: str
    fault: str
    like: str
    causes: tuple[str, ...]
    wanted: tuple[str, ...]
    known: bool
    shared: bool

    @property
    def is_found(self) -> bool:
        return bool(set(self.causes) & set(self.wanted))

    @property
    def is_false(self) -> bool:
        return not self.fault and not self.shared and bool(self.causes)


def load_kinds() -> tuple[Mapping[str, Sequence[str]], frozenset[str]]:
    """Return the checks that may tell each kind, and those that name a cause."""
    plain = yaml.safe_load((FOLDER / "kinds.yaml").read_text("utf-8"))
    return plain["kinds"], frozenset(plain["causes"])


def collect(kernel: Kernel, workload: Workload) -> Snapshot:
    """Run one workload on a fresh kernel and read the tenant."""
    set_up(kernel, workload)
    send_all(kernel, workload)
    return read(kernel, [code for code, spec in shipped()[0].checks.items() if spec.category is Category.SQL])


def judge(workload: Workload, snapshot: Snapshot) -> list[Told]:
    """Tell what the checks on statements say of each statement of the workload, by a snapshot of its tenant."""
    kinds, causes = load_kinds()
    checks = shipped()[0].checks
    specs = [spec for spec in checks.values() if spec.category is Category.SQL]
    results = evaluate_checks(specs, rules_of_cases(), snapshot)
    said = [(result.code, finding.resource) for result in results for finding in result.findings]
    plans = snapshot.facts[CachedPlan]
    ids: dict[str, set[str]] = {}
    for plan in plans if isinstance(plans, tuple) else ():
        ids.setdefault(blur(plan.statement), set()).add(plan.sql_id)
    by_name = {
        statement.name: {sql_id for text in statement.run.scripts[0] for sql_id in _find_ids(blur(text), ids)}
        for statement in workload.statements
    }
    faulty = {sql_id for statement in workload.statements if statement.fault for sql_id in by_name[statement.name]}
    return [
        Told(
            workload=workload.name,
            name=statement.name,
            fault=statement.fault,
            like=statement.like,
            causes=tuple(sorted(_list_causes(by_name[statement.name], said, causes))),
            wanted=tuple(kinds.get(statement.fault, ())),
            known=bool(by_name[statement.name]),
            shared=not statement.fault and bool(by_name[statement.name] & faulty),
        )
        for statement in workload.statements
    ]


def _list_causes(own: set[str], said: Iterable[tuple[str, str]], causes: frozenset[str]) -> set[str]:
    return {code for code, resource in said if code in causes and any(sql_id in resource for sql_id in own)}


def _find_ids(text: str, ids: Mapping[str, set[str]]) -> set[str]:
    """Return the ids of a statement, also where the plan cache has only its beginning."""
    cut = (
        its for known, its in ids.items() if known.endswith(CUT.strip()) and text.startswith(known[:-1].rstrip("?,"))
    )
    return set(ids.get(text, ())).union(*cut)


def blur(text: str) -> str:
    """Return a statement as the plan cache may write it: no hints, no literals, no blanks, lists of values as one."""
    text = _SPACES.sub("", _LITERALS.sub("?", _COMMENTS.sub("", text))).lower()
    return re.sub(r"\?(?:,\?)+", "?", text)


def main(names: Sequence[str]) -> int:
    wanted = [name for name in names if name != AGAIN] or FILES
    told: list[Told] = []
    for name in wanted:
        workload, kept = load_workload(name), OUT.parent / f"slow-sql-{name}.obh"
        if AGAIN not in names:
            with run_kernel() as kernel:
                save_snapshot(collect(kernel, workload), kept)
        told += judge(workload, load_snapshot(kept))
    return report(told)


def report(told: Sequence[Told]) -> int:
    """Print what was missed and what was false, write the figures, and return the exit code."""
    console = Console()
    table = Table("workload", "statement", "fault", "said", "wanted", title="Missed or false")
    for one in told:
        if one.is_false or (one.fault and not one.is_found):
            said = ", ".join(one.causes) or ("–" if one.known else "not in the plan cache")
            table.add_row(one.workload, one.name, one.fault or f"healthy, like {one.like}", said, ", ".join(one.wanted))
    console.print(table)
    faults = [one for one in told if one.fault]
    healthy = [one for one in told if not one.fault and not one.shared]
    figures = {
        "faults": len(faults),
        "found": sum(one.is_found for one in faults),
        "healthy": len(healthy),
        "false": sum(one.is_false for one in healthy),
    }
    recall, false = 100 * figures["found"] / len(faults), 100 * figures["false"] / len(healthy)
    console.print(
        f"recall {recall:.1f} % of {len(faults)} faults; false alarms {false:.1f} % of {len(healthy)} healthy"
    )
    OUT.parent.mkdir(exist_ok=True)
    content = {**figures, "recall_pct": recall, "false_pct": false, "statements": [asdict(one) for one in told]}
    Path(OUT).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0 if recall >= LEAST_RECALL_PCT and false <= MOST_FALSE_PCT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
