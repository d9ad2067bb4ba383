"""Says where an error came from without saying what data it was about, so that it can be sent to others."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from agent.support.errors import HealthAgentError
from agent.support.i18n import render_text

# Their messages name code and files. Those of all others may hold a value: a password that stands in the wrong place.
_HARMLESS = (
    ArithmeticError, AssertionError, AttributeError, ImportError, IndexError, KeyError, MemoryError, NameError,
    NotImplementedError, OSError, RecursionError, TypeError,
)  # fmt: skip


def format_origin(error: BaseException) -> Iterator[str]:
    """Yield the lines of a traceback: files, lines of code, kinds of errors; no values of variables, and no secrets."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from format_origin(cause)
        yield "which led to:"
    for block in traceback.format_tb(error.__traceback__):
        yield from block.rstrip("\n").split("\n")
    yield f"{type(error).__module__}.{type(error).__qualname__}{_format_message(error)}"


def _format_message(error: BaseException) -> str:
    if isinstance(error, HealthAgentError):
        return f": {render_text(error.text, 'en')}"
    if isinstance(error, _HARMLESS):
        return f": {error}"
    number = error.args[0] if error.args and type(error.args[0]) is int else None
    return f": {number}" if number is not None else ""
