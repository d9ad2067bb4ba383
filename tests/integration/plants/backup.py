"""Faults of the checks on backups."""

from __future__ import annotations

from tests.harness import Plant

PLANTS: list[Plant] = []
_NONE = "the kernel has neither backups nor an archive, nor the views of them"
UNPLANTABLE = {f"BAK{number:03}": _NONE for number in range(1, 15) if number != 9} | {
    "BAK009": "it judges an attestation, or what only a cluster's sys tenant shows",
}
