"""Return codes that a program earns by its statement or its data, and what to do about each kind."""

from __future__ import annotations

from collections.abc import Callable

from agent.api import Case, Told, one_of

# Return codes that a program earns by its statement or its data, with the server's own words and MySQL's number.
_UNKNOWN = {
    -5001: "1064 Parse error",
    -5006: "1149 You have an error in your SQL syntax",
    -5019: "1146 Table doesn't exist",
    -5055: "1305 Routine does not exist",
    -5134: "1046 No database selected",
    -5154: "1049 Unknown database",
    -5168: "1136 Column count does not match value count",
    -5175: "1136 Column count doesn't match value count",
    -5207: "1052 Column is ambiguous",
    -5217: "1054 Unknown column",
    -5542: "1305 Routine does not exist",
}
_DENIED = {-5171: "1142 command denied"}
_DUPLICATE = {-5024: "1062 Duplicate entry"}
_UNFIT = {
    -4219: "1366 Incorrect datetime value",
    -4224: "1264 Out of range value for column",
    -4226: "1366 Incorrect integer value for column",
    -4227: "1364 Field doesn't have a default value",
    -4235: "1048 Column cannot be null",
    -4258: "1366 Incorrect string value for column",
    -5167: "1406 Data too long for column",
    -5229: "1264 Out of range value for column",
    -5314: "1451 Cannot delete or update a parent row",
    -5315: "1452 Cannot add or update a child row",
    -5354: "1406 Data too long for column",
    -5618: "1451 Cannot delete or update a parent row",
}
REFUSED = {**_UNKNOWN, **_DENIED, **_DUPLICATE, **_UNFIT}


def _met(codes: dict[int, str]) -> Callable[[Told], bool]:
    return one_of("message", *codes.values())


ADVICE_BY_KIND = (
    Case(
        "Release and schema disagree: a release was undone, or a change of the schema was forgotten or came too late.",
        when=_met(_UNKNOWN),
    ),
    Case(
        "Grant the account the privilege, if the program is meant to do this; otherwise find out who tries it.",
        when=_met(_DENIED),
    ),
    Case(
        "Let the program update what exists: INSERT ... ON DUPLICATE KEY UPDATE. Each refused row was written, "
        "checked and rolled back.",
        when=_met(_DUPLICATE),
    ),
    Case(
        "Let the program check its values before it sends them, or widen the column if they are right.",
        when=_met(_UNFIT),
    ),
)
