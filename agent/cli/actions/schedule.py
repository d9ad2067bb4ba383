"""What ``ob-health schedule`` does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.text import Text as Plain

from agent.archive.history.store import History
from agent.catalogue import rules
from agent.cli.actions.assess import AssessOptions, assess_all
from agent.cli.actions.sample import parse_sample_interval, sample_all
from agent.cli.actions.targets import locate_history, say_damaged
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.permitted import Permission
from agent.engagement.subscription import PeriodStatus, judge_due
from agent.model.assessment import Period
from agent.model.terms import Text
from agent.service.calendar_file import write_calendar
from agent.service.due_dates import DueDate, count_all_days_left, describe_days_left, list_due_dates, list_warnings
from agent.service.look import describe_hindrance
from agent.service.patience import open_patiently
from agent.service.periods import read_permission, read_status
from agent.service.retry_plan import RetryPlan
from agent.service.schedule_loop import run_loop, schedule_daily
from agent.support import console
from agent.support.errors import CRASHES, DamagedHistory, HealthAgentError, HistoryError, NoHistory


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where one target stands, and when it may be assessed."""

    engagement: Engagement
    target: str
    status: PeriodStatus
    permission: Permission


def print_schedule(files: Sequence[Path], calendar: Path | None = None) -> int:
    """Print where each target stands, and write the dates to a ``calendar`` file.

    Return the exit code: 2 if assessments are damaged and left out.
    """
    now, rows, dates, warnings, code = datetime.now(UTC), [], list[DueDate](), list[Text](), 0
    for file in files:
        engagement = load_engagement(file)
        standings, damaged = _read_standings(engagement, now)
        code = DamagedHistory.exit_code if damaged else code
        for standing in standings:
            not_after = standing.permission.validity.not_after
            rows.append(_build_row(standing, now))
            dates += list_due_dates(engagement, standing.target, standing.status, not_after, now)
            warnings += list_warnings(engagement, not_after, now)
    console.print_table(("customer", "target", "last", "next", "overdue", "days left", "state"), rows)
    for warning in {console.localize_text(text): text for text in warnings}.values():
        console.warn(warning)
    if calendar:
        write_calendar(calendar, dates, now)
        console.say("written: {path}", path=str(calendar))
    return code


def _read_standings(engagement: Engagement, now: datetime) -> tuple[list[_Standing], bool]:
    """Return where each target stands, and whether assessments are left out. Without a history all are owed."""
    permissions = {name: read_permission(engagement, name, now) for name in engagement.targets}
    try:
        with History.open(locate_history(None, engagement), create=False) as history:
            damaged = say_damaged(history, engagement.customer.name)
            least_pct = rules.load_scoring().counts_from_coverage_pct
            found = {
                name: read_status(history, engagement, name, now, least_pct, permission=permission)
                for name, permission in permissions.items()
            }
    except NoHistory:
        damaged = False
        found = {
            name: judge_due(engagement.subscription, (), now, 0.0, permission=permission)
            for name, permission in permissions.items()
        }
    return [_Standing(engagement, name, found[name], permissions[name]) for name in engagement.targets], damaged


def _build_row(standing: _Standing, now: datetime) -> tuple[object, ...]:
    status, engagement = standing.status, standing.engagement
    state = [status.text, *describe_hindrance(status)]
    left = count_all_days_left(engagement, standing.permission.validity.not_after, now)
    return (
        engagement.customer.name,
        standing.target,
        f"{status.last:%Y-%m-%d}" if status.last else "–",
        status.next or "–",
        Plain("\n".join(_format_period(period, period in status.missed) for period in status.overdue) or "–"),
        Plain("\n".join(map(console.localize_text, describe_days_left(left)))),
        Plain("\n".join(console.strip_controls(console.localize_text(text)) for text in state)),
    )


def _format_period(period: Period, is_missed: bool) -> str:
    """Format a period with its last day, as the report does. Missed: it could have been assessed for a day."""
    days = f"{period.number} ({period.start} – {period.end - timedelta(days=1)})"
    return console.localize("{days}, missed", days=days) if is_missed else days


