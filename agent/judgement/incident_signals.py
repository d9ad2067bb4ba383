"""The causes that a timeline speaks for. They are probable at best: a person confirms them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from agent.model.incident import Signal, TimelineEvent
from agent.model.labels import N_
from agent.model.terms import Text
from agent.support.i18n import render_all_languages

# Return codes of the server and what they speak for; the server's own meaning of each is in its documentation.
_CAUSES: Mapping[str, frozenset[int]] = {
    N_("Memory of the tenant was exhausted: statements and writes were refused."): frozenset({-4013, -4030}),
    N_("Statements or transactions exceeded their time limits."): frozenset({-4012, -6210, -6212}),
    N_("Transactions blocked each other by their locks."): frozenset({-4101, -6003, -6005}),
    N_("A log stream had no leader, or a server was away."): frozenset({-4038, -4209, -4654, -4663, -4721, -4722}),
    N_("A disk was full: writes were refused."): frozenset({-4184, -4264}),
}
_BY_VIEW: Mapping[str, str] = {
    "DBA_OB_DEADLOCK_EVENT_HISTORY": N_("Transactions blocked each other by their locks."),
    "GV$OB_LOCKS": N_("Transactions blocked each other by their locks."),
    "GLOBAL_STATUS": N_("A server restarted."),
    "DBA_OBJECTS": N_("A change of structure met the load of the business."),
    "DBA_OB_MAJOR_COMPACTION": N_("A major compaction ran at the same time and took CPU and disk."),
    "GV$OB_PARAMETERS": N_("A parameter was changed."),
}


def find_signals(errors: Mapping[int, int], events: Sequence[TimelineEvent]) -> tuple[Signal, ...]:
    """Return the causes that errors and events speak for, the one with the most errors first.

    ``errors`` counts executions by return code. Nothing is returned for codes that speak for no cause.
    """
    evidence: dict[str, list[Mapping[str, str]]] = {}
    weights: Counter[str] = Counter()
    for cause, codes in _CAUSES.items():
        for code in sorted(codes & errors.keys(), key=lambda one: -errors[one]):
            text = Text(
                N_("Error {code} in {executions_count} executions."),
                {"code": str(code), "executions_count": errors[code]},
            )
            evidence.setdefault(cause, []).append(render_all_languages(text))
            weights[cause] += errors[code]
    for cause, event in _list_causes(events):
        evidence.setdefault(cause, []).append(event.texts)
    ranked = sorted(evidence, key=lambda cause: -weights[cause])
    return tuple(Signal(render_all_languages(Text(cause)), tuple(evidence[cause])) for cause in ranked)


def _list_causes(events: Sequence[TimelineEvent]) -> Iterator[tuple[str, TimelineEvent]]:
    for event in events:
        if event.view in _BY_VIEW:
            yield _BY_VIEW[event.view], event
