"""What ``ob-health journal`` does."""

from __future__ import annotations

from pathlib import Path

from agent.archive.document import read_document
from agent.collection.journal import ALL_JOURNALS, JournalState, VerifiedJournal, locate_journal, verify_journal
from agent.model.document import Document
from agent.model.terms import Text
from agent.support import console
from agent.support.errors import SnapshotError

_DOCUMENT = "assessment.json"
_INTACT, _CUT, _ALTERED = 0, 1, 2


def verify_place(place: Path) -> int:
    """Verify a journal, or that of the report in a folder; without a report, all journals there. Return the exit code.

    Prints what was found. Raises SnapshotError if there is no journal.
    """
    if not place.is_dir():
        return _verify_file(place, _read_report(place.parent))
    document = _read_report(place)
    if document:
        return _verify_file(locate_journal(place, document["assessment_id"]), document)
    files = sorted(place.glob(ALL_JOURNALS))
    if not files:
        raise SnapshotError(Text("{path}: there is no journal here. Name one.", {"path": str(place)}))
    return max(_verify_file(file, None) for file in files)


def _verify_file(file: Path, document: Document | None) -> int:
    found = verify_journal(file)
    console.say(
        "{target}, assessment {assessment}: {statements_count} statements",
        target=found.target,
        assessment=found.assessment_id,
        statements_count=found.statements,
    )
    if found.state is JournalState.INTACT:
        return _compare_with_report(found, document, file)
    if found.reason:
        console.warn(found.reason)
    altered = found.state is JournalState.ALTERED
    console.say("Altered: it is not as it was written." if altered else "Cut short.", "bold")
    return _ALTERED if altered else _CUT


def _read_report(directory: Path) -> Document | None:
    try:
        return read_document(directory / _DOCUMENT)
    except SnapshotError:
        return None


def _compare_with_report(found: VerifiedJournal, document: Document | None, place: Path) -> int:
    """Print whether an intact journal is that of the report beside it."""
    if document is None:
        console.say("Intact. Hash of its last line: {digest}", "bold", digest=found.head)
        console.say("Compare assessment and hash with the report.")
        return _INTACT
    if document["assessment_id"] != found.assessment_id:
        console.say("Intact. Hash of its last line: {digest}", "bold", digest=found.head)
        text = "It is not the journal of the report beside it, which is of assessment {id}: that is {path}."
        right = locate_journal(place.parent, document["assessment_id"])
        console.warn(Text(text, {"id": document["assessment_id"], "path": str(right)}))
        return _INTACT
    signed = document["receipt"]["journal_sha256"] if document["receipt"] else ""
    if signed and signed != found.head:
        console.say("Altered: it is not as it was written.", "bold")
        text = "Its last line has the hash {found}, and the report has {signed}."
        console.warn(Text(text, {"found": found.head, "signed": signed}))
        return _ALTERED
    if not signed:
        console.say("Intact. Hash of its last line: {digest}", "bold", digest=found.head)
        console.say("The report beside it has no hash to compare with.")
        return _INTACT
    console.say(
        "Intact, and the journal of the report beside it. Hash of its last line: {digest}", "bold", digest=signed
    )
    return _INTACT
