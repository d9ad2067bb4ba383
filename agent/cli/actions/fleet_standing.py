"""What ``ob-health fleet list`` and ``fleet status`` say. Nothing is connected, and no history is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from rich.text import Text as Plain

from agent.archive.history.entries import Entry
from agent.catalogue import rules
from agent.cli.actions.fleet_history import FleetHistories
from agent.cli.actions.fleet_outcome import list_score_cells
from agent.cli.actions.targets import choose_exit_code
from agent.engagement.engagement_file import Engagement
from agent.engagement.fleet_files import Fleet, FleetMember, find_engagements, load_fleet
from agent.engagement.permitted import Permission
from agent.engagement.subscription import PeriodStatus, judge_due
from agent.model.terms import Text
from agent.service.due_dates import DaysLeft, count_all_days_left, list_warnings
from agent.service.fleet import name_tenant
from agent.service.look import describe_hindrance
from agent.service.periods import read_permission, read_status
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
    is_due: bool | None
    last: str | None
    next: str | None
    opens: str | None
    overdue: list[int]
    missed: list[int]
    authorization_days_left: int | None
    subscription_days_left: int | None
    score: float | None
    band: str | None
    coverage_pct: float | None
    messages: list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Where one target stands; without ``status`` it is not known, and ``texts`` say why."""

    member: FleetMember
    target: str
    status: PeriodStatus | None
    entry: Entry | None
    days_left: DaysLeft
    texts: tuple[Text, ...]


@dataclass(slots=True)
class _Reading:
    """What is read of the histories at one moment; ``codes`` and ``warnings`` gather what is wrong or ends soon."""

    histories: FleetHistories
    now: datetime
    least_pct: float
    codes: list[int]
    warnings: list[Text]

    def read_member(self, member: FleetMember) -> Iterator[_Standing]:
        """Yield where each target of an engagement stands."""
        engagement = member.engagement
        for target in engagement.targets:
            permission = read_permission(engagement, target, self.now)
            not_after = permission.validity.not_after
            self.warnings += list_warnings(engagement, not_after, self.now)
            status, entry, texts = self._read_target(engagement, target, permission)
            yield _Standing(
                member=member,
                target=target,
                status=status,
                entry=entry,
                days_left=count_all_days_left(engagement, not_after, self.now),
                texts=texts,
            )

    def _read_target(
        self, engagement: Engagement, target: str, permission: Permission
    ) -> tuple[PeriodStatus | None, Entry | None, tuple[Text, ...]]:
        """Return where a target stands, its newest assessment, and what to say. Without a history all is owed."""
        entry = None
        try:
            try:
                history = self.histories.open(engagement)
                status = read_status(history, engagement, target, self.now, self.least_pct, permission=permission)
                entry = next(iter(history.list(engagement.customer.name, target, limit=1)), None)
            except NoHistory:
                status = judge_due(engagement.subscription, (), self.now, self.least_pct, permission=permission)
        except (ConfigError, HistoryError) as error:
            self.codes.append(error.exit_code)
            return None, None, (error.text,)
        return status, entry, (status.text, *describe_hindrance(status))


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
        "service_until": (engagement.service.end - timedelta(days=1)).isoformat(),
        "is_signed": engagement.authorization is not None,
    }


def print_standing(named: Sequence[Path], *, as_json: bool) -> int:
    """Print where each target stands: its last assessment, what is owed and may be made. Return the exit code.

    What ends within 30 days is warned of.
    """
    fleet, least_pct = _load(named), rules.load_scoring().counts_from_coverage_pct
    with FleetHistories(create=False) as histories:
        reading = _Reading(histories, datetime.now(UTC), least_pct, [], [])
        standings = [one for member in fleet.members for one in reading.read_member(member)]
    if as_json:
        console.print_json([_build_data(one) for one in standings])
    else:
        _print_standings(standings)
    for warning in {console.localize_text(text): text for text in reading.warnings}.values():
        console.warn(warning)
    return _choose_code(fleet, reading.codes)


def _print_standings(standings: Sequence[_Standing]) -> None:
    headings = ("customer", "target", "last", "score", "grade", "overdue", "days left", "state")
    console.print_table(headings, map(_list_cells, standings))
    console.say("Days left: of the authorization / of the subscription.")
    due = sum(bool(one.status and one.status.due) for one in standings)
    console.say("{due_count} of {targets_count} targets are due.", due_count=due, targets_count=len(standings))


def _list_cells(one: _Standing) -> tuple[object, ...]:
    status, left = one.status, one.days_left
    said = [console.strip_controls(console.localize_text(text)) for text in one.texts]
    return (
        one.member.engagement.customer.name,
        one.target,
        f"{status.last:%Y-%m-%d}" if status and status.last else "–",
        *list_score_cells(one.entry)[:2],
        ", ".join(str(period.number) for period in status.overdue) or "–" if status else "–",
        " / ".join("–" if days is None else str(days) for days in (left.authorization, left.subscription)),
        Plain("\n".join(said)),
    )


def _build_data(one: _Standing) -> _StandingData:
    status, entry = one.status, one.entry
    return {
        "engagement": str(one.member.found.file),
        "customer": one.member.engagement.customer.name,
        "target": one.target,
        "state": status.state.value if status else None,
        "is_due": status.due if status else None,
        "last": status.last.isoformat() if status and status.last else None,
        "next": status.next.isoformat() if status and status.next else None,
        "opens": status.opens.isoformat() if status and status.opens else None,
        "overdue": [period.number for period in status.overdue] if status else [],
        "missed": [period.number for period in status.missed] if status else [],
        "authorization_days_left": one.days_left.authorization,
        "subscription_days_left": one.days_left.subscription,
        "score": entry.score if entry else None,
        "band": entry.band if entry else None,
        "coverage_pct": entry.coverage_pct if entry else None,
        "messages": [render_all_languages(text) for text in one.texts],
    }
