"""Present and new values of a setting, as evidence for the SQL of the advice and of the way back.

If nothing would change, both are None, and the statement is left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.api import Rows, Scalar
from agent.facts.settings import Variable


def change(name: str, present: str, wanted: str) -> Mapping[str, Scalar]:
    """Return the evidence ``<name>_is`` and ``<name>_to``."""
    differ = present != wanted
    return {f"{name}_is": present if differ else None, f"{name}_to": wanted if differ else None}


def raised(variables: Rows[Variable], name: str, largest: int) -> Mapping[str, Scalar]:
    """Return ``configured``, a percentage, and ``larger``, twice as much but at most ``largest``."""
    value = next((row.value or "" for row in variables if row.name == name), "")
    configured = int(value) if value.isdecimal() else 0
    can = 0 < configured < largest
    return {"configured": configured if can else None, "larger": min(largest, 2 * configured) if can else None}
