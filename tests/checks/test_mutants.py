"""The tool that changes code: it changes one thing, sees what cases see, and leaves the real module in place."""

from __future__ import annotations

import sys
from dataclasses import replace

from tests.mutants import ROOT, Mutant, is_seen_by_cases, mutants_of

CHECK = ROOT / "checks" / "capacity" / "memstore_nearly_full.py"
HELPER = ROOT / "checks" / "capacity" / "usage.py"


def _made(what: str) -> Mutant:
    return next(mutant for mutant in mutants_of(CHECK) if mutant.what == what)


def test_each_change_is_another_one() -> None:
    sources = [mutant.source for mutant in mutants_of(CHECK)]
    assert len(sources) == len(set(sources)) > 10


def test_a_changed_figure_is_seen_by_its_kept_value_alone() -> None:
    assert is_seen_by_cases(_made("other used_bytes"), "figures")
    assert not is_seen_by_cases(_made("other used_bytes"), "cases")


def test_a_change_of_what_several_checks_use_is_seen() -> None:
    assert any(is_seen_by_cases(mutant, "cases") for mutant in mutants_of(HELPER) if mutant.what == "max -> min")


def test_unchanged_code_is_not_seen_and_the_real_module_stays() -> None:
    real = sys.modules["checks.capacity.memstore_nearly_full"]
    unchanged = replace(_made("LtE -> Lt"), source=CHECK.read_text(encoding="utf-8"))
    assert not is_seen_by_cases(unchanged, "decoys")
    assert sys.modules["checks.capacity.memstore_nearly_full"] is real
    assert sys.modules["checks.capacity"].memstore_nearly_full is real
