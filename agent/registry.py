"""Finds checks: the ``checks`` package and the entry points of other distributions.

A check module that cannot be imported is a line in the report, not a crash; two checks with one code are an error.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import ModuleType

from agent.errors import ConfigError
from agent.model import CheckSpec
from agent.terms import Text

GROUP = "ob_health.checks"


@dataclass(frozen=True, slots=True)
class Registry:
    """Checks by code, in order of code; ``problems`` names modules that could not be used."""

    checks: Mapping[str, CheckSpec]
    problems: tuple[Text, ...] = ()

    @property
    def sources(self) -> tuple[type, ...]:
        """Every fact that some check needs, once."""
        return tuple({row: None for spec in self.checks.values() for row in spec.facts.values()})


def load() -> Registry:
    """All checks. Raises ConfigError where two checks share a code."""
    found: dict[str, CheckSpec] = {}
    problems: list[Text] = []
    packages = ["checks", *(point.value for point in entry_points(group=GROUP))]
    for package in packages:
        for name in _modules(package, problems):
            for spec in _specs(name, problems):
                if spec.code in found:
                    args = {"code": spec.code, "here": name, "there": found[spec.code].measure.__module__}
                    raise ConfigError(Text("The check code {code} is used twice: in {there} and in {here}.", args))
                found[spec.code] = spec
    return Registry(dict(sorted(found.items())), tuple(problems))


def _modules(package: str, problems: list[Text]) -> Iterator[str]:
    root = _imported(package, problems)
    if root is None:
        return
    yield package
    for info in pkgutil.walk_packages(getattr(root, "__path__", ()), package + "."):
        yield info.name


def _specs(module: str, problems: list[Text]) -> list[CheckSpec]:
    loaded = _imported(module, problems)
    functions = [] if loaded is None else [*vars(loaded).values(), *getattr(loaded, "CHECKS", ())]
    return [
        function.__check__
        for function in functions
        if inspect.isfunction(function) and hasattr(function, "__check__") and function.__module__ == module
    ]


def _imported(module: str, problems: list[Text]) -> ModuleType | None:
    try:
        return importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - the border where a broken plug-in becomes a line in the report
        args = {"module": module, "reason": f"{type(error).__name__}: {error}"[:300]}
        problems.append(Text("The checks of {module} could not be loaded: {reason}", args))
        return None
