"""``make accuracy``: recall and precision on the embedded kernel, as a table and build/accuracy.json.

Each case file is planted on a kernel of its own and assessed three times: with the load just sent, once more after
nothing was mended, and a third time after the load has left the audit ring and the plan cache. A healthy tenant of
thirty tables is assessed beside them. Exit 1 if an aim is missed, 2 for a
file that cannot be used; name files to measure only these.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.kernel.start import run_kernel
from agent.model.assessment import Assessment
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.accuracy.assessing import Assessor, engaged
from tests.accuracy.cases import Cases, Kind, list_paths, load_cases, load_kinds
from tests.accuracy.healthy import HEALTHY
from tests.accuracy.judging import NO_CHECK, Line, Verdict, judge_file, list_resolved, list_told
from tests.accuracy.obdiag import ObdiagFigures, measure_obdiag
from tests.accuracy.planting import Field, planted_on

OUT = Path(__file__).parent.parent.parent / "build" / "accuracy.json"
LEAST_RECALL_PCT = 95.0
RESOLVED = ("resolved", "resolved once forgotten")
Own = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One file's figures."""

    file: str
    verdict: Verdict
    resolved: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    obdiag: ObdiagFigures | None = None


@dataclass(kw_only=True)
class Figures:
    """All files together."""

    measured: list[Measured] = field(default_factory=list)
    kinds: int = 0
    healthy: tuple[str, ...] = ()

    def lines(self, name: str) -> list[Line]:
        """All lines of one kind, of every file."""
        return [line for one in self.measured for line in {**one.verdict.lines, **one.resolved}.get(name, ())]

    def count(self, name: str) -> Counter[str]:
        """One of the counts by code, of every file."""
        counts: Counter[str] = Counter()
        for one in self.measured:
            counts.update(getattr(one.verdict, name))
        return counts

    @property
    def recall_pct(self) -> float:
        return _share(self.count("found").total(), self.count("seeded").total())

    @property
    def recall_with_a_check_pct(self) -> float:
        """Of the faults for whose kind there is a check."""
        seeded = self.count("seeded")
        return _share(self.count("found").total(), seeded.total() - seeded[NO_CHECK])

    @property
    def precision_pct(self) -> float:
        return _share(self.count("explained").total(), self.count("findings").total())

    @property
    def lookalikes(self) -> int:
        return sum(one.verdict.lookalikes for one in self.measured)

    def list_failed_aims(self) -> list[str]:
        """What was aimed at and missed."""
        failed = [f"recall {self.recall_pct:.1f} %"] if self.recall_pct < LEAST_RECALL_PCT else []
        for name in ("false alarms", "false passes", *RESOLVED):
            if lines := self.lines(name):
                failed.append(f"{name} {len(lines)}")
        return failed + ([f"findings on the healthy tenant {len(self.healthy)}"] if self.healthy else [])


def _share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def measure_cases(cases: Cases, kinds: dict[str, Kind], *, thrice: bool = True) -> Measured:
    """Plant one file on a kernel of its own, assess, compare. Without ``thrice`` it is assessed once."""
    with run_kernel() as kernel, tempfile.TemporaryDirectory() as folder, engaged(kernel, Path(folder)) as assessor:
        own = _list_own(assessor.assess())
        with planted_on(kernel, cases.file, kinds) as planted:
            return _measure_planted(cases, kinds, assessor, planted, own, thrice=thrice)


def _measure_planted(
    cases: Cases, kinds: dict[str, Kind], assessor: Assessor, planted: Field, own: Own, *, thrice: bool
) -> Measured:
    first = assessor.assess()
    ages = {age for one in planted.places for age in (one.place.age_days, kinds[one.kind].age_days)} - {0}
    later = {age: assessor.judge_later(first.snapshot, timedelta(days=age)) for age in sorted(ages)}
    verdict = judge_file(cases.name, planted.places, kinds, {0: first, **later}, own)
    if not thrice:
        return Measured(file=cases.name, verdict=verdict)
    again = assessor.assess()
    obdiag = measure_obdiag(os.environ.get("OBDIAG", ""), planted.kernel, planted.places)
    planted.forget()
    return Measured(
        file=cases.name,
        verdict=verdict,
        resolved=dict(
            zip(RESOLVED, (list_resolved(cases.name, one) for one in (again, assessor.assess())), strict=True)
        ),
        obdiag=obdiag,
    )


def _list_own(fresh: Assessment) -> Own:
    """What a kernel shows before anything is planted on it: its unit is small, its audit short, it has no policy."""
    return frozenset((told.code, told.resource) for told in list_told(fresh.results))


def measure_healthy() -> tuple[str, ...]:
    """What is found on the healthy tenant that its kernel did not show before."""
    with run_kernel() as kernel, tempfile.TemporaryDirectory() as folder, engaged(kernel, Path(folder)) as assessor:
        own = _list_own(assessor.assess())
        with planted_on(kernel, HEALTHY):
            found = list_told(assessor.assess().results)
    return tuple(f"{told.code} {told.resource}" for told in found if (told.code, told.resource) not in own)


