"""Facts of a tenant -> the timeline of a fault, and the causes that it speaks for. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

from agent.facts import find_source_spec
from agent.facts.backup import BackupJob
from agent.facts.cluster import FailedOperation, FailedTransfer, Outline, Server, ThrottlingRule
from agent.facts.incidents import ActiveMinute, AuditMinute, KeptMinute
from agent.facts.maintenance import CompactionDiagnosis, GatherTask, MajorCompaction
from agent.facts.schema import BusinessObject
from agent.facts.sessions import Deadlock, LockWait, Transaction
from agent.facts.settings import Parameter, Uptime
from agent.judgement.incident_signals import find_signals, name_code
from agent.judgement.uptime import find_uptime_s
from agent.model.document import Document
from agent.model.incident import Timeline, TimelineEvent, Unseen
from agent.model.labels import N_
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Scalar, Text
from agent.support.i18n import render_all_languages

# What a timeline is made of. Those of agent.facts.incidents are signed for faults only; the checks ask for the others.
SOURCES: tuple[type, ...] = (
    AuditMinute,
    ActiveMinute,
    KeptMinute,
    Deadlock,
    LockWait,
    Transaction,
    MajorCompaction,
    CompactionDiagnosis,
    GatherTask,
    BackupJob,
    BusinessObject,
    FailedOperation,
    FailedTransfer,
    ThrottlingRule,
    Outline,
    Parameter,
    Server,
    Uptime,
)
_MINUTE = timedelta(minutes=1)
_NEVER = datetime(1971, 1, 1, tzinfo=UTC)  # the views write 1970 for what never was
_MOST_OBJECTS = 20  # objects with a DDL that are named one by one


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is looked at; both ends aware."""

    first: datetime
    last: datetime

    def holds(self, moment: datetime | None) -> TypeGuard[datetime]:
        """Whether a moment lies in it."""
        return moment is not None and self.first <= moment <= self.last

    def meets(self, begin: datetime | None, end: datetime | None) -> TypeGuard[datetime]:
        """Whether something that lasted from ``begin`` to ``end`` (None: it still lasts) was under way in it."""
        return begin is not None and begin <= self.last and (end is None or end >= self.first)


def build_timeline(snapshot: Snapshot, customer: str, span: Span, earlier: Document | None) -> Timeline:
    """Return what the facts say of the span. ``earlier`` is the last assessment, for settings that changed since."""
    found = [
        *_list_errors(snapshot, span),
        *_list_peaks(snapshot, span),
        *_list_locks(snapshot, span),
        *_list_maintenance(snapshot, span),
        *_list_changes(snapshot, span),
        *_list_restarts(snapshot, span),
        *_list_settings(snapshot, span, earlier),
    ]
    events = sorted(found, key=lambda event: (event.at, event.view, event.texts["en"]))
    return Timeline(
        customer=customer,
        target=snapshot.target,
        version=str(snapshot.version),
        first=span.first,
        last=span.last,
        collected_at=snapshot.as_of,
        events=tuple(events),
        unseen=tuple(_list_unseen(snapshot, span)),
        signals=find_signals(_count_codes(snapshot, span), events),
    )


def _tell(
    row: type, msgid: str, at: datetime, until: datetime | None = None, /, **args: Scalar | Text
) -> TimelineEvent:
    return TimelineEvent(at=at, until=until, view=_name_view(row), texts=render_all_languages(Text(msgid, args)))


def _name_view(row: type) -> str:
    spec = find_source_spec(row)
    return spec.view.partition(".")[2] if spec else row.__name__


def _read_minute(row: AuditMinute) -> datetime:
    return datetime.fromtimestamp(row.minute_us / 1_000_000, UTC)


def _list_minutes(snapshot: Snapshot, span: Span) -> list[AuditMinute]:
    return [
        row for row in snapshot.list_rows(AuditMinute) if span.meets(_read_minute(row), _read_minute(row) + _MINUTE)
    ]


def _count_codes(snapshot: Snapshot, span: Span) -> Mapping[int, int]:
    """Return how often each return code occurred in the span."""
    counts: Counter[int] = Counter()
    for row in _list_minutes(snapshot, span):
        counts[row.ret_code] += row.executions
    return counts


