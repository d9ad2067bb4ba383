"""The tool that changes code: it changes one thing, sees what cases see, and leaves the real module in place."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.changes import ROOT, Mutant, mutants_of
from tests.mutants import Accepted, is_seen_by_tests, read_accepted
from tests.mutated import load_instead
from tests.seen_by_cases import is_seen_by_cases

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


def _loaded(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_file_is_loaded_as_if_it_held_the_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SourceFileLoader, "get_code", SourceFileLoader.get_code)  # what is put back at the end
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    for path in (one, other):
        path.write_text("value = 1", encoding="utf-8")
    load_instead(one, b"value = 2")
    assert (_loaded(one).value, _loaded(other).value) == (2, 1)
    assert one.read_text(encoding="utf-8") == "value = 1"


@pytest.mark.slow
def test_tests_that_see_a_change_fail_and_those_that_fail_without_one_end_the_run(tmp_path: Path) -> None:
    path = ROOT / "agent" / "judgement" / "fingerprint.py"
    change = next(mutant for mutant in mutants_of(path) if mutant.what == "16 -> 17")
    fast, own = "not slow and not kernel", ("tests/agent/judgement/test_fingerprint.py",)
    assert is_seen_by_tests(change, path, fast, own)
    assert not is_seen_by_tests(change, path, "kernel", own), "none of them starts the kernel"
    red = tmp_path / "test_red.py"
    red.write_text("def test_red() -> None:\n    assert False\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="mend them first"):
        is_seen_by_tests(change, path, fast, (str(red),))


@pytest.mark.parametrize("entry", read_accepted(), ids=lambda entry: f"{entry.path}-{entry.what}")
def test_an_accepted_change_is_still_one_of_its_line(entry: Accepted) -> None:
    found = {(mutant.code, mutant.what) for mutant in mutants_of(ROOT / entry.path)}
    assert (entry.code, entry.what) in found and entry.why


def test_a_limit_at_which_no_case_stands_is_seen_near_the_cases() -> None:
    change = next(
        mutant
        for mutant in mutants_of(ROOT / "checks" / "capacity" / "log_disk_small_for_memory.py")
        if mutant.what == "without and unit.memory_size"
    )
    assert not is_seen_by_cases(change, "decoys") and is_seen_by_cases(change, "near")
