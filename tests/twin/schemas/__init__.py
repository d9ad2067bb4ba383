"""Schemas of our own writing with data, to measure the twin by. One module each; ``SCHEMA`` is what it has."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSchema:
    """One schema: how it is made and filled, and the statements that are sent to it.

    ``removed`` are indexes that it should have and has not, (table, columns); ``useless`` are among those that it has.
    ``reads`` are measured, ``writes`` are sent once for their weight. A schema is ``held_out`` if no threshold of the
    method was chosen by it.
    """

    name: str
    tables: tuple[str, ...]
    fill: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    removed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    useless: tuple[str, ...] = ()
    is_held_out: bool = True
    is_analytic: bool = False


def scale(schema: BenchSchema, factor: float) -> BenchSchema:
    """Return the schema with fewer rows."""

    def shrink(found: re.Match[str]) -> str:
        return f"n <= {max(round(int(found[1]) * factor), 20)}"

    return replace(schema, fill=tuple(re.sub(r"n <= (\d+)", shrink, text) for text in schema.fill))
