"""Faults of the capacity checks on the real kernel."""

from __future__ import annotations

from tests.harness import Plant

PLANTS: list[Plant] = []
