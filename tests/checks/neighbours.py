"""What each check says of facts that differ a little from those of its cases: where does its answer turn?

Every value that a check reads is changed by itself: to nothing, to zero, to less and to more, a text to another one.
Where a number or a moment makes the answer better or worse, its turning point is looked for to the last unit. Rows are
left out, turned round, and joined by others like them. So a limit, a guard or a filter at which no case stands is seen
all the same. ``python -m tests.checks.neighbours SQL034`` prints every answer near the cases of a check.
"""

from __future__ import annotations

import dataclasses
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from typing import Any

from agent.judgement.severity import judge_value
from agent.judgement.variants import fit_rules
from agent.model.check import CheckSpec, Measurement, NotAssessed
from agent.model.rule import Rule
from agent.model.snapshot import Unavailable
from agent.support.errors import CRASHES
from tests.checks.figures import FOLDER, cases_of
from tests.checks.other_values import (
    NAMES,
    count_numbers,
    from_number,
    list_beside,
    list_others,
    list_twins,
    put_number,
    read_number,
    show_value,
    to_number,
)
from tests.harness import Case, rules_of_cases, shipped, snapshot_of

Facts = Mapping[type, Any]
NEAR = FOLDER / "near"
NOTHING, CRASH = "nothing", "crash"
MOST_ROWS = 4  # of one type that are changed in one case
# How often one column is changed, or rows of a type are joined by others, in a check's cases of one outcome: in those
# that find something, and in others.
MOST_TIMES = {True: 2, False: 1}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check says: ``outline`` is how bad it is, ``figures`` every resource and figure, without our sentences."""

    outline: str
    figures: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts near those of a case, or a rule near its own, what was changed, and what the check said of them."""

    what: str
    rule: Rule
    facts: Facts
    said: Answer


@dataclass(frozen=True, slots=True)
class Place:
    """One value of one row, or the number at the place ``within`` of those in its text."""

    row_type: type
    number: int
    name: str
    within: int | None = None

    def __str__(self) -> str:
        return f"{self.row_type.__name__}[{self.number}].{self.title}"

    @property
    def title(self) -> str:
        """The column, and the number within its text."""
        return self.name if self.within is None else f"{self.name}#{self.within + 1}"

    def read(self, facts: Facts) -> Any:
        """The value in this place."""
        value = getattr(facts[self.row_type][self.number], self.name)
        return value if self.within is None else read_number(value, self.within)

    def put(self, facts: Facts, value: Any) -> Facts:
        """The facts with another value in this place."""
        rows = facts[self.row_type]
        if self.within is not None:
            value = put_number(getattr(rows[self.number], self.name), self.within, value)
        changed = dataclasses.replace(rows[self.number], **{self.name: value})
        return {**facts, self.row_type: (*rows[: self.number], changed, *rows[self.number + 1 :])}


# What a check says.


def ask(spec: CheckSpec, rule: Rule, facts: Facts) -> Answer:
    """One check on these facts, whatever share of the load they show."""
    arguments: dict[str, Any] = {name: facts[row] for name, row in spec.facts.items()}
    if spec.params_name:
        arguments[spec.params_name] = rule.params
    outline: Counter[str] = Counter()
    figures = []
    try:
        for item in spec.measure(**arguments):
            verdict, figure = _judge(spec, rule, item) if isinstance(item, Measurement) else ("not judged", "")
            outline[verdict] += 1
            figures.append(f"{item.resource}: {verdict} {figure}")
    except NotAssessed as error:
        outline["not assessed"] += 1
        figures.append(f"not assessed {error.reason.args} {error.unlock and error.unlock.args}")
    except CRASHES as error:
        return Answer(CRASH, f"{type(error).__name__}: {error}")
    shown = ", ".join(name if count == 1 else f"{count} {name}" for name, count in sorted(outline.items()))
    return Answer(shown or NOTHING, "; ".join(figures))


def _judge(spec: CheckSpec, rule: Rule, item: Measurement) -> tuple[str, str]:
    verdict = judge_value(rule.judge, spec.parse(str(item.value)) if spec.parse else item.value)
    figures = ", ".join(f"{name} = {_spell(value)}" for name, value in item.evidence.items())
    told = f"{_spell(item.value)} ({figures}) {item.part} {' '.join(item.caused_by)}"
    return verdict.severity.value if verdict else "well", told


