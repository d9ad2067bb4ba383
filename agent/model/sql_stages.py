"""In which order statements of advice are run: what prepares, what verifies, what takes something away. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

_READING = re.compile(r"\s*(SELECT|SHOW|EXPLAIN|DESC)\b", re.IGNORECASE)
_TAKING = re.compile(
    r"\s*(REVOKE|DROP|KILL|PURGE|TRUNCATE|DELETE|XA\s+ROLLBACK"
    r"|ALTER\s+TABLE\s.*\sDROP\s+(INDEX|COLUMN|PARTITION|PRIMARY\s+KEY))\b",
    re.IGNORECASE | re.DOTALL,
)


class Stage(StrEnum):
    """What a statement does, in the order in which statements of one remedy are run."""

    PREPARE = "prepare"
    VERIFY = "verify"
    TAKE = "take"


def find_stage(statement: str) -> Stage:
    """Return what a statement does: it only reads, it takes something away, or it makes or sets something."""
    if _READING.match(statement):
        return Stage.VERIFY
    return Stage.TAKE if _TAKING.match(statement) else Stage.PREPARE


def changes_something(statements: Iterable[str]) -> bool:
    """Whether any of the statements does more than read."""
    return any(find_stage(statement) is not Stage.VERIFY for statement in statements)


def split_stages(statements: Iterable[str]) -> Mapping[Stage, tuple[str, ...]]:
    """Return the statements by stage, each once; only stages that have some.

    Nobody should paste what takes something away together with what must have worked before.
    """
    listed = list(dict.fromkeys(statements))
    found = {stage: tuple(text for text in listed if find_stage(text) is stage) for stage in Stage}
    return {stage: texts for stage, texts in found.items() if texts}
