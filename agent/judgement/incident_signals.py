"""The causes that a timeline speaks for. They are probable at best: a person confirms them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.model.incident import Signal, TimelineEvent
from agent.model.labels import N_
from agent.model.terms import Text
from agent.support.i18n import render_all_languages

# The causes from what takes the whole tenant away to what slows a part of it; the last one only tells how a fault shows
# itself, because every one of the others ends in time-outs.
_RESTART = N_("A server restarted.")
_NO_LEADER = N_("A log stream had no leader, or a server was away.")
_DISK = N_("A disk was full: writes were refused.")
_MEMORY = N_("Memory of the tenant was exhausted: statements and writes were refused.")
_STRUCTURE = N_("A change of structure met the load of the business.")
_LOCKS = N_("Transactions blocked each other by their locks.")
_PARAMETER = N_("A parameter was changed.")
_COMPACTION = N_("A major compaction ran at the same time and took CPU and disk.")
_TIMEOUT = N_("Statements or transactions exceeded their time limits.")
_ORDER = (_RESTART, _NO_LEADER, _DISK, _MEMORY, _STRUCTURE, _LOCKS, _PARAMETER, _COMPACTION, _TIMEOUT)
# Return codes of the server, what they speak for, and their meaning; from the server's documentation of errors.
_CODES: Mapping[int, tuple[str, str]] = {
    -4013: (_MEMORY, N_("no memory left")),
    -4030: (_MEMORY, N_("memory limit of the tenant")),
    -4012: (_TIMEOUT, N_("time limit of a statement or transaction")),
    -6210: (_TIMEOUT, N_("time limit of a transaction")),
    -6212: (_TIMEOUT, N_("time limit of a statement")),
    -4101: (_LOCKS, N_("deadlock")),
    -6003: (_LOCKS, N_("waited too long for a row lock")),
    -6005: (_LOCKS, N_("row lock held by another transaction")),
    -4038: (_NO_LEADER, N_("server is not the leader")),
    -4209: (_NO_LEADER, N_("no leader")),
    -4654: (_NO_LEADER, N_("no leader")),
    -4663: (_NO_LEADER, N_("server is not alive")),
    -4721: (_NO_LEADER, N_("no location of the log stream")),
    -4722: (_NO_LEADER, N_("no leader of the log stream")),
    -4184: (_DISK, N_("data disk full")),
    -4264: (_DISK, N_("log disk full")),
}
# These speak for a change of structure only where one happened in the same time: a mistyped name gives them, too.
_NAMES_GONE: Mapping[int, str] = {-5019: N_("table does not exist"), -5217: N_("column does not exist")}
_BY_VIEW: Mapping[str, str] = {
    "DBA_OB_DEADLOCK_EVENT_HISTORY": _LOCKS,
    "GV$OB_LOCKS": _LOCKS,
    "GLOBAL_STATUS": _RESTART,
    "DBA_OBJECTS": _STRUCTURE,
    "DBA_OB_MAJOR_COMPACTION": _COMPACTION,
    "GV$OB_PARAMETERS": _PARAMETER,
}


def find_signals(errors: Mapping[int, int], events: Sequence[TimelineEvent]) -> tuple[Signal, ...]:
    """Return the causes that errors and events speak for, the one that reaches furthest first.

    ``errors`` counts executions by return code. Nothing is returned for codes that speak for no cause. Time-outs are
    marked as a symptom and stand last: their number says how bad a fault was, not why it happened.
    """
    evidence: dict[str, list[Mapping[str, str]]] = {}
    told_by_events = {_BY_VIEW[event.view] for event in events if event.view in _BY_VIEW}
    for code in sorted(errors, key=lambda one: (-errors[one], one)):
        cause, _ = _CODES.get(code, ("", ""))
        if code in _NAMES_GONE and _STRUCTURE in told_by_events:
            cause = _STRUCTURE
        if cause:
            evidence.setdefault(cause, []).append(_tell_code(code, errors[code]))
    for event in events:
        if event.view in _BY_VIEW:
            evidence.setdefault(_BY_VIEW[event.view], []).append(event.texts)
    return tuple(
        Signal(render_all_languages(Text(cause)), tuple(evidence[cause]), is_symptom=cause == _TIMEOUT)
        for cause in _ORDER
        if cause in evidence
    )


def name_code(code: int) -> Text | str:
    """Return a return code with its meaning, as far as it is one that faults are known by."""
    meaning = _NAMES_GONE.get(code) or _CODES.get(code, ("", ""))[1]
    return Text(N_("{code} ({meaning})"), {"code": str(code), "meaning": Text(meaning)}) if meaning else str(code)


def _tell_code(code: int, executions: int) -> Mapping[str, str]:
    text = N_("Error {code} in {executions_count} executions.")
    return render_all_languages(Text(text, {"code": name_code(code), "executions_count": executions}))
