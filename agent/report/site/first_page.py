"""What the first page of the fleet site says, in one language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from agent.model.fleet import RunOut
from agent.model.labels import BANDS, N_, SEVERITIES
from agent.model.naming import tenant_name
from agent.model.terms import Severity
from agent.report.site.target_line import ENDS_SOON_DAYS, TargetLine, rank_severity
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable
from agent.support.i18n import render_text

# Of each short list; the list of all tenants below has the rest.
_SHOWN = 40
_FREQUENT = 30
_WIDTH, _HEIGHT = 60, 16
# What a tenant may be marked with, in the order of the filter: key -> word.
MARKS: Mapping[str, str] = {
    "overdue": N_("Overdue"),
    "due": N_("Due now"),
    "ending": N_("Authorization or subscription ends soon"),
    "carried": N_("Findings carried over"),
    "ungraded": N_("No grade"),
    "never": N_("Never assessed"),
    "damaged": N_("Last assessment damaged"),
}
_SHORT: Mapping[str, str] = {**MARKS, "ending": N_("Ends soon")}


@dataclass(frozen=True, slots=True)
class Tally:
    """A number that leads to the list: ``choice`` is the filter's field and value."""

    label: str
    count: str
    choice: tuple[str, str]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """One tenant in the list. ``marks``, ``grave`` and ``numbers`` (of frequent findings) are what the filter asks."""

    target: str
    page: str
    score: str
    band: str
    band_key: str
    change: str
    change_key: str
    path: str
    critical: str
    high: str
    rest: str
    codes: str
    day: str
    shown_marks: tuple[str, ...]
    marks: str
    severities: str
    numbers: str


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """A customer with its tenants, worst first, and one line on all of them."""

    customer: str
    summary: str
    rows: tuple[TenantRow, ...]


@dataclass(frozen=True, slots=True)
class FrequentRow:
    """A finding that many tenants have; ``number`` is what the filter asks for."""

    number: str
    code: str
    title: str
    severity: str
    severity_label: str
    tenants: str


@dataclass(frozen=True, slots=True)
class DatedRow:
    """Something that happens to a tenant, or has happened, on a day. ``others``: how many more of its customer."""

    day: str
    customer: str
    target: str
    page: str
    what: str
    others: str = ""


