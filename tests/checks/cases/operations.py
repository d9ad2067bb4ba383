"""Cases of the checks on operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.facts.maintenance import Job, WorkloadControl, WorkloadSnapshot
from agent.facts.settings import Parameter, Variable
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.harness import NOW, Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM


def _parameter(value: str) -> Parameter:
    return Parameter(scope="CLUSTER", name="enable_sql_audit", value=value)


def _variable(value: str | None) -> Variable:
    return Variable(name="ob_enable_sql_audit", value=value)


def _control(interval: str = "+0 01:00:00", retention: str = "+00007 00:00:00") -> WorkloadControl:
    return WorkloadControl(snap_interval=interval, retention=retention)


def _taken(hours_ago: float, snap_id: int = 7) -> WorkloadSnapshot:
    return WorkloadSnapshot(snap_id=snap_id, end_interval_time=NOW - timedelta(hours=hours_ago))


def _job(
    failures: int | None = 0,
    last: datetime | None = NOW,
    following: datetime | None = None,
    enabled: str | None = "1",
    state: str | None = None,
) -> Job:
    return Job(
        owner="root",
        job_name="CLEAN_UP",
        enabled=enabled,
        state=state,
        failure_count=failures,
        last_start_date=last,
        next_run_date=following,
    )


def _event(enabled: str = "1") -> Job:
    return replace(_job(enabled=enabled), job_class="MYSQL_EVENT_JOB_CLASS")


def _scheduler(value: str | None) -> Variable:
    return Variable(name="event_scheduler", value=value)


def _due(hours_ago: float, enabled: str = "TRUE") -> Job:
    return _job(following=NOW - timedelta(hours=hours_ago), enabled=enabled)


def _given_up(enabled: str = "1") -> Job:
    """What the scheduler makes of a job after sixteen failures: it does not run again before the year 4000."""
    return _job(16, last=_LONG_AGO, following=datetime(4000, 1, 1, tzinfo=UTC), enabled=enabled, state="BROKEN")


_LONG_AGO = NOW - timedelta(days=31)
_SWITCH, _JOB, _REPOSITORY = "ob_enable_sql_audit", "job CLEAN_UP", "workload repository"
CASES = [
    Case("OPS001", [_parameter("True"), _variable("1")]),
    Case("OPS001", [_parameter("True"), _variable("0")], [(_SWITCH, MEDIUM)]),
    Case("OPS001", [_parameter("False"), _parameter("False"), _variable("OFF")],
         [("enable_sql_audit", MEDIUM), (_SWITCH, MEDIUM)], label="both"),
    Case("OPS001", [(Variable, Unavailable(UnavailableKind.PRIVILEGE, Text("no"))), _parameter("False")],
         [("enable_sql_audit", MEDIUM)], label="variables-unavailable"),
    Case("OPS001", [_variable(None)], not_assessed=True),
    Case("OPS002", [_control(), _taken(1)]),
    Case("OPS002", [_control(), _taken(5.9), _taken(0, snap_id=-1)]),
    Case("OPS002", [_control(), _taken(6), _taken(9)], [(_REPOSITORY, LOW)]),
    Case("OPS002", [_control(), _taken(48)], [(_REPOSITORY, MEDIUM)]),
    Case("OPS002", [_control()], [(_REPOSITORY, MEDIUM)], label="none-at-all"),
    Case("OPS002", [_control("+1 00:00:00"), _taken(23)], label="daily"),
    Case("OPS002", [_control("+40150 00:00:00", "+40150 00:00:00"), _taken(50)], [(_REPOSITORY, MEDIUM)], label="off"),
    Case("OPS002", not_assessed=True),
    Case("OPS003", [_job(0), _job(None)]),
    Case("OPS003", [_job(1)], [(_JOB, LOW)]),
    Case("OPS003", [_job(3)], [(_JOB, MEDIUM)]),
    Case("OPS003", [_job(9, last=_LONG_AGO), _job(9, last=None), _job(9, enabled="FALSE")], label="old"),
    Case("OPS003", [_given_up()], [(_JOB, MEDIUM)], label="given-up-long-ago"),
    Case("OPS003", [_given_up(enabled="0")], label="given-up-and-switched-off"),
    Case("OPS004", [_due(23.9), replace(_due(-24), job_name="NIGHTLY")]),
    Case("OPS004", [_due(24)], [(_JOB, LOW)]),
    Case("OPS004", [_due(72)], [(_JOB, MEDIUM)]),
    Case("OPS004", [_due(999, enabled="0"), _job()], label="disabled-or-unknown"),
    Case("OPS010", [_event(), _scheduler("OFF")], [("tenant", LOW)]),
    Case("OPS010", [_event(), _scheduler("ON")], label="on"),
    Case("OPS010", [_event(), _scheduler(None)], not_assessed=True, label="the scheduler is not known"),
    Case("OPS010", [_event("0"), _scheduler("OFF")], label="both off"),
    Case("OPS010", [_job(), _scheduler("OFF")], not_assessed=True, label="classes unknown"),
    Case("OPS010", [replace(_job(), job_class="DEFAULT_JOB_CLASS"), _scheduler("OFF")], label="no events"),
    Case("OPS010", [_event(), _scheduler("")], not_assessed=True),
    Case("OPS004", [_given_up()], label="given-up-is-told-by-OPS003"),
]  # fmt: skip
