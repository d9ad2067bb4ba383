"""Measures how often the score's range holds the truth, and how wide it is: ``make calibration``, some minutes.

A case is a tenant seen less. Its truth is the score of the same tenant seen in full. Printed are both halves of the
tenants: the numbers in rules.yaml were chosen on one, the other was looked at afterwards only.
"""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from agent.judgement.evaluate import evaluate_checks
from agent.judgement.joining import join_findings
from agent.judgement.score import score_results
from agent.model.result import CheckResult, Score
from agent.model.snapshot import Snapshot
from tests.calibration.blindings import BLINDINGS
from tests.calibration.kept import load_all
from tests.calibration.tenants import Half, Tenant, list_tenants
from tests.harness import shipped

FULL = "nothing missing"
# Coverage from which a band of cases begins, with its name.
COVERAGE_BANDS = ((80.0, "80 % and more"), (60.0, "60 to 80 %"), (0.0, "below 60 %"))


class Case(NamedTuple):
    """One tenant seen less, with the score that it has in full. ``least`` and ``most`` are the ends of the range."""

    tenant: str
    half: Half
    blinding: str
    coverage_pct: float
    value: float
    least: float
    most: float
    band: str | None
    truth: float

    @property
    def holds(self) -> bool:
        """Whether the range contains the truth."""
        return self.least <= self.truth <= self.most

    @property
    def width(self) -> float:
        return self.most - self.least

    @property
    def coverage_band(self) -> str:
        return next(name for lowest, name in COVERAGE_BANDS if self.coverage_pct >= lowest)


def judge(snapshot: Snapshot) -> tuple[CheckResult, ...]:
    registry, ruleset = shipped()
    return join_findings(evaluate_checks(registry.checks.values(), ruleset, snapshot))


def score(snapshot: Snapshot) -> Score:
    return score_results(judge(snapshot), shipped()[1].scoring, snapshot.tenant_kind)


def blind(tenant: Tenant, names: Iterable[str] = BLINDINGS) -> Iterator[tuple[str, Snapshot]]:
    """Yield the tenant in full, with each blinding, and as the kernel showed it to accounts with fewer grants."""
    yield FULL, tenant.full
    for name in names:
        yield name, BLINDINGS[name](tenant.full)
    for what, seen in tenant.seen_less.items():
        yield f"kernel: {what}", seen


def measure_tenant(tenant: Tenant, names: Iterable[str] = BLINDINGS) -> list[Case]:
    """The cases of one tenant, all of them or those with these blindings."""
    truth = score(tenant.full).value
    cases = []
    for name, snapshot in blind(tenant, names):
        found = score(snapshot)
        cases.append(
            Case(
                tenant.name,
                tenant.half,
                name,
                found.coverage_pct,
                found.value,
                found.low,
                found.high,
                found.band,
                truth,
            )
        )
    return cases


def measure_all() -> list[Case]:
    """Every case of every kept tenant, on all processors."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return [case for cases in pool.map(measure_tenant, list_tenants(load_all())) for case in cases]


def describe(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the lines of the table: by half and band of coverage, then the blindings that miss most."""
    yield f"{'half':10} {'coverage':16} {'cases':>6} {'hold %':>7} {'median width':>13} {'90 % width':>11}"
    for half in Half:
        mine = [case for case in cases if case.half is half]
        for name in (*(name for _, name in COVERAGE_BANDS), "all"):
            some = [case for case in mine if name in (case.coverage_band, "all")]
            if some:
                widths = sorted(case.width for case in some)
                held = 100 * sum(case.holds for case in some) / len(some)
                middle, wide = statistics.median(widths), widths[int(0.9 * len(widths))]
                yield f"{half:10} {name:16} {len(some):6} {held:7.1f} {middle:13.1f} {wide:11.1f}"
    missed = Counter(case.blinding for case in cases if not case.holds)
    of = Counter(case.blinding for case in cases)
    yield "misses: " + "; ".join(f"{name} {count}/{of[name]}" for name, count in missed.most_common())


def main() -> None:
    for line in describe(measure_all()):
        print(line)  # noqa: T201 - the answer of a command


if __name__ == "__main__":
    main()