def _spell(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


# Which values a check reads.

_reads: list[tuple[int, str]] = []


@cache
def _watched(row_type: type) -> type:
    """A row type whose rows note in ``_reads`` which of their values are asked for."""
    names = frozenset(item.name for item in dataclasses.fields(row_type))

    def look(self: Any, name: str) -> Any:
        if name in names:
            _reads.append((id(self), name))
        return object.__getattribute__(self, name)

    return type(row_type.__name__, (row_type,), {"__slots__": (), "__getattribute__": look})


def _list_read(spec: CheckSpec, rule: Rule, facts: Facts) -> list[Place]:
    """The values that the check reads of these facts, in order of the row types' names, rows and columns."""
    watched = {
        row_type: tuple(map(partial(_copy_as, _watched(row_type)), rows)) if rows else rows
        for row_type, rows in facts.items()
    }
    owners = {
        id(row): (row_type, number) for row_type, rows in watched.items() for number, row in enumerate(rows or ())
    }
    _reads.clear()
    ask(spec, rule, watched)
    found = {Place(*owners[owner], name) for owner, name in _reads if owner in owners}
    kept = (place for place in found if place.number < MOST_ROWS)
    return sorted(kept, key=lambda place: (place.row_type.__name__, place.number, place.name))


def _copy_as(row_type: type, row: Any) -> Any:
    made: Any = object.__new__(row_type)
    for item in dataclasses.fields(row):
        object.__setattr__(made, item.name, getattr(row, item.name))
    return made


# What is tried around one case.


@dataclass
class Round:
    """One case of a check and what was asked near it. ``turns`` say where the answer gets another outline."""

    spec: CheckSpec
    rule: Rule
    facts: Facts
    base: Answer
    asked: list[Asked] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)

    def try_facts(self, what: str, facts: Facts, rule: Rule | None = None) -> str:
        """Ask the check, keep what it says, and return the outline."""
        asked = Asked(what, rule or self.rule, facts, ask(self.spec, rule or self.rule, facts))
        self.asked.append(asked)
        return asked.said.outline

    def try_place(self, place: Place) -> None:
        """Change one value in every way, and find where it turns the answer."""
        value = place.read(self.facts)

        def try_value(other: Any) -> str:
            return self.try_facts(f"{place} = {show_value(other)}", place.put(self.facts, other))

        others = list_others(self.spec.code, place.row_type, place.name, value)
        self._try_values(
            f"{place.row_type.__name__}.{place.title}", value, others, try_value, is_name=place.name in NAMES
        )
        for within in range(count_numbers(value)) if place.within is None else ():
            self.try_place(dataclasses.replace(place, within=within))

    def try_params(self) -> None:
        """Change each of the other numbers of the rule: some figures stand at a limit only if it comes to them."""
        params: Any = self.rule.params
        for item in dataclasses.fields(params) if dataclasses.is_dataclass(params) else ():

            def try_value(other: Any, name: str = item.name) -> str:
                rule = dataclasses.replace(self.rule, params=dataclasses.replace(params, **{name: other}))
                return self.try_facts(f"limit {name} = {show_value(other)}", self.facts, rule)

            value = getattr(params, item.name)
            if isinstance(value, int | float):
                self._try_values(f"limit {item.name}", value, list_beside(value), try_value)

    def _try_values(
        self, title: str, value: Any, others: Iterable[Any], try_value: Callable[[Any], str], *, is_name: bool = False
    ) -> None:
        steps = [(value, self.base.outline), *((other, try_value(other)) for other in others if other != value)]
        has_scale = to_number(value) is not None and not is_name
        numbers = ((to_number(other), said) for other, said in steps) if has_scale else ()
        scale = sorted((number, said) for number, said in numbers if number is not None)
        told = [f"none: {said}" for other, said in steps[1:] if other is None and said != self.base.outline]
        for at, said in _find_turns(scale, lambda number: try_value(from_number(number, value))):
            told.append(f"from {show_value(from_number(at, value))}: {said}")
        if told:
            first = scale[0][1] if scale else self.base.outline
            self.turns.append(f"{title}: {'; '.join([first, *told])}")

    def try_rows(self, row_type: type, *, joined: bool) -> None:
        """Leave rows out, turn them round, and put others before and after them."""
        rows, name = self.facts[row_type], row_type.__name__
        for number in range(min(len(rows), MOST_ROWS)):
            self._try_rows(f"{name} without {number}", row_type, (*rows[:number], *rows[number + 1 :]))
        if len(rows) > 1:
            self._try_rows(f"{name} reversed", row_type, rows[::-1])
        for what, twin in list_twins(rows[0]) if joined else ():
            self._try_rows(f"{name} {what} before", row_type, (twin, *rows))
            self._try_rows(f"{name} {what} after", row_type, (*rows, twin))

    def _try_rows(self, what: str, row_type: type, rows: tuple[Any, ...]) -> None:
        self.try_facts(what, {**self.facts, row_type: rows})

    def try_sources(self) -> None:
        """Let each source say nothing, and be unavailable where the check can do without it."""
        for name, row_type in self.spec.facts.items():
            if self.facts[row_type] and not _has_one_row(row_type):
                self._try_rows(f"no {row_type.__name__}", row_type, ())
            if name in self.spec.optional and self.facts[row_type] is not None:
                self.try_facts(f"{row_type.__name__} unavailable", {**self.facts, row_type: None})


