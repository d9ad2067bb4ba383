"""Explains errors of the server and of the driver. An error is the driver's ``args``: a number and a message."""

from __future__ import annotations

from typing import Any

from agent.model.terms import Text, UnavailableKind
from agent.support.errors import ConnectError, StatementError

# The client's own numbers: the connection broke; the packets make no sense.
LOST = 2013
UNREADABLE = 0
_KINDS = {
    1142: UnavailableKind.PRIVILEGE, 1143: UnavailableKind.PRIVILEGE, 1044: UnavailableKind.PRIVILEGE,
    1227: UnavailableKind.PRIVILEGE, 1370: UnavailableKind.PRIVILEGE,
    1146: UnavailableKind.NO_VIEW, 1054: UnavailableKind.NO_COLUMN, 1049: UnavailableKind.NO_VIEW,
    4012: UnavailableKind.TIMEOUT, 1317: UnavailableKind.TIMEOUT, 3024: UnavailableKind.TIMEOUT,
    6212: UnavailableKind.TIMEOUT,
}  # fmt: skip
_BROKEN = frozenset({UNREADABLE, 2006, LOST, 2014, 2055, 5066})


def read_error_number(said: tuple[object, ...]) -> int:
    """Return the error's number, or 0 if it has none."""
    return said[0] if said and isinstance(said[0], int) else UNREADABLE


def explain_failed_statement(said: tuple[object, ...], source: str) -> StatementError:
    """Return an error as a StatementError; its text never carries a statement."""
    number, message = read_error_number(said), _read_message(said)
    kind = UnavailableKind.LOST if number in _BROKEN else _KINDS.get(number, UnavailableKind.ERROR)
    if number == LOST and "timed out" in message:  # the server ignored its own limit, so we hung up
        kind = UnavailableKind.TIMEOUT
    args = {"source": source, "number": str(number), "reason": message}
    return StatementError(Text("{source}: the server answered error {number}: {reason}", args), kind, number)


def _read_message(said: tuple[object, ...]) -> str:
    return str(said[-1] if said else "")[:300]


def explain_no_connection(said: tuple[object, ...], args: dict[str, Any]) -> ConnectError:
    """Return why no connection was made. ``args`` are target, host, port and user."""
    number = read_error_number(said)
    values = {**args, "number": str(number), "reason": _read_message(said)}
    if number == 1045:
        return ConnectError(
            Text(
                "{target}: {host}:{port} refused the account {user} or its password (error 1045)."
                " Check user and password reference of the target, and the account's allowed hosts.",
                values,
            )
        )
    if number in (2003, 2005):
        return ConnectError(
            Text(
                "{target}: {host}:{port} cannot be reached ({reason})."
                " Check host, port, the whitelist of the tenant and the network between.",
                values,
            )
        )
    return ConnectError(Text("{target}: connecting to {host}:{port} failed with error {number}: {reason}", values))
