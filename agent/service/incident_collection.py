"""Collects the timeline of a fault: what the tenant still holds of a span of time, within the signed authorization."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

from agent import pipeline
from agent.facts import find_source_spec
from agent.judgement.incident_timeline import SOURCES, Span, build_timeline
from agent.model.document import Document
from agent.model.incident import Timeline
from agent.model.terms import TenantKind
from agent.support.files import lock_directory

# Cluster-wide views, which a tenant that serves users does not have.
_OF_SYS = ("Server",)


def collect_timeline(job: pipeline.AssessmentJob, directory: Path, first: datetime, last: datetime) -> Timeline:
    """Connect as an assessment does, read what a timeline is made of, and build it. The journal goes to ``directory``.

    Raises NotAuthorized, TargetError and WriteError as an assessment does.
    """
    kind = job.engagement.targets[job.target].kind
    wanted = tuple(row for row in SOURCES if _is_seen(row, kind))
    job = dataclasses.replace(job, wanted=wanted)
    with lock_directory(directory):
        _, facts = pipeline.collect_snapshot(job, pipeline.make_assessment_id(job.now), directory)
    return build_timeline(facts, job.engagement.customer.name, Span(first, last), _recall(job, first))


def _is_seen(row: type, kind: TenantKind) -> bool:
    spec = find_source_spec(row)
    return spec is not None and (kind is TenantKind.SYS or spec.name not in _OF_SYS)


def _recall(job: pipeline.AssessmentJob, before: datetime) -> Document | None:
    """Return the last assessment before the fault, by which changed settings are seen; None without one."""
    if job.history is None:
        return None
    return job.history.last(job.engagement.customer.name, job.target, before)
