"""Faults of the availability checks."""

from __future__ import annotations

from tests.harness import Plant

PLANTS: list[Plant] = []
UNPLANTABLE = {
    "AVL001": "the kernel is a single node that always leads",
    "AVL002": "the kernel is a single node without followers",
    "AVL003": "the kernel is a single node: one replica, one planned",
    "AVL004": "the kernel's units have no zones",
    "AVL023": "the kernel is a single node without an arbitration service",
}