def _find_turns(scale: Sequence[tuple[int, str]], try_number: Callable[[int], str]) -> Iterator[tuple[int, str]]:
    """Between two numbers with other answers, the first with the other one: number and answer."""
    for (start, before), (end, after) in pairwise(scale):
        low, high, turned = start, end, after
        while before != turned and high - low > 1:
            middle = (low + high) // 2
            said = try_number(middle)
            low, high, turned = (middle, high, turned) if said == before else (low, middle, said)
        if before != turned:
            yield high, turned


def _has_one_row(row_type: type) -> bool:
    return row_type.__name__ in ("Build", "Clock")


# All of a check.


def rounds_of(code: str) -> Iterator[Round]:
    """Every case of a check that its rule judges, with what the check says near it."""
    spec = shipped()[0].checks[code]
    tried: Counter[tuple[type, str, str]] = Counter()
    for case in cases_of()[code]:
        near = _begin(spec, case)
        if near is not None:
            _try_all(near, tried, MOST_TIMES[bool(case.found)])
            yield near


def _try_all(near: Round, tried: Counter[tuple[type, str, str]], most: int) -> None:
    read = _list_read(near.spec, near.rule, near.facts)
    for place in read:
        key = place.row_type, place.name, near.base.outline
        tried[key] += 1
        if tried[key] <= most:
            near.try_place(place)
    for row_type in dict.fromkeys(place.row_type for place in read):
        if not _has_one_row(row_type):
            key = row_type, "", near.base.outline
            tried[key] += 1
            near.try_rows(row_type, joined=tried[key] <= most)
    near.try_sources()
    key = CheckSpec, "", near.base.outline
    tried[key] += 1
    if tried[key] <= most:
        near.try_params()


def _begin(spec: CheckSpec, case: Case) -> Round | None:
    """The case itself; None where something else than the check answers."""
    snapshot = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
    rule = fit_rules(rules_of_cases(), snapshot).rules[spec.code]
    found = {row: snapshot.facts.get(row, ()) for row in spec.facts.values()}
    facts = {row: None if isinstance(rows, Unavailable) else rows for row, rows in found.items()}
    lost = any(facts[row] is None for name, row in spec.facts.items() if name not in spec.optional)
    fits = case.tenant_kind in spec.tenants and case.version >= spec.since and rule.applies and not rule.variants
    return None if lost or not fits else Round(spec, rule, facts, ask(spec, rule, facts))


def said_near(code: str, rounds: Iterable[Round]) -> str:
    """Where the check's answers turn, each once, and the sum of all answers near its cases."""
    turns: dict[str, None] = {}
    sums, count = 0, 0
    for near in rounds:
        turns |= dict.fromkeys(near.turns)
        count += len(near.asked)
        for asked in near.asked:
            sums = zlib.crc32(f"{asked.what}: {asked.said.outline} {asked.said.figures}\n".encode(), sums)
    return "\n".join([code, *(f"  {turn}" for turn in sorted(turns)), f"  {count} answers: {sums:08x}"])


def kept_near(category: str) -> dict[str, str]:
    """What is kept of each check of a category."""
    place = NEAR / f"{category}.txt"
    text = place.read_text(encoding="utf-8") if place.exists() else ""
    return {paragraph[:6]: paragraph for paragraph in text.strip().split("\n\n")}


def main() -> None:
    """Print every answer near the cases of the checks named."""
    for code in sys.argv[1:]:
        for near in rounds_of(code):
            sys.stdout.write(f"{code}: {near.base.outline} {near.base.figures}\n")
            sys.stdout.writelines(f"  {one.what}: {one.said.outline} {one.said.figures}\n" for one in near.asked)


if __name__ == "__main__":
    main()