def _list_errors(snapshot: Snapshot, span: Span) -> Iterator[TimelineEvent]:
    """Yield each error once: from its first to its last minute, and the minute in which it occurred most often."""
    by_code: defaultdict[int, list[AuditMinute]] = defaultdict(list)
    for row in _list_minutes(snapshot, span):
        if row.ret_code:
            by_code[row.ret_code].append(row)
    for code, rows in by_code.items():
        minutes = sorted(map(_read_minute, rows))
        most = max(rows, key=lambda row: row.executions)
        yield _tell(
            AuditMinute,
            "Error {code}: {executions_count} executions ended with it, {most_count} of them in the worst minute.",
            minutes[0],
            minutes[-1] + _MINUTE,
            code=name_code(code),
            executions_count=sum(row.executions for row in rows),
            most_count=most.executions,
        )


def _list_peaks(snapshot: Snapshot, span: Span) -> Iterator[TimelineEvent]:
    """Yield the minutes with the most statements, the longest one, and the most sessions at work."""
    minutes = _list_minutes(snapshot, span)
    if minutes:
        longest = max(minutes, key=lambda row: row.longest_us)
        yield _tell(
            AuditMinute,
            "The longest execution of this time took {longest_us}.",
            _read_minute(longest),
            longest_us=longest.longest_us,
        )
        totals: Counter[datetime] = Counter()
        for row in minutes:
            totals[_read_minute(row)] += row.executions
        busiest, count = totals.most_common(1)[0]
        yield _tell(
            AuditMinute,
            "The busiest minute of this time: {executions_count} executions.",
            busiest,
            executions_count=count,
        )
    seen_at_work: tuple[tuple[ActiveMinute | KeptMinute, ...], ...] = (
        snapshot.list_rows(ActiveMinute),
        snapshot.list_rows(KeptMinute),
    )
    for rows in seen_at_work:
        active: Counter[datetime] = Counter()
        waits: Counter[str] = Counter()
        for seen in rows:
            if span.meets(seen.minute, seen.minute + _MINUTE):
                active[seen.minute] += seen.samples
                if isinstance(seen, ActiveMinute) and seen.wait_class:
                    waits[seen.wait_class] += seen.samples
        if active:
            minute, samples = active.most_common(1)[0]
            class_name = waits.most_common(1)[0][0] if waits else ""
            text = "Most sessions at work in this time: {samples_count} samples in one minute."
            if class_name:
                text = (
                    "Most sessions at work in this time: {samples_count} samples in one minute; they mostly waited for "
                    "{wait_class}."
                )
            args: dict[str, Scalar] = {"samples_count": samples}
            yield _tell(type(rows[0]), text, minute, **args, **({"wait_class": class_name} if class_name else {}))


def _list_locks(snapshot: Snapshot, span: Span) -> Iterator[TimelineEvent]:
    for row in snapshot.list_rows(Deadlock):
        if span.holds(row.report_time):
            yield _tell(
                Deadlock,
                "A deadlock of {sessions_count} transactions was broken by rolling one back.",
                row.report_time,
                sessions_count=row.cycle_size,
            )
    for wait in snapshot.list_rows(LockWait):
        begun = snapshot.as_of - timedelta(microseconds=max(wait.ctime, 0))
        if span.meets(begun, None):
            yield _tell(LockWait, "A request waits for a lock since then: {place}.", begun, place=wait.place)
    seen = set()
    for transaction in snapshot.list_rows(Transaction):
        begun_at = transaction.ctx_create_time
        if span.meets(begun_at, None) and transaction.tx_id not in seen:
            seen.add(transaction.tx_id)
            yield _tell(
                Transaction,
                "A transaction that is still open began.",
                begun_at,
            )


def _list_maintenance(snapshot: Snapshot, span: Span) -> Iterator[TimelineEvent]:
    for row in snapshot.list_rows(MajorCompaction):
        ended = row.last_finish_time if row.last_finish_time >= row.start_time else None
        if row.start_time > _NEVER and span.meets(row.start_time, ended):
            yield _tell(MajorCompaction, "A major compaction ran: {status}.", row.start_time, ended, status=row.status)
    for diagnosis in snapshot.list_rows(CompactionDiagnosis):
        if span.holds(diagnosis.newest):
            yield _tell(
                CompactionDiagnosis,
                "The server reported {tablets_count} tablets whose compaction {kind} is held up: {status}.",
                diagnosis.newest,
                tablets_count=diagnosis.tablets,
                kind=diagnosis.type,
                status=diagnosis.status,
            )
    for task in snapshot.list_rows(GatherTask):
        if span.meets(task.start_time, task.end_time):
            yield _tell(
                GatherTask,
                "The server gathered statistics: {status}.",
                task.start_time,
                task.end_time,
                status=task.status,
            )
    for job in snapshot.list_rows(BackupJob):
        if span.holds(job.start_timestamp):
            yield _tell(BackupJob, "A backup began; it ended with {status}.", job.start_timestamp, status=job.status)


