"""Takes one sample of a target and keeps it in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent import pipeline
from agent.archive.history.samples import keep_sample, read_last_sample
from agent.archive.history.store import History
from agent.engagement.authorization.authorize import read_sampling
from agent.engagement.authorization.request import Sampling
from agent.model.sample import LastSample, Sample
from agent.pipeline import AssessmentJob
from agent.service.sampling import SAMPLE_SOURCES, measure_sample

# What preflight finds changes with versions and grants only, and costs as much as the sample itself.
_CAPABILITIES_KEPT = timedelta(days=1)
# Timers are not exact: a sample may come so much sooner than was signed.
_EARLY = timedelta(minutes=2)
SAMPLES_FOLDER = "samples"


@dataclass(frozen=True, slots=True)
class TakenSample:
    """A sample, and whether it was kept: another process may have taken one meanwhile."""

    sample: Sample
    is_kept: bool
    statements: int


def is_time(sampling: Sampling, last: LastSample | None, now: datetime) -> bool:
    """Whether the signed window is open, and the last sample is as long ago as was signed."""
    gap = timedelta(minutes=sampling.every_minutes) - _EARLY
    return sampling.window.is_open(now) and (last is None or not timedelta(0) <= now - last.taken_at < gap)


def take_sample(job: AssessmentJob, history: History, out: Path) -> TakenSample | None:
    """Take a sample; None if it is not time for one. The journal goes to ``out/samples``.

    Raises NotAuthorized where no samples were signed, and as connecting does.
    """
    customer, target, now = job.engagement.customer.name, job.target, job.now
    last, sampling = read_last_sample(history, customer, target), read_sampling(job.engagement, target)
    if sampling and sampling.window.is_open(now) and not is_time(sampling, last, now):
        return None
    usable = last if last and last.capabilities_at and _is_fresh(last.capabilities_at, now) else None
    known = usable.capabilities if usable else None
    read = pipeline.sample_target(job, pipeline.make_assessment_id(now), out / SAMPLES_FOLDER, SAMPLE_SOURCES, known)
    seconds = (now - last.taken_at).total_seconds() if last else 0.0
    sample, totals = measure_sample(read.facts, last.totals if last else None, seconds)
    kept = LastSample(
        taken_at=now,
        totals=totals,
        capabilities=read.capabilities,
        capabilities_at=now if read.looked_anew or usable is None else usable.capabilities_at,
    )
    is_kept = keep_sample(history, customer, target, sample, kept, days_kept=read.authorization.retention_days)
    return TakenSample(sample, is_kept, read.facts.cost.statements)


def _is_fresh(moment: datetime, now: datetime) -> bool:
    return timedelta(0) <= now - moment < _CAPABILITIES_KEPT
