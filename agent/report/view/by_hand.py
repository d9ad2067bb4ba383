"""What SQL cannot show, as a form: the account manager verifies it by hand and fills it in, in Word or on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.model.document import Document, ResultEntry
from agent.model.labels import N_
from agent.model.terms import Outcome
from agent.report.view.measured import format_measured
from agent.report.words import Words, make_printable


@dataclass(frozen=True, slots=True)
class HandItem:
    """One thing to verify. ``known`` is what this assessment says of it."""

    subject: str
    question: str
    where: str
    known: str


_STATES: Mapping[str, str] = {
    Outcome.PASS: N_("No objection"),
    Outcome.FINDING: N_("Risk found"),
    Outcome.JOINED: N_("Risk found"),
    Outcome.MUTED: N_("Risk found"),
    Outcome.NOT_ASSESSED: N_("Not known"),
    Outcome.ERROR: N_("Not known"),
    Outcome.NOT_APPLICABLE: N_("Does not apply"),
    Outcome.DISABLED: N_("Does not apply"),
}
# Subject, what to verify, where it is seen, and the names of the checks that know something of it.
_ITEMS: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    (
        N_("Backup"),
        N_("A full backup of the last week and an unbroken log archive exist, kept outside of this cluster."),
        N_("Cloud console or OCP: backup plan, list of backup sets, state of the log archive"),
        ("backup.never_backed_up", "backup.no_recent_backup", "backup.archive_interrupted"),
    ),
    (
        N_("Restore drill"),
        N_("A restore was rehearsed within half a year, the business checked the data, and the time it took is noted."),
        N_("Record of the drill; restore tasks in the cloud console or OCP"),
        ("backup.restore_not_rehearsed",),
    ),
    (
        N_("IP whitelist"),
        N_("The whitelist holds only the networks of applications and administrators, and not 0.0.0.0/0."),
        N_("Cloud console: whitelist groups of the instance; ob_tcp_invited_nodes of the tenant"),
        ("security.console_whitelist_open", "security.invited_nodes_open"),
    ),
    (
        N_("Transparent encryption (TDE)"),
        N_("Encryption at rest is on where the data calls for it, and the key is in the custody of the customer."),
        N_("Cloud console: security settings of the instance; key management service"),
        ("security.data_not_encrypted",),
    ),
    (
        N_("Data disk"),
        N_("The data disk that was bought per node, and whether it grows by itself up to which size."),
        N_("Cloud console: specification of the instance, storage"),
        ("capacity.data_disk_nearly_full",),
    ),
    (
        N_("Monitoring and alarms"),
        N_("Alarms on disk, CPU, sessions and replica lag reach somebody on duty at any hour."),
        N_("Cloud console or OCP: alarm rules, contacts; an alarm of the last months"),
        (),
    ),
)


def build_hand_items(document: Document, words: Words) -> tuple[HandItem, ...]:
    """Return the form: what to verify, where to look, and what this assessment knows of it."""
    by_name = {result["name"]: result for result in document["results"]}
    return tuple(
        HandItem(
            words(subject),
            words(question),
            words(where),
            _describe_known([by_name[name] for name in names if name in by_name], words),
        )
        for subject, question, where, names in _ITEMS
    )


def _describe_known(results: Sequence[ResultEntry], words: Words) -> str:
    told = [_describe_result(result, words) for result in results if result["outcome"] != Outcome.DISABLED]
    return words("; ").join(told) or words("Nothing is known of it by this assessment.")


def _describe_result(result: ResultEntry, words: Words) -> str:
    title = make_printable(result["texts"].get(words.language, result["texts"]["en"])["title"])
    passed = result["outcome"] == Outcome.PASS
    state = words("Stated by the customer") if passed and result["attested"] else words(_STATES[result["outcome"]])
    told = " · ".join(text for text in (state, format_measured(result, words) if passed else "") if text)
    return words("{title}: {text}", title=title, text=told)
