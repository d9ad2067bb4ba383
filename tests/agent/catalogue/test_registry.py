"""Checks are found in the package and in other distributions; a broken one is told, a double code is refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from agent.catalogue import registry
from agent.support.errors import ConfigError
from agent.support.i18n import render_text

PLUGIN = '''
from collections.abc import Iterator
from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.settings import Variable

@check(code="{code}", name="operations.theirs", unit=Unit.COUNT, actor=Actor.CUSTOMER, title="Theirs", finding="x",
       remediation=Remediation("Do it."))
def theirs(variables: Rows[Variable]) -> Iterator[Measurement]:
    """Why."""
    yield from ()
'''


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution with the package ``hx_checks``, its entry point registered."""
    (tmp_path / "hx_checks").mkdir()
    (tmp_path / "hx_checks" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("hx", "hx_checks", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == registry.GROUP else [])
    yield tmp_path / "hx_checks"
    for name in [name for name in sys.modules if name.startswith("hx_checks")]:
        del sys.modules[name]


def bring(package: Path, code: str) -> None:
    """One check with its rule."""
    (package / "theirs.py").write_text(PLUGIN.format(code=code))
    (package / "rules.yaml").write_text(f"version: 1\nchecks:\n  {code}: {{severity: low}}\n")


def test_our_own_checks_in_order_of_code_and_their_sources_once() -> None:
    found = registry.load_registry()
    assert len(found.checks) >= 45 and list(found.checks) == sorted(found.checks)
    assert found.problems == ()
    assert len(set(found.sources)) == len(found.sources)


def test_checks_of_another_distribution(plugins: Path) -> None:
    bring(plugins, "OPS990")
    found = registry.load_registry()
    assert found.checks["OPS990"].measure.__module__ == "hx_checks.theirs"
    assert found.problems == ()


def test_a_code_used_twice_is_refused_and_both_places_are_named(plugins: Path) -> None:
    bring(plugins, "CAP001")
    with pytest.raises(ConfigError) as error:
        registry.load_registry()
    said = render_text(error.value.text, "en")
    assert "CAP001" in said and "hx_checks.theirs" in said and "checks.capacity." in said


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import no_such_module", "ModuleNotFoundError"),
        ("raise RuntimeError('no licence')", "no licence"),
        (PLUGIN.format(code="OPS991").replace('"""Why."""', ""), "docstring"),
        (PLUGIN.format(code="OPS991").replace("Rows[Variable]", "Variable"), "neither Rows"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_broken_module_is_told_and_the_others_are_kept(plugins: Path, source: str, says: str) -> None:
    (plugins / "broken.py").write_text(source)
    bring(plugins, "OPS990")
    found = registry.load_registry()
    assert "OPS990" in found.checks and "CAP001" in found.checks
    (problem,) = found.problems
    assert "hx_checks.broken" in render_text(problem, "en") and says in render_text(problem, "en")