@dataclass(slots=True)
class _Service:
    """``schedule run``: looks at every target of the engagements, each no sooner than its last failure lets it."""

    files: Sequence[Path]
    out: Path
    formats: Sequence[str]
    stop: threading.Event = field(default_factory=threading.Event)
    plan: RetryPlan = field(default_factory=RetryPlan)
    told: dict[Path, date] = field(default_factory=dict)

    def look(self) -> datetime | None:
        """Look at the targets whose pause is over. Return when something is to be retried."""
        for file in self.files:
            if self.stop.is_set():
                break
            self._look_at_engagement(file)
        return self.plan.find_next(datetime.now(UTC))

    def sample(self) -> None:
        """Take a sample of the targets for which samples were signed."""
        for file in self.files:
            try:
                engagement = load_engagement(file)
                with History.open(locate_history(None, engagement)) as history:
                    out, now = self.out / file.resolve().parent.name, datetime.now(UTC)
                    sample_all(engagement, history, out=out, target=None, now=now, only_if_open=True)
            except CRASHES as error:  # one engagement must not hold up the others
                say_error(error)

    def _look_at_engagement(self, file: Path) -> None:
        """Look at one engagement. Nothing that goes wrong there holds up the others."""
        if not self.plan.may_look(file, datetime.now(UTC)):
            return
        try:
            engagement = load_engagement(file)
            with open_patiently(locate_history(None, engagement), self.stop) as history:
                say_damaged(history, engagement.customer.name)
                self._warn_daily(file, engagement)
                for target in engagement.targets:
                    if not self.stop.is_set():
                        self._look_at_target(file, engagement, target, history)
            self.plan.note_code(file, 0, datetime.now(UTC))
        except CRASHES as error:
            say_error(error)
            code = error.exit_code if isinstance(error, HealthAgentError) else HistoryError.exit_code
            self.plan.note_code(file, code, datetime.now(UTC))

    def _warn_daily(self, file: Path, engagement: Engagement) -> None:
        """Say once a day what ends soon."""
        now = datetime.now(UTC)
        if self.told.get(file) != now.date():
            self.told[file] = now.date()
            target = next(iter(engagement.targets))
            not_after = read_permission(engagement, target, now).validity.not_after
            for warning in list_warnings(engagement, not_after, now):
                console.warn(warning)

    def _look_at_target(self, file: Path, engagement: Engagement, target: str, history: History) -> None:
        now, key = datetime.now(UTC), (file, target)
        if not self.plan.may_look(key, now):
            return
        permission = read_permission(engagement, target, now)
        least_pct = rules.load_scoring().counts_from_coverage_pct
        status = read_status(history, engagement, target, now, least_pct, permission=permission)
        if not self.plan.wants_look(key, status):
            console.tell_more(
                "{customer} · {target}: {status}",
                customer=engagement.customer.name,
                target=target,
                status=" ".join(console.localize_text(text) for text in (status.text, *describe_hindrance(status))),
            )
            return
        place = self.out / file.resolve().parent.name / f"{now:%Y-%m-%d}"
        options = AssessOptions(out=place, formats=self.formats, target=target, if_due=True)
        code = assess_all(engagement, history, options, now)
        self.plan.note_look(key, code, status, datetime.now(UTC))


def run_schedule(files: Sequence[Path], out: Path, at: str, formats: str, sample: str = "") -> None:
    """Assess what is due, and take samples in an interval such as ``1h``, until stopped.

    History says what was done, so a restart loses nothing.
    """
    schedule_daily(at, lambda: None)  # report errors now, not at night
    interval = parse_sample_interval(sample) if sample else None
    for file in files:
        load_engagement(file)
    service = _Service(files, out, [word.strip() for word in formats.split(",")])
    each = (interval, service.sample) if interval else None

    def say_started() -> None:
        console.say("Checking daily at {at}; stop with Ctrl-C.", at=at)

    run_loop(service.look, at, service.stop, say_error, on_start=say_started, on_jump=service.plan.forget, each=each)


def say_error(error: BaseException) -> None:
    """Print what went wrong; the loop goes on."""
    console.warn(error.text if isinstance(error, HealthAgentError) else Text("{error}", {"error": repr(error)}))
