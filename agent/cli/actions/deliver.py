"""What ``ob-health deliver`` does, and what the end of an assessment does with its report: sealed, then delivered."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from agent.archive.history.store import History
from agent.cli.actions.targets import locate_history
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import read_enough
from agent.model.document import Document
from agent.model.terms import Text
from agent.pipeline import AssessmentJob
from agent.service.deliver_report import DeliveryWish, deliver_report, mark_arrived, print_messages
from agent.service.outcome import PARTIAL
from agent.service.periods import read_recorded
from agent.service.report_files import find_report_folder, seal_recorded, seal_report
from agent.support import console
from agent.support.errors import CRASHES, ConfigError, HealthAgentError


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOptions:
    """Options of ``deliver``. ``directory`` is the folder of the report, where history does not know it."""

    assessment: str
    only: str = ""
    directory: Path | None = None
    again: bool = False
    arrived: bool = False
    dry_run: bool = False


def deliver_recorded(engagement: Engagement, options: DeliverOptions) -> int:
    """Deliver the report of an assessment in the history. Return the exit code: 5 if it has not reached everybody.

    Raises ConfigError for what cannot be delivered, HistoryError if the history cannot be used.
    """
    if options.again and options.arrived:
        raise ConfigError(Text("--again and --arrived contradict each other: it has arrived, or is to be sent again."))
    with History.open(locate_history(None, engagement), create=False) as history:
        document = history.load(options.assessment)
        _refuse_other_customer(engagement, document)
        place = history.find_place(document["assessment_id"])
        wish = DeliveryWish(
            engagement=engagement,
            document=document,
            directory=find_report_folder(document, place, options.directory),
            only=options.only,
            again=options.again,
        )
        with console.speak_of(document["customer"], document["target"]["name"]):
            if options.dry_run:
                print_messages(wish)
                return 0
            if options.arrived:
                mark_arrived(history, wish)
                return 0
            seal_recorded(engagement, document, wish.directory)
            return 0 if deliver_report(history, wish) else PARTIAL


def _refuse_other_customer(engagement: Engagement, document: Document) -> None:
    """Raise ConfigError if the report is of another customer: its destinations must not get it."""
    ours, theirs = engagement.customer.name, document["customer"]
    if ours != theirs:
        text = (
            "{id} is the assessment of {theirs}, and the engagement is of {ours}. Name the engagement of {theirs}: -e"
        )
        raise ConfigError(Text(text, {"id": document["assessment_id"], "theirs": theirs, "ours": ours}))


def hand_over(job: AssessmentJob, document: Document, directory: Path, *, deliver: bool, is_fresh: bool = True) -> bool:
    """Write the manifest of a report, and deliver it. Return whether it is where it should be by now.

    ``is_fresh``: its files were written just now; otherwise a manifest that is there is kept. Nothing of this fails the
    assessment: it is a warning. A report that read too little to count for its period, or of which files are missing,
    is not delivered by itself.
    """
    engagement = job.engagement
    if engagement.deliver is None:
        return True
    try:
        manifest = (seal_report if is_fresh else seal_recorded)(engagement, document, directory)
        console.say("  manifest of the files: {path}", "dim", path=str(manifest))
        return not engagement.deliver.to or _deliver(job, document, directory, deliver)
    except CRASHES as error:
        kind = Text("an unexpected error ({kind})", {"kind": type(error).__name__})
        reason = error.text if isinstance(error, HealthAgentError) else kind
        text = "The report is not delivered: {reason}. The assessment itself is complete. To try again: {command}"
        console.warn(Text(text, {"reason": reason, "command": _name_command(engagement, document)}))
        return False


def _deliver(job: AssessmentJob, document: Document, directory: Path, deliver: bool) -> bool:
    id, history, engagement = document["assessment_id"], job.history, job.engagement
    past = None
    if history:
        past = next((past for past in read_recorded(history, engagement, job.target) if past.id == id), None)
    command = _name_command(engagement, document)
    if history is None or past is None:
        text = "Not delivered: the assessment is not in the history, which keeps a message from being sent twice."
        console.warn(Text(text))
        return False
    if not read_enough(past, job.shipped.scoring.counts_from_coverage_pct):
        console.warn(
            Text("Not delivered by itself: too little was read. Deliver it with: {command}", {"command": command})
        )
        return True  # what stays due is the assessment
    if past.unwritten:
        console.warn(
            Text("Not delivered: files of the report are missing. Afterwards: {command}", {"command": command})
        )
        return True  # what stays due is the report
    if not deliver:
        console.say("Not delivered, as asked. Deliver it with: {command}", command=command)
        return True
    return deliver_report(history, DeliveryWish(engagement=engagement, document=document, directory=directory))


def _name_command(engagement: Engagement, document: Document) -> str:
    return shlex.join(["ob-health", "deliver", "-a", document["assessment_id"], "-e", str(engagement.path)])
