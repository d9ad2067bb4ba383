"""Explains errors of the server and of the driver. An error is the driver's ``args``: a number and a message.

A server says what it likes: of its texts only the beginning is shown or kept.
"""

from __future__ import annotations

from typing import Any

from agent.model.terms import Scalar, Text, UnavailableKind
from agent.support.errors import ConnectError, StatementError

# The client's own numbers: the connection broke; the packets make no sense.
LOST = 2013
UNREACHABLE = 2003
UNREADABLE = 0
_KINDS = {
    1142: UnavailableKind.PRIVILEGE, 1143: UnavailableKind.PRIVILEGE, 1044: UnavailableKind.PRIVILEGE,
    1227: UnavailableKind.PRIVILEGE, 1370: UnavailableKind.PRIVILEGE,
    1146: UnavailableKind.NO_VIEW, 1054: UnavailableKind.NO_COLUMN, 1049: UnavailableKind.NO_VIEW,
    4012: UnavailableKind.TIMEOUT, 1317: UnavailableKind.TIMEOUT, 3024: UnavailableKind.TIMEOUT,
    6212: UnavailableKind.TIMEOUT,
}  # fmt: skip
_UNREACHABLE_TEXT = (
    "{target}: {host}:{port} cannot be reached ({reason})."
    " Check host, port, the whitelist of the tenant and the network between."
)
# By the number with which a server refuses a connection. A tenant that does not exist gets the answer of a wrong
# password, and a client outside the tenant's allowlist one without any reason (ObMPConnect in OceanBase's source).
_REFUSALS = {
    1045: (
        "{target}: {host}:{port} refused the account {user} or its password (error 1045), or has no such tenant: it"
        " answers both alike. Check each part of the user (account@tenant#cluster), the password reference of the"
        " target, and the hosts from which the account may come."
    ),
    1227: (
        "{target}: {host}:{port} lets no client into the tenant that is not on its allowlist (error 1227). Have the"
        " address of this machine added: the variable ob_tcp_invited_nodes of the tenant, or the whitelist in the"
        " console."
    ),
    4666: (
        "{target}: {host}:{port} is of another cluster than the user {user} names (error 4666). Correct what stands"
        " after # in it, or host and port."
    ),
    UNREACHABLE: _UNREACHABLE_TEXT,
    2005: _UNREACHABLE_TEXT,
}
_BROKEN = frozenset({UNREADABLE, 2006, LOST, 2014, 2055, 5066})
_MESSAGE_CHARS = 300
# Names of accounts, plug-ins and versions are much shorter.
_NAME_CHARS = 128
_SHUT = Text(
    "{source}: the server went on after the limit of {limit_s} that it was given, so the connection was shut."
).msgid


def cut_message(said: object) -> str:
    """Return the beginning of a message from outside."""
    return str(said)[:_MESSAGE_CHARS]


def cut_name(said: object) -> str:
    """Return the beginning of what should be a name."""
    return str(said)[:_NAME_CHARS]


def read_error_number(said: tuple[object, ...]) -> int:
    """Return the error's number, or 0 if it has none."""
    return said[0] if said and isinstance(said[0], int) else UNREADABLE


def explain_failed_statement(said: tuple[object, ...], source: str) -> StatementError:
    """Return an error as a StatementError; its text never carries a statement."""
    number, message = read_error_number(said), _read_message(said)
    kind = UnavailableKind.LOST if number in _BROKEN else _KINDS.get(number, UnavailableKind.ERROR)
    args = {"source": source, "number": str(number), "reason": message}
    return StatementError(Text("{source}: the server answered error {number}: {reason}", args), kind, number)


def explain_shut(source: str, limit_s: float) -> StatementError:
    """Return the error for a statement that did not end at its limit, so that we hung up."""
    return StatementError(Text(_SHUT, {"source": source, "limit_s": limit_s}), UnavailableKind.TIMEOUT, LOST)


def is_shut(reason: Text | None) -> bool:
    """Whether this is the reason of ``explain_shut``, or says that this is the reason."""
    if reason is None:
        return False
    inner = reason.args.get("reason")
    return reason.msgid == _SHUT or (isinstance(inner, Text) and is_shut(inner))


def explain_cut(source: str) -> StatementError:
    """Return the error for an answer that was not read to its end."""
    text = "The answer for {source} is larger than what was left of the load budget, so it was not read to its end."
    return StatementError(Text(text, {"source": source}), UnavailableKind.BUDGET)


def explain_odd_answer(source: str, what: Text) -> StatementError:
    """Return the error for an answer that is none to the statement. What comes after it cannot be trusted either."""
    args: dict[str, Scalar | Text] = {"source": source, "reason": what}
    return StatementError(
        Text("{source}: the server's answer is none to this statement: {reason}.", args),
        UnavailableKind.LOST,
        UNREADABLE,
    )


def explain_odd_values(source: str, error: Exception) -> StatementError:
    """Return the error for an answer of the right form with values that it cannot have. They are not repeated."""
    args = {"source": source, "reason": type(error).__name__}
    text = "{source}: the server's answer holds a value that it cannot have ({reason})."
    return StatementError(Text(text, args), UnavailableKind.ERROR, UNREADABLE)


def _read_message(said: tuple[object, ...]) -> str:
    return cut_message(said[-1] if said else "")


def explain_no_connection(said: tuple[object, ...], args: dict[str, Any]) -> ConnectError:
    """Return why no connection was made. ``args`` are target, host, port and user."""
    number = read_error_number(said)
    values = {**args, "number": str(number), "reason": _read_message(said)}
    if number in _REFUSALS:
        return ConnectError(Text(_REFUSALS[number], values))
    return ConnectError(Text("{target}: connecting to {host}:{port} failed with error {number}: {reason}", values))
