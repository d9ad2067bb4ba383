"""What ``ob-health fleet list`` and ``fleet status`` say. Nothing is connected, and no history is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from agent.archive.history.entries import Entry
from agent.catalogue import rules
from agent.cli.actions.fleet_history import FleetHistories
from agent.cli.actions.fleet_outcome import list_score_cells
from agent.cli.actions.targets import choose_exit_code
from agent.engagement.engagement_file import Engagement
from agent.engagement.fleet_files import Fleet, FleetMember, find_engagements, load_fleet
from agent.engagement.subscription import PeriodStatus, add_months, judge_due
from agent.model.terms import Text
from agent.service.fleet import name_tenant
from agent.service.periods import read_status
from agent.support import console
from agent.support.errors import ConfigError, HistoryError, NoHistory
from agent.support.i18n import render_all_languages


class _ListedData(TypedDict):
    engagement: str
    customer: str
    target: str
    tenant: str
    service_until: str
    is_signed: bool


class _StandingData(TypedDict):
    engagement: str
    customer: str
    target: str
    state: str | None
    last: str | None
    next: str | None
    overdue: list[int]
    score: float | None
    band: str | None
    coverage_pct: float | None
    message: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Where one target stands; without ``status`` it is not known, and ``text`` says why."""

    member: FleetMember
    target: str
    status: PeriodStatus | None
    entry: Entry | None
    text: Text


def list_fleet(named: Sequence[Path], *, as_json: bool) -> int:
    """Print the targets of the engagements in these folders and files. Return the exit code: 2 if some are wrong."""
    fleet = _load(named)
    listed = [_list_target(member, target) for member in fleet.members for target in member.engagement.targets]
    if as_json:
        console.print_json(listed)
    else:
        rows = [
            (
                one["customer"],
                one["target"],
                one["tenant"],
                one["service_until"],
                console.localize("yes" if one["is_signed"] else "no"),
                one["engagement"],
            )
            for one in listed
        ]
        console.print_table(("customer", "target", "tenant", "service until", "authorization named", "file"), rows)
    return _choose_code(fleet, [])


def _load(named: Sequence[Path]) -> Fleet:
    fleet = load_fleet(find_engagements(named))
    for broken in fleet.broken:
        console.fail(broken.error)
    return fleet


def _choose_code(fleet: Fleet, codes: list[int]) -> int:
    return choose_exit_code([0, *codes, *(one.error.exit_code for one in fleet.broken)])


def _list_target(member: FleetMember, target: str) -> _ListedData:
    engagement = member.engagement
    return {
        "engagement": str(member.found.file),
        "customer": engagement.customer.name,
        "target": target,
        "tenant": name_tenant(engagement, target),
        "service_until": _find_last_day(engagement).isoformat(),
        "is_signed": engagement.authorization is not None,
    }


def _find_last_day(engagement: Engagement) -> date:
    return add_months(engagement.service.start, engagement.service.months) - timedelta(days=1)


def print_standing(named: Sequence[Path], *, as_json: bool) -> int:
    """Print the last assessment of each target and what is owed, by the histories. Return the exit code."""
    fleet, now, least_pct = _load(named), datetime.now(UTC), rules.load_scoring().counts_from_coverage_pct
    codes: list[int] = []
    with FleetHistories(create=False) as histories:
        standings = [
            one for member in fleet.members for one in _read_standings(member, histories, now, least_pct, codes)
        ]
    if as_json:
        console.print_json([_build_data(one) for one in standings])
    else:
        _print_standings(standings)
    return _choose_code(fleet, codes)


def _read_standings(
    member: FleetMember, histories: FleetHistories, now: datetime, least_pct: float, codes: list[int]
) -> Iterator[_Standing]:
    engagement = member.engagement
    for target in engagement.targets:
        entry = None
        try:
            try:
                history = histories.open(engagement)
                status = read_status(history, engagement, target, now, least_pct)
                entry = next(iter(history.list(engagement.customer.name, target, limit=1)), None)
            except NoHistory:
                status = judge_due(engagement.subscription, (), now, least_pct)
        except (ConfigError, HistoryError) as error:
            codes.append(error.exit_code)
            yield _Standing(member=member, target=target, status=None, entry=None, text=error.text)
        else:
            yield _Standing(member=member, target=target, status=status, entry=entry, text=status.text)


def _print_standings(standings: Sequence[_Standing]) -> None:
    rows = []
    for one in standings:
        status = one.status
        rows.append(
            (
                one.member.engagement.customer.name,
                one.target,
                f"{status.last:%Y-%m-%d}" if status and status.last else "–",
                *list_score_cells(one.entry),
                (status.next if status else None) or "–",
                ", ".join(str(period.number) for period in status.overdue) or "–" if status else "–",
                console.localize_text(one.text),
            )
        )
    headings = ("customer", "target", "last", "score", "grade", "coverage", "next", "overdue", "state")
    console.print_table(headings, rows)
    due = sum(bool(one.status and one.status.due) for one in standings)
    console.say("{due_count} of {targets_count} targets are due.", due_count=due, targets_count=len(standings))


def _build_data(one: _Standing) -> _StandingData:
    status, entry = one.status, one.entry
    return {
        "engagement": str(one.member.found.file),
        "customer": one.member.engagement.customer.name,
        "target": one.target,
        "state": status.state.value if status else None,
        "last": status.last.isoformat() if status and status.last else None,
        "next": status.next.isoformat() if status and status.next else None,
        "overdue": [period.number for period in status.overdue] if status else [],
        "score": entry.score if entry else None,
        "band": entry.band if entry else None,
        "coverage_pct": entry.coverage_pct if entry else None,
        "message": render_all_languages(one.text),
    }
