"""Finds checks: the ``checks`` package, the entry points of other distributions, and files of checks without code.

A check that cannot be used becomes a line in the report, not a crash. Two checks with one code are an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from agent.catalogue import packages
from agent.facts import find_source_spec
from agent.facts.incidents import ActiveMinute, AuditMinute, KeptMinute
from agent.facts.schema import ColumnStatistics
from agent.model.check import CheckSpec
from agent.model.labels import N_
from agent.model.terms import TenantKind, Text, Translations
from agent.support.errors import ConfigError

GROUP = "ob_health.checks"
OWN_PACKAGE = "checks"
# What agent.twin asks for beside the checks, on a tenant that serves users. The customer is told what for.
FOR_THE_TWIN: Mapping[type, str] = {
    ColumnStatistics: N_("Proving advice on indexes on a server of our own, without data")
}
# What only the timeline of a fault needs. It is asked of the customer where that is wished.
FOR_INCIDENTS: Mapping[type, str] = dict.fromkeys(
    (AuditMinute, ActiveMinute, KeptMinute), N_("The timeline of a fault, when one is looked into")
)


@dataclass(frozen=True, slots=True)
class Registry:
    """Checks by code, in order of code; ``problems`` names what could not be used.

    ``translations`` are those of plug-ins and of checks without code.
    """

    checks: Mapping[str, CheckSpec]
    problems: tuple[Text, ...] = ()
    translations: Translations = field(default_factory=dict)

    @property
    def sources(self) -> tuple[type, ...]:
        """Every fact that some check or the twin needs, once."""
        return _add_for_the_twin(self._list_needed(self.checks.values()))

    def sources_of(self, kind: TenantKind) -> tuple[type, ...]:
        """Every fact that some check of this kind of tenant needs, or the twin, once."""
        needed = self._list_needed(spec for spec in self.checks.values() if kind in spec.tenants)
        return _add_for_the_twin(needed) if kind is TenantKind.USER else tuple(dict.fromkeys(needed))

    def _list_needed(self, specs: Iterable[CheckSpec]) -> Iterator[type]:
        return (row for spec in specs for row in spec.facts.values())


def _add_for_the_twin(needed: Iterable[type]) -> tuple[type, ...]:
    """Return the facts once, and what the twin needs where the definitions that it is built from are read."""
    read = dict.fromkeys(needed)
    specs = {row: find_source_spec(row) for row in FOR_THE_TWIN}
    return tuple(read | dict.fromkeys(row for row, spec in specs.items() if spec and spec.tables_of in read))


def load_registry(files: Sequence[Path] = ()) -> Registry:
    """Load all checks; ``files`` are an engagement's checks without code. Raises ConfigError if two share a code."""
    others = dict.fromkeys(point.value for point in entry_points(group=GROUP))
    parts = [
        packages.load_own_package(OWN_PACKAGE),
        *map(packages.load_plugin, others),
        packages.load_yaml_checks(files, packages.LoadedPackage()),
    ]
    everything = packages.LoadedPackage()
    places: dict[str, str] = {}
    for part in parts:
        for here, spec in part.checks:
            if spec.code in places:
                args = {"code": spec.code, "here": here, "there": places[spec.code]}
                raise ConfigError(Text("The check code {code} is used twice: in {there} and in {here}.", args))
            places[spec.code] = here
        everything.checks += part.checks
        everything.problems += part.problems
        everything.add_translations(part.translations)
    checks = {spec.code: spec for _, spec in everything.checks}
    return Registry(dict(sorted(checks.items())), tuple(everything.problems), everything.translations)
