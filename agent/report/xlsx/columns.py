"""The columns of the list of findings. A hidden row holds their keys, so that people may move and rename them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from agent.model.labels import N_

MARK = "ob-health list 1"
CLOSED_MARK = "ob-health closed 1"
OTHER_MARK = "ob-health sheet 1"
MARKS = frozenset({MARK, CLOSED_MARK, OTHER_MARK})
NOTE = "-"  # the key of a line that says that the list is empty
KEY = "key"
_OWNER = "of: "  # begins the cell that says whose list it is: the head of the hidden column with the keys


@dataclass(frozen=True, slots=True)
class WorkColumn:
    """A column of the list. ``human``: people fill it in; it is kept. ``kind``: text, code, number, gain, day or date.

    A ``day`` is ours, a ``date`` is for people to fill in.
    """

    key: str
    title: str
    width: float
    human: bool = False
    kind: str = "text"


COLUMNS = (
    WorkColumn("number", N_("No."), 6, kind="number"),
    WorkColumn("codes", N_("Checks"), 12),
    WorkColumn("title", N_("Action"), 34),
    WorkColumn("problem", N_("Finding"), 24),
    WorkColumn("first_seen", N_("First seen"), 13, kind="day"),
    WorkColumn("state", N_("State"), 12),
    WorkColumn("severity_label", N_("Severity"), 10),
    WorkColumn("category", N_("Category"), 14),
    WorkColumn("resource", N_("Resource"), 28),
    WorkColumn("seen", N_("What was seen"), 42),
    WorkColumn("value", N_("Value"), 14),
    WorkColumn("limit", N_("Limit"), 32),
    WorkColumn("impact", N_("Why it matters"), 32),
    WorkColumn("action", N_("What to do"), 46),
    WorkColumn("sql", N_("SQL"), 50, kind="code"),
    WorkColumn("rollback", N_("Rollback"), 46, kind="code"),
    WorkColumn("verification", N_("Verification"), 46),
    WorkColumn("gain", N_("Gain"), 8, kind="gain"),
    WorkColumn("effort", N_("Effort"), 17),
    WorkColumn("deadline", N_("Deadline"), 11),
    WorkColumn("due", N_("Due date"), 13, kind="day"),
    WorkColumn("actor", N_("Handled by"), 15),
    WorkColumn("owner_customer", N_("Owner (customer)"), 15, human=True),
    WorkColumn("owner_tam", N_("Owner (account manager)"), 15, human=True),
    WorkColumn("planned", N_("Planned date"), 13, human=True, kind="date"),
    WorkColumn("done", N_("Actual date"), 13, human=True, kind="date"),
    WorkColumn("review", N_("Review result"), 14, human=True),
    WorkColumn("remarks", N_("Remarks"), 36, human=True),
)
CLOSED_ON = WorkColumn("closed_on", N_("Closed on"), 13, kind="day")
REVIEWS: Mapping[str, str] = {
    "open": N_("To be reviewed"),
    "passed": N_("Review passed"),
    "partly": N_("Partly done"),
    "failed": N_("Review failed"),
    "accepted": N_("Risk accepted"),
}
HUMAN = tuple(column.key for column in COLUMNS if column.human)


def make_owner_mark(customer: str, target: str) -> str:
    """Return the text by which the next list knows whose this one is."""
    return _OWNER + json.dumps([customer, target], ensure_ascii=False)


def read_owner_mark(text: object) -> tuple[str, str] | None:
    """Return customer and target of a text that ``make_owner_mark`` made; None for any other cell."""
    if not isinstance(text, str) or not text.startswith(_OWNER):
        return None
    try:
        customer, target = json.loads(text.removeprefix(_OWNER))
    except (ValueError, TypeError, RecursionError):
        return None
    return str(customer), str(target)


def make_line_key(target: str, codes: tuple[str, ...]) -> str:
    """Return the key by which the next list finds the line."""
    return f"{target}/{'+'.join(codes)}"


def split_line_key(key: str) -> tuple[str, tuple[str, ...]]:
    """Return target and codes of a key that ``make_line_key`` made."""
    target, _, codes = key.rpartition("/")
    return target, tuple(code for code in codes.split("+") if code)
