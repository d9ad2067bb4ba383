"""Faults of the version checks."""

from __future__ import annotations

from tests.harness import Plant

PLANTS: list[Plant] = []
UNPLANTABLE = {
    "VER001": "the kernel has one version",
    "VER002": "the kernel has no DBA_OB_TENANTS",
    "VER006": "the kernel is no released build",
}