def _list_changes(snapshot: Snapshot, span: Span) -> Iterator[TimelineEvent]:
    # A database has no structure of its own: its moment is that of its making, and its tables say the rest.
    found = (
        (row.last_ddl_time, row)
        for row in snapshot.list_rows(BusinessObject)
        if row.object_type != "DATABASE" or row.is_dropped
    )
    altered = [(at, row) for at, row in found if span.holds(at)]
    altered.sort(key=lambda pair: (pair[0], pair[1].owner, pair[1].object_name))
    for at, row in altered[:_MOST_OBJECTS]:
        text = "{object} was dropped." if row.is_dropped else "The structure of {object} was changed, or it was made."
        yield _tell(BusinessObject, text, at, object=f"{row.owner}.{row.object_name}")
    if len(altered) > _MOST_OBJECTS:
        yield _tell(
            BusinessObject,
            "The structure of {objects_count} more objects was changed.",
            altered[_MOST_OBJECTS][0],
            objects_count=len(altered) - _MOST_OBJECTS,
        )
    for operation in snapshot.list_rows(FailedOperation):
        if span.holds(operation.happened):
            yield _tell(
                FailedOperation,
                "An operation on the tenant failed with {code}: {module}, {event}.",
                operation.happened,
                code=str(operation.ret_code),
                module=operation.module,
                event=operation.event,
            )
    for transfer in snapshot.list_rows(FailedTransfer):
        if span.holds(transfer.create_time):
            yield _tell(FailedTransfer, "A move of partitions between log streams failed.", transfer.create_time)
    outlines: tuple[ThrottlingRule | Outline, ...] = (
        *snapshot.list_rows(ThrottlingRule),
        *snapshot.list_rows(Outline),
    )
    for made in outlines:
        if span.holds(made.create_time):
            yield _tell(
                type(made),
                "The outline {name} was made.",
                made.create_time,
                name=f"{made.database_name}.{made.outline_name}",
            )


def _list_restarts(snapshot: Snapshot, span: Span) -> Iterator[TimelineEvent]:
    uptime_s = find_uptime_s(snapshot)
    started = snapshot.as_of - timedelta(seconds=uptime_s) if uptime_s is not None else None
    if span.holds(started):
        yield _tell(Uptime, "A server started; what it held in memory before is lost.", started)
    for server in snapshot.list_rows(Server):
        if span.holds(server.last_offline_time) and server.last_offline_time > _NEVER:
            yield _tell(Server, "A server was offline.", server.last_offline_time)


def _list_settings(snapshot: Snapshot, span: Span, earlier: Document | None) -> Iterator[TimelineEvent]:
    """Yield parameters that differ from the last assessment; no view says when they were changed."""
    if earlier is None:
        return
    was = {setting["name"]: setting["value"] for setting in earlier["instance"]["settings"]}
    since = datetime.fromisoformat(earlier["as_of"])
    now = {row.name: row.value for row in snapshot.list_rows(Parameter)}
    for name, before in sorted(was.items()):
        if name in now and now[name] != before:
            yield _tell(
                Parameter,
                "The parameter {name} was changed from {before} to {after} between the last assessment and now.",
                max(since, span.first),
                snapshot.as_of,
                name=name,
                before=before,
                after=now[name],
            )


def _list_unseen(snapshot: Snapshot, span: Span) -> Iterator[Unseen]:
    """Yield the records that were not read, and those that do not go back to the beginning of the span."""
    for row in SOURCES:
        facts = snapshot.facts.get(row)
        if isinstance(facts, Unavailable):
            yield Unseen(view=_name_view(row), texts=render_all_languages(facts.reason))
    oldest: Mapping[type, Iterable[datetime]] = {
        AuditMinute: map(_read_minute, snapshot.list_rows(AuditMinute)),
        ActiveMinute: (row.minute for row in snapshot.list_rows(ActiveMinute)),
        KeptMinute: (row.minute for row in snapshot.list_rows(KeptMinute)),
    }
    for row, moments in oldest.items():
        if not isinstance(snapshot.facts.get(row), tuple):
            continue
        since = min(moments, default=None)
        if since is None:
            text = Text(
                N_("It holds nothing of any time: it may be switched off, or the server may have started again.")
            )
            yield Unseen(view=_name_view(row), texts=render_all_languages(text))
        elif since > span.first:
            text = Text(N_("It does not go back to the beginning of the time that was asked for."))
            yield Unseen(view=_name_view(row), texts=render_all_languages(text), since=since)
