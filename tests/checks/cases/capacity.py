"""Cases of the capacity checks."""

from __future__ import annotations

from agent.facts.resources import Memstore
from agent.terms import Severity
from tests.harness import Case


def _memstore(used: int) -> Memstore:
    return Memstore(active_span=0, freeze_trigger=20, freeze_cnt=1, memstore_used=used, memstore_limit=100)


CASES = [
    Case("CAP001", [_memstore(69)]),
    Case("CAP001", [_memstore(70)], [("tenant", Severity.MEDIUM)]),
    Case("CAP001", [_memstore(95)], [("tenant", Severity.CRITICAL)]),
]
