"""Judges, records and writes in processes of its own, while threads read other targets.

An order names files and references, never a secret. What was read goes with it as it is.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Collection
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from agent import pipeline
from agent.archive.history.entries import Claim
from agent.archive.history.sealing import read_history_keys
from agent.archive.history.store import History
from agent.cli.actions.targets import NO_HISTORY, SharedCatalogues, locate_history, make_job
from agent.engagement.loading import load_engagement
from agent.model.document import Document
from agent.model.terms import Text
from agent.pipeline import AssessedTarget, AssessmentJob, CollectedTarget
from agent.report.docx.page_numbers import SOFFICE_VARIABLE
from agent.report.pdf.render_pdf import CHROMIUM_VARIABLE
from agent.report.write_report import ReportWish, WrittenReport
from agent.support.credentials import hide_passwords
from agent.support.errors import HistoryError, TargetError
from agent.support.processes import hold_back_signals, make_processes

P = ParamSpec("P")
R = TypeVar("R")
_catalogues = SharedCatalogues()


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOrder:
    """What another process needs to go on with a job: the engagement is read again there, and the history opened.

    ``keeps_snapshot``: the history keeps the snapshot, sealed. The key is read there too, by its reference.
    """

    engagement: Path
    target: str
    now: datetime
    in_history: bool
    claim: Claim | None
    outside_service: str
    notes: tuple[Text, ...]
    verify: bool
    keeps_snapshot: bool
    wish: ReportWish


def make_order(job: AssessmentJob, wish: ReportWish) -> FinishOrder:
    """Return the order to go on with this job."""
    return FinishOrder(
        engagement=job.engagement.path,
        target=job.target,
        now=job.now,
        in_history=job.history is not None,
        claim=job.claim,
        outside_service=job.outside_service,
        notes=job.notes,
        verify=job.verify,
        keeps_snapshot=job.keys is not None,
        wish=wish,
    )


class ProcessFinisher:
    """A ``Finisher`` that hands its orders to an executor, by default to processes, and waits for each.

    A process that ends by itself, for want of memory say, breaks the executor for all orders that are in it. Each of
    them is then done once more in a process of its own, so only the one that is to blame fails.

    The processes are started without the passwords of targets; ``needed`` are the variables that orders refer to.
    """

    def __init__(self, make_executor: Callable[[], Executor], needed: Collection[str] = ()) -> None:
        self._needed = {*needed, CHROMIUM_VARIABLE, SOFFICE_VARIABLE}
        self._make_executor = make_executor
        self._executor = self._start()
        self._lock = threading.Lock()

    def _start(self) -> Executor:
        with hide_passwords(self._needed):  # a process that looks after the others may be started here
            return self._make_executor()

    def finish_target(self, job: AssessmentJob, collected: CollectedTarget, wish: ReportWish) -> AssessedTarget:
        """Judge, record and write elsewhere. Raises what ``pipeline.finish_target`` raises, and TargetError."""
        job.progress(pipeline.WRITING_STAGE, 0, 1)
        return self._do(finish_order, make_order(job, wish), collected)

    def write_and_note(
        self, job: AssessmentJob, document: Document, wish: ReportWish
    ) -> tuple[WrittenReport, tuple[Text, ...]]:
        """Write elsewhere. Raises what ``pipeline.write_and_note`` raises, and TargetError."""
        job.progress(pipeline.WRITING_STAGE, 0, 1)
        return self._do(write_order, make_order(job, wish), document)

    def close(self) -> None:
        """End the processes, once their work is done."""
        self._executor.shutdown(cancel_futures=True)

    def _do(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        executor = self._executor
        try:
            with hold_back_signals(), hide_passwords(self._needed):
                future = executor.submit(work, *args, **kwargs)
            return future.result()
        except BrokenExecutor:
            self._replace(executor)
        try:
            with hide_passwords(self._needed):
                alone = make_processes(1)
            with alone:
                with hold_back_signals(), hide_passwords(self._needed):
                    future = alone.submit(work, *args, **kwargs)
                return future.result()
        except BrokenExecutor:
            raise TargetError(
                "The process that judges and writes ended by itself, twice. There may be too little memory: run the "
                "command again with fewer --processes."
            ) from None

    def _replace(self, broken: Executor) -> None:
        with self._lock:
            if self._executor is broken:
                broken.shutdown(wait=False, cancel_futures=True)
                self._executor = self._start()


def finish_order(order: FinishOrder, collected: CollectedTarget) -> AssessedTarget:
    """Carry out ``pipeline.finish_target`` for an order."""
    job, problems = _rebuild_job(order)
    assessed = pipeline.finish_target(job, collected, order.wish)
    if not problems:
        return assessed
    return dataclasses.replace(assessed, warnings=(*problems, *assessed.warnings), in_history=False)


def write_order(order: FinishOrder, document: Document) -> tuple[WrittenReport, tuple[Text, ...]]:
    """Carry out ``pipeline.write_and_note`` for an order."""
    job, problems = _rebuild_job(order)
    report, unnoted = pipeline.write_and_note(job, document, order.wish)
    return report, (*problems, *unnoted)


def _rebuild_job(order: FinishOrder) -> tuple[AssessmentJob, tuple[Text, ...]]:
    """Return the job, and why it has no history although it should."""
    engagement = load_engagement(order.engagement)
    history, problems = None, tuple[Text, ...]()
    if order.in_history:
        try:
            history = _open_history(locate_history(None, engagement))
        except HistoryError as error:
            problems = (error.text,)
    with _catalogues.share():
        job = make_job(engagement, order.target, history, order.now, order.outside_service, with_samples=False)
    notes = (*order.notes, *((NO_HISTORY,) if problems else ()))
    keys = read_history_keys(engagement.history_key) if order.keeps_snapshot and history else None
    return dataclasses.replace(job, claim=order.claim, notes=notes, verify=order.verify, keys=keys), problems


@cache
def _open_history(place: str | None) -> History:
    return History.open(place)
