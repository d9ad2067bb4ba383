"""Which entries of the service log belong to the days that a document tells of: one definition for all documents.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.engagement.service_log.entries import (
    KINDS,
    Incident,
    ProductRequest,
    Project,
    SupportQuestion,
    TopicSession,
    Usage,
)
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.states import find_day, is_open


@dataclass(frozen=True, slots=True)
class LogDays:
    """The days from ``first`` to before ``end``, in the service's zone."""

    first: date
    end: date
    zone: ZoneInfo

    def holds(self, moment: datetime | date | None) -> bool:
        """Whether a moment or a day lies in them."""
        return moment is not None and self.first <= self._find_date(moment) < self.end

    def is_before_end(self, moment: datetime | date) -> bool:
        """Whether a moment or a day lies in them or before them."""
        return self._find_date(moment) < self.end

    def is_before(self, moment: datetime | date) -> bool:
        """Whether a moment or a day lies before all of them."""
        return self._find_date(moment) < self.first

    def meets_month(self, month: str) -> bool:
        """Whether a month, such as 2026-03, has a day in common with them."""
        begin = date.fromisoformat(f"{month}-01")
        following = (begin + timedelta(days=31)).replace(day=1)
        return begin < self.end and following > self.first

    def _find_date(self, moment: datetime | date) -> date:
        return moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment


def list_promised(log: ServiceLog, days: LogDays) -> list[SupportQuestion | Incident]:
    """Return what the response promises of these days are counted from: what was asked and reported in them."""
    asked: list[SupportQuestion | Incident] = [one for one in log.questions if days.holds(one.asked)]
    return [*asked, *list_incidents(log, days)]


def list_questions(log: ServiceLog, days: LogDays) -> list[SupportQuestion]:
    """Return the questions that were open on one of these days, the oldest first."""
    found = [
        one
        for one in log.questions
        if days.is_before_end(one.asked) and (one.closed is None or not days.is_before(one.closed))
    ]
    return sorted(found, key=lambda one: one.asked)


def list_incidents(log: ServiceLog, days: LogDays) -> list[Incident]:
    """Return the incidents that were reported on these days, the oldest first."""
    return sorted((one for one in log.incidents if days.holds(one.reported)), key=lambda one: one.reported)


def list_standing(log: ServiceLog, days: LogDays) -> list[Incident]:
    """Return the incidents that were reported up to the end of these days and are not recovered, the oldest first."""
    found = (one for one in log.incidents if one.recovered is None and days.is_before_end(one.reported))
    return sorted(found, key=lambda one: one.reported)


def list_projects(log: ServiceLog, days: LogDays) -> list[Project]:
    """Return the special projects that had begun and were not finished before these days."""
    return [
        one
        for one in log.projects
        if days.is_before_end(one.start) and (one.finished is None or not days.is_before(one.finished))
    ]


def list_requests(log: ServiceLog, days: LogDays) -> list[ProductRequest]:
    """Return the requests that were raised on these days, and those from before that are open."""
    return [one for one in log.requests if days.holds(one.raised) or (is_open(one) and days.is_before_end(one.raised))]


def list_sessions(log: ServiceLog, days: LogDays) -> list[TopicSession]:
    """Return the topic sessions that were held or planned on these days."""
    return [one for one in log.sessions if days.holds(one.held or one.planned)]


def list_usage(log: ServiceLog, days: LogDays) -> list[Usage]:
    """Return the usage of the months that these days have a part in."""
    return [one for one in log.usage if days.meets_month(one.month)]


def is_kept(log: ServiceLog, days: LogDays) -> bool:
    """Whether anything was written down of these days. If not, nobody can say that no fault occurred in them."""
    found = (find_day(entry) for kind in KINDS for entry in log.entries(kind))
    return any(
        days.meets_month(day) if isinstance(day, str) and day else not isinstance(day, str) and days.holds(day)
        for day in found
    )
