"""Rows of a type in which only what a test is about has a value of its own."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")
_PLAIN: dict[Any, Any] = {int: 1, str: "", float: 1.0, bool: False, datetime: datetime(2026, 11, 23, 6, tzinfo=UTC)}


def filled(row: type[T], **parts: Any) -> T:
    """A row: 1, "", or None where a column may be absent, but for ``parts``."""
    hints = typing.get_type_hints(row)
    names = [field.name for field in dataclasses.fields(row)]  # type: ignore[arg-type]
    plain = {name: None if isinstance(hints[name], types.UnionType) else _PLAIN[hints[name]] for name in names}
    return row(**{**plain, **parts})