def print_figures(figures: Figures, console: Console) -> None:
    """By code, in all, and every miss and false alarm by its name."""
    table = Table("code", "seeded", "found", "recall %", "findings", "explained", "precision %", title="Accuracy")
    for number in range(1, 7):
        table.columns[number].justify = "right"
    seeded, found = figures.count("seeded"), figures.count("found")
    findings, explained = figures.count("findings"), figures.count("explained")
    for code in sorted(seeded | findings):
        recall = f"{_share(found[code], seeded[code]):.0f}" if seeded[code] else "–"
        precision = f"{_share(explained[code], findings[code]):.0f}" if findings[code] else "–"
        table.add_row(
            code, str(seeded[code]), str(found[code]), recall, str(findings[code]), str(explained[code]), precision
        )
    total = (seeded.total(), found.total(), f"{figures.recall_pct:.1f}", findings.total(), explained.total())
    table.add_row("all", *map(str, total), f"{figures.precision_pct:.1f}", style="bold")
    console.print(table)
    console.print(_tabulate_files(figures))
    for name in ("misses", "false alarms", "false passes", *RESOLVED, "unexplained", "not planted"):
        _print_lines(name, figures.lines(name), console)
    same = sum(one.verdict.same_severity for one in figures.measured)
    console.print(f"recall where there is a check: {figures.recall_with_a_check_pct:.1f} %")
    console.print(
        f"{figures.kinds} kinds, {seeded.total()} faults, {figures.lookalikes} look-alikes in"
        f" {len(figures.measured)} files; as severe as the author thought: {same} of {found.total()}"
    )
    console.print(f"healthy tenant: {', '.join(figures.healthy) or 'nothing found'}")
    _print_obdiag(figures, console)


def _tabulate_files(figures: Figures) -> Table:
    """By file, and beside the recall that of the faults for which there is a check at all."""
    table = Table(
        "file", "faults", "found", "recall %", "with a check %", "look-alikes", "false alarms", "false passes"
    )
    for one in figures.measured:
        seeded, found = Counter(one.verdict.seeded), Counter(one.verdict.found).total()
        checked = seeded.total() - seeded[NO_CHECK]
        shares = (f"{_share(found, whole):.1f}" for whole in (seeded.total(), checked))
        wrong = (str(len(one.verdict.lines[name])) for name in ("false alarms", "false passes"))
        table.add_row(one.file, str(seeded.total()), str(found), *shares, str(one.verdict.lookalikes), *wrong)
    return table


def _print_lines(name: str, lines: Sequence[Line], console: Console) -> None:
    console.print(f"{name}: {len(lines)}", style="bold" if lines else "")
    for line in lines:
        told = " · ".join(part for part in (line.file, line.kind, line.object, line.code, line.why) if part)
        console.print(f"  {told}", markup=False, highlight=False)


def _print_obdiag(figures: Figures, console: Console) -> None:
    known = [one.obdiag for one in figures.measured if one.obdiag]
    if not known:
        console.print("obdiag: not run; install it and set OBDIAG to its command (OBDIAG=obdiag make accuracy)")
        return
    failed = sorted({one.failed for one in known if one.failed})
    named, seeded = sum(one.named for one in known), sum(one.seeded for one in known)
    wrong = sum(one.accused for one in known)
    if failed:
        console.print(f"obdiag: did not check the kernel: {'; '.join(failed)}", markup=False)
    else:
        console.print(
            f"obdiag: names {named} of {seeded} faults (recall {_share(named, seeded):.1f} %), and {wrong} look-alikes"
            f" (precision {_share(named, named + wrong):.1f} %)"
        )


def write_figures(figures: Figures, path: Path = OUT) -> None:
    """Keep the figures with each miss and false alarm."""
    path.parent.mkdir(exist_ok=True)
    kept = {
        "recall_pct": round(figures.recall_pct, 1),
        "recall_with_a_check_pct": round(figures.recall_with_a_check_pct, 1),
        "precision_pct": round(figures.precision_pct, 1),
        "kinds": figures.kinds,
        "faults": figures.count("seeded").total(),
        "lookalikes": figures.lookalikes,
        "failed_aims": figures.list_failed_aims(),
        "healthy": figures.healthy,
        "files": [asdict(one) for one in figures.measured],
    }
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(names: Sequence[str]) -> int:
    """Measure the named case files, or all and the healthy tenant."""
    console = Console()
    try:
        kinds = load_kinds()
        files = [load_cases(path, kinds) for path in list_paths() if not names or path.stem in names]
    except ConfigError as error:
        for text in (error.text, *error.problems):
            console.print(render_text(text, "en"), markup=False)
        return 2
    figures = Figures()
    for cases in files:
        console.print(f"{cases.name}: {len(cases.file.faults)} faults, {len(cases.file.lookalikes)} look-alikes ...")
        figures.measured.append(measure_cases(cases, kinds))
    figures.kinds = len({fault.kind for cases in files for fault in cases.file.faults})
    figures.healthy = () if names else measure_healthy()
    print_figures(figures, console)
    write_figures(figures)
    failed = figures.list_failed_aims()
    console.print(f"aims missed: {', '.join(failed)}" if failed else "all aims reached", style="bold")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
