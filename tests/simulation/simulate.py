"""``make simulate``: ten years of 200 targets under faults; prints owed, made, missed and double.

The decisions (what is due, permitted, retried), the look at a target and the holding of a claim are the code of the
service itself. Simulated are time, machines, targets and the history. Exit 1 if any assessment was missed or double.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from rich.console import Console

from agent.engagement.subscription import (
    MISSED_FROM,
    find_counting,
    is_finished,
    judge_due,
    list_periods,
    read_enough,
)
from tests.simulation.machine import COUNTS_FROM_PCT, Faults, Killed, Machine, Process, run_look
from tests.simulation.store import Store
from tests.simulation.targets import Target, list_true_bounds, make_target, measure_possible
from tests.simulation.world import World

BEGIN = datetime(2028, 1, 1, tzinfo=UTC)  # a leap year


@dataclass
class Tally:
    """What came of the decade. ``excused`` periods could not be made for 24 hours.

    ``hidden`` were missed, and the service does not say so; ``overstated`` were excused, and it says that they were
    missed: time in which nobody tried counts against it.
    """

    owed: int = 0
    made: int = 0
    partial: int = 0
    excused: int = 0
    missed: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    overstated: int = 0
    refused_late: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    processor_s: float = 0.0


def simulate(targets_count: int, years: int, seed: int) -> Tally:
    """Let the time pass, and count."""
    started, processor_s = time.monotonic(), time.process_time()
    world, random = World(BEGIN), Random(seed)
    store = Store(lambda: world.now)
    faults = Faults(Random(seed + 1))
    targets = [make_target(number, Random(seed * 1000 + number), BEGIN, years) for number in range(targets_count)]
    machines = [Machine(name, world, store, faults, timedelta(hours=3)) for name in ("one", "two")]
    for machine in machines:
        machine.targets = targets
        world.at(BEGIN, machine.boot)
    machines[1].stagger = timedelta(minutes=20)  # every other target is looked at by both at the same moment
    end = BEGIN + timedelta(days=366 * years)
    _plan_faults(world, store, machines, random, end)
    _plan_double_starts(world, store, faults, targets, random, end)
    threshold = gc.get_threshold()
    gc.set_threshold(100_000)
    try:
        world.run_until(end)
    finally:
        gc.set_threshold(*threshold)
    tally = _count(targets, store, end)
    tally.refused_late, tally.faults = store.refused_late, faults.counts
    tally.seconds, tally.processor_s = time.monotonic() - started, time.process_time() - processor_s
    return tally


def _plan_faults(world: World, store: Store, machines: list[Machine], random: Random, end: datetime) -> None:
    """Kills with hours or days of rest, clocks set and put right again, a history that is away for hours."""
    for machine in machines:
        moment = BEGIN
        while (moment := moment + timedelta(days=random.expovariate(1 / 40))) < end:
            down = timedelta(minutes=1) + timedelta(days=5) * random.random() ** 4
            world.at(moment, partial(machine.kill, down))
        moment = BEGIN
        while (moment := moment + timedelta(days=random.expovariate(1 / 200))) < end:
            wrong = random.choice([-1, 1]) * random.choice(
                [timedelta(minutes=5), timedelta(hours=1), timedelta(days=60)]
            )
            world.at(moment, partial(machine.set_clock, wrong * random.random()))
            right = moment + timedelta(hours=random.uniform(0.1, 60))
            world.at(right, partial(machine.set_clock, timedelta(0)))
    moment = BEGIN
    while (moment := moment + timedelta(days=random.expovariate(1 / 30))) < end:
        gone = timedelta(hours=12) * random.random() ** 2
        world.at(moment, lambda: _set_away(store, machines[0].faults, True))
        world.at(moment + gone, lambda: _set_away(store, machines[0].faults, False))


def _set_away(store: Store, faults: Faults, away: bool) -> None:
    store.away = away
    if away:
        faults.note("history away")


def _plan_double_starts(
    world: World, store: Store, faults: Faults, targets: list[Target], random: Random, end: datetime
) -> None:
    """A third machine on which somebody types ``assess --if-due`` at any time."""
    third = Machine("three", world, store, faults, timedelta(0))
    third.is_up = True

    def work(target: Target) -> None:
        if store.find_idle(target.name, third.now):
            return
        try:
            run_look(Process(third, target))
        except Killed:
            third.is_up = True

    def type_it() -> None:
        faults.note("typed by hand")
        for target in targets:
            world.start(partial(work, target))

    moment = BEGIN
    while (moment := moment + timedelta(days=random.expovariate(1 / 45))) < end:
        nightly = moment.replace(hour=19, minute=0, second=0, microsecond=0)  # 03:00 of the machines
        world.at(random.choice([moment, nightly, nightly]), type_it)


def _count(targets: list[Target], store: Store, end: datetime) -> Tally:
    tally = Tally()
    for target in targets:
        recorded = sorted(store.recorded[target.name], key=lambda past: past.as_of)
        told = judge_due(
            target.subscription,
            recorded,
            end,
            COUNTS_FROM_PCT,
            permission=target.permission_at(end),
            attempts=store.attempts[target.name],
        )
        for period in list_periods(target.subscription.start, target.subscription.months):
            first, last = list_true_bounds(target, period.start), list_true_bounds(target, period.end)
            if last > end:
                continue
            tally.owed += 1
            name = f"{target.name}/{period.number}"
            tried = [past for past in recorded if first <= past.as_of < last]
            enough = [past for past in tried if read_enough(past, COUNTS_FROM_PCT)]
            if len(enough) > 1:
                tally.double.append(name)
            counting = find_counting(tried, COUNTS_FROM_PCT)
            if counting and is_finished(counting):
                tally.made += 1
                tally.partial += not enough
                continue
            is_missed = measure_possible(target, first, last, MISSED_FROM) >= MISSED_FROM
            tally.excused += not is_missed
            if is_missed:
                tally.missed.append(name)
            if is_missed and period not in told.missed:
                tally.hidden.append(name)
            tally.overstated += period in told.missed and not is_missed
    return tally


def main() -> int:
    say = Console(highlight=False, soft_wrap=True).print
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.simulate", description=__doc__)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally = simulate(given.targets, given.years, given.seed)
    faults = ", ".join(f"{what} {count}" for what, count in sorted(tally.faults.items()))
    say(
        f"{given.targets} targets, {given.years} years, seed {given.seed}: owed {tally.owed}, made {tally.made} "
        f"({tally.partial} of them partial), impossible {tally.excused}, missed {len(tally.missed)}, "
        f"double {len(tally.double)}"
    )
    say(f"faults: {faults}; late holders refused {tally.refused_late}")
    say(f"missed and not told {len(tally.hidden)}, told and not missed {tally.overstated}")
    say(f"{tally.seconds:.1f} s, {tally.processor_s:.1f} s of the processor")
    for what, names in (("missed", tally.missed), ("double", tally.double), ("not told", tally.hidden)):
        for name in names[:10]:
            say(f"  {what}: {name}")
    return 1 if tally.missed or tally.double or tally.hidden else 0


if __name__ == "__main__":
    sys.exit(main())