@dataclass(frozen=True, slots=True)
class DatedList:
    """The first rows of such a list, and how many more there are."""

    rows: tuple[DatedRow, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """The page. ``has_agreed``: engagement files were given, else ``periods`` are as history alone knows them."""

    made: str
    customers: str
    tenants: str
    notes: tuple[str, ...]
    bands: tuple[Tally, ...]
    severities: tuple[Tally, ...]
    marks: tuple[Tally, ...]
    frequent: tuple[FrequentRow, ...]
    frequent_all: int
    run_outs: DatedList
    overdue: DatedList
    endings: DatedList
    has_agreed: bool
    groups: tuple[CustomerGroup, ...]


def build_first_page(lines: Sequence[TargetLine], now: datetime, words: Words, *, has_agreed: bool) -> FirstPage:
    """Return the page on all targets at ``now`` (aware)."""
    ordered = sorted(lines, key=lambda line: line.order)
    marks = {line.page: list_marks(line, now) for line in ordered}
    titles = {code: told for line in ordered for code, told in line.titles.items()}
    frequent = _rank_findings(ordered)
    numbers = {code: str(number) for number, (code, _, _) in enumerate(frequent[:_FREQUENT])}
    return FirstPage(
        made=words.moment(now.astimezone(UTC).isoformat()),
        customers=words.count(len({line.customer for line in lines})),
        tenants=words.count(len(lines)),
        notes=tuple(_list_notes(ordered, words, has_agreed=has_agreed)),
        bands=tuple(_tally_bands(ordered, words)),
        severities=tuple(_tally_severities(ordered, words)),
        marks=tuple(_tally_marks(marks, words)),
        frequent=tuple(
            FrequentRow(
                numbers[code],
                make_printable(code, NAME_LENGTH),
                words.pick(titles.get(code, {}), NAME_LENGTH),
                severity,
                words.label(SEVERITIES, severity),
                words.count(count),
            )
            for code, count, severity in frequent[:_FREQUENT]
        ),
        frequent_all=len(frequent),
        run_outs=_cut(_list_run_outs(ordered, words)),
        overdue=_cut(_list_overdue(ordered, now, words)),
        endings=_cut(_list_endings(ordered, now, words)),
        has_agreed=has_agreed,
        groups=tuple(_group_customers(ordered, marks, numbers, words)),
    )


def list_marks(line: TargetLine, now: datetime) -> tuple[str, ...]:
    """Return the keys of MARKS that a tenant has."""
    agreed = line.agreed
    held = {
        "overdue": bool(agreed and agreed.overdue),
        "due": bool(agreed and agreed.is_due),
        "ending": any(day <= _find_horizon(now) for day, _ in _list_ends(line)),
        "carried": line.carried > 0,
        "ungraded": line.as_of is not None and line.band is None,
        "never": line.as_of is None,
        "damaged": line.is_damaged,
    }
    return tuple(key for key in MARKS if held[key])


def _find_horizon(now: datetime) -> date:
    return now.date() + timedelta(days=ENDS_SOON_DAYS)


def _list_ends(line: TargetLine) -> Iterator[tuple[date, str]]:
    """Yield the last days of the authorization and of the subscription, with what ends."""
    if line.until:
        yield line.until.astimezone(line.zone).date(), N_("Authorization ends")
    if line.agreed:
        yield line.agreed.subscribed_until - timedelta(days=1), N_("Subscription ends")


def _list_notes(lines: Sequence[TargetLine], words: Words, *, has_agreed: bool) -> Iterator[str]:
    if not has_agreed:
        yield words(
            "Made from the history alone, without engagement files: subscriptions and overdue assessments are not "
            "known, tenants that were never assessed are missing, and the ends of authorizations are those of the "
            "last assessment."
        )
    elif unknown := sum(line.agreed is None for line in lines):
        yield words(
            "Tenants that no engagement file names: {count}. Of these, subscription and overdue assessments are not "
            "known.",
            count=unknown,
        )
    if damaged := sum(line.is_damaged for line in lines):
        yield words(
            "Tenants whose last assessment is damaged in the history: {count}. Of these, texts, dates and the range of "
            "the score are missing.",
            count=damaged,
        )


def _tally_bands(lines: Sequence[TargetLine], words: Words) -> Iterator[Tally]:
    counts = Counter(line.band for line in lines if line.as_of)
    for key in reversed(list(BANDS)):
        yield Tally(words.label(BANDS, key), words.count(counts[key]), ("band", key), key)
    for key, count in (("ungraded", counts[None]), ("never", sum(line.as_of is None for line in lines))):
        yield Tally(words(MARKS[key]), words.count(count), ("mark", key))


def _tally_severities(lines: Sequence[TargetLine], words: Words) -> Iterator[Tally]:
    for key in (Severity.CRITICAL, Severity.HIGH):
        held = [line.counts.get(key, 0) for line in lines]
        label = words("{severity}, tenants: {count}", severity=words.label(SEVERITIES, key), count=sum(map(bool, held)))
        yield Tally(label, words.count(sum(held)), ("severity", key), key)


def _tally_marks(marks: Mapping[str, Sequence[str]], words: Words) -> Iterator[Tally]:
    counts = Counter(mark for held in marks.values() for mark in held)
    for key in ("overdue", "due", "ending", "carried", "damaged"):
        if counts[key]:
            yield Tally(words(MARKS[key]), words.count(counts[key]), ("mark", key))


def _rank_findings(lines: Sequence[TargetLine]) -> list[tuple[str, int, str]]:
    """Return the code, the number of tenants and the worst severity of each finding, the most frequent first."""
    counts = Counter(code for line in lines for code in line.found)
    worst: dict[str, str] = {}
    for line in lines:
        for code, severity in line.worst_by_code.items():
            if rank_severity(severity) > rank_severity(worst.get(code, "")):
                worst[code] = severity
    ranked = [(code, count, worst.get(code, "")) for code, count in counts.items()]
    return sorted(ranked, key=lambda found: (-found[1], -rank_severity(found[2]), found[0]))


def _cut(rows: Sequence[DatedRow]) -> DatedList:
    return DatedList(tuple(rows[:_SHOWN]), max(0, len(rows) - _SHOWN))


def _list_run_outs(lines: Sequence[TargetLine], words: Words) -> list[DatedRow]:
    found = [(told.day, line, told) for line in lines for told in line.run_outs]
    found.sort(key=lambda entry: (entry[0], *entry[1].order))
    return [_build_dated(day, line, describe_run_out(told, line.titles, words)) for day, line, told in found]


def describe_run_out(told: RunOut, titles: Mapping[str, Mapping[str, str]], words: Words) -> str:
    """Return what is used up: the title of the check and its resource, or the disk."""
    named = (
        words("this tenant") if told.resource == tenant_name(None) else told.names.get(words.language, told.resource)
    )
    resource = make_printable(named, NAME_LENGTH)
    if not told.code:
        return words("data disk full: {resource}", resource=resource)
    title = words.pick(titles.get(told.code, {}), NAME_LENGTH) or make_printable(told.code, NAME_LENGTH)
    return f"{title}: {resource}" if words.language == "en" else f"{title}：{resource}"


def _list_overdue(lines: Sequence[TargetLine], now: datetime, words: Words) -> list[DatedRow]:
    """What is owed and late comes first, the longest first; then what is due and can still be done in time."""
    late, due = [], []
    for line in lines:
        agreed = line.agreed
        if agreed and agreed.overdue:
            missed = [str(period.number) for period in agreed.overdue]
            what = words("periods without an assessment: {numbers}", numbers=", ".join(missed))
            late.append((agreed.overdue[0].end, line, what))
        if agreed and agreed.is_due:
            due.append((now.date(), line, make_printable(render_text(agreed.state, words.language))))
    late.sort(key=lambda entry: (entry[0], *entry[1].order))
    return [_build_dated(*entry) for entry in (*late, *due)]


def _list_endings(lines: Sequence[TargetLine], now: datetime, words: Words) -> list[DatedRow]:
    """What ends for several tenants of a customer on one day is one row."""
    horizon = _find_horizon(now)
    found = [(day, words(what), line) for line in lines for day, what in _list_ends(line) if day <= horizon]
    found += [
        (now.date(), make_printable(render_text(line.agreed.problem, words.language)), line)
        for line in lines
        if line.agreed and line.agreed.problem
    ]
    together: dict[tuple[date, str, str], list[TargetLine]] = {}
    for day, what, line in found:
        together.setdefault((day, line.customer, what), []).append(line)
    return [
        replace(
            _build_dated(day, held[0], what),
            others=words("and {count} more", count=len(held) - 1) if len(held) > 1 else "",
        )
        for (day, _, what), held in sorted(together.items(), key=lambda entry: (entry[0][0], *entry[1][0].order))
    ]


def _build_dated(day: date, line: TargetLine, what: str) -> DatedRow:
    customer, target = (make_printable(name, NAME_LENGTH) for name in (line.customer, line.target))
    return DatedRow(day.isoformat(), customer, target, line.page, what)


def _group_customers(
    ordered: Sequence[TargetLine], marks: Mapping[str, Sequence[str]], numbers: Mapping[str, str], words: Words
) -> Iterator[CustomerGroup]:
    """Yield customers in the order of their worst tenant."""
    by_customer: dict[str, list[TargetLine]] = {}
    for line in ordered:
        by_customer.setdefault(line.customer, []).append(line)
    for customer, lines in by_customer.items():
        rows = tuple(_build_row(line, marks[line.page], numbers, words) for line in lines)
        yield CustomerGroup(make_printable(customer, NAME_LENGTH), _sum_up(lines, words), rows)


def _sum_up(lines: Sequence[TargetLine], words: Words) -> str:
    """Return how many tenants there are and where their subscription ends; no average, which would hide the worst."""
    parts = [words("tenants: {count}", count=len(lines))]
    ends = {line.agreed.subscribed_until - timedelta(days=1) for line in lines if line.agreed}
    if ends:
        parts.append(words("subscription until {day}", day=min(ends).isoformat()))
    until = [line.until.astimezone(line.zone).date() for line in lines if line.until]
    if until:
        parts.append(words("authorization until {day}", day=min(until).isoformat()))
    return " · ".join(parts)


def _build_row(line: TargetLine, marks: Sequence[str], numbers: Mapping[str, str], words: Words) -> TenantRow:
    change, change_key = format_change(line.score, line.score_was)
    counts = {key: line.counts.get(key, 0) for key in SEVERITIES}
    rest = counts["medium"] + counts["low"]
    return TenantRow(
        target=make_printable(line.target, NAME_LENGTH),
        page=line.page,
        score=format_score(line, words),
        band=words.label(BANDS, line.band) if line.band else "",
        band_key=line.band or "",
        change=change,
        change_key=change_key,
        path=draw_path(line.points),
        critical=_show_count(line, counts["critical"]),
        high=_show_count(line, counts["high"]),
        rest=_show_count(line, rest),
        codes=make_printable(" ".join(line.grave[:_FREQUENT]), NAME_LENGTH),
        day=line.as_of.astimezone(line.zone).date().isoformat() if line.as_of else NOTHING,
        shown_marks=tuple(words(_SHORT[mark]) for mark in marks if mark != "ungraded"),
        marks=" ".join(marks),
        severities=" ".join(key for key in ("critical", "high") if counts[key]),
        numbers=" ".join(sorted((numbers[code] for code in line.found if code in numbers), key=int)),
    )


def _show_count(line: TargetLine, count: int) -> str:
    return str(count) if line.as_of else NOTHING


def format_score(line: TargetLine, words: Words) -> str:
    """Return the score as the list shows it, or why there is none."""
    if line.as_of is None:
        return words(MARKS["never"])
    return words(MARKS["ungraded"]) if line.score is None else f"{line.score:.1f}"


def format_change(score: float | None, was: float | None) -> tuple[str, str]:
    """Return by how much a score moved, and whether that is better or worse; nothing where one of them is missing."""
    if score is None or was is None:
        return "", ""
    moved = round(score - was, 1)
    if not moved:
        return "=", ""
    return (f"+{moved:.1f}", "better") if moved > 0 else (f"−{-moved:.1f}", "worse")


def draw_path(points: Sequence[float | None]) -> str:
    """Return scores (0-100) as the path of a small curve. Where a score is missing it has a gap."""
    if not points:
        return ""
    step = _WIDTH / max(1, len(points) - 1)
    places = [
        None if score is None else f"{number * step:.0f} {_HEIGHT - 1 - score * (_HEIGHT - 2) / 100:.0f}"
        for number, score in enumerate(points)
    ]
    parts = [f"M{places[0]}h0"] if places[0] else []
    for before, place in pairwise(places):
        if place:
            parts.append(f"L{place}" if before else f"M{place}h0")
    return "".join(parts)
