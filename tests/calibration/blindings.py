"""Ways in which an assessment sees less than it could: each takes facts out of a snapshot as a collection would."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import Field, fields, replace
from typing import Any

from agent.collection.statements import find_columns
from agent.facts import Privilege, SourceSpec, find_source_spec
from agent.facts.given import Attestation, BusinessProfile, CriticalPeriod
from agent.model.snapshot import Snapshot, SourceRecord, Unavailable
from agent.model.terms import Category, DataClass, TenantKind, Text, UnavailableKind
from tests.clusters.schema import Target, views_of
from tests.harness import shipped

Blind = Callable[[Snapshot], Snapshot]
Chosen = Callable[[type, SourceSpec], bool]


def take_away(snapshot: Snapshot, chosen: Chosen, kind: UnavailableKind, *, curable: bool = True) -> Snapshot:
    """The snapshot without the chosen sources. What was unavailable before stays so for its own reason."""
    remedy = Text("Grant what is missing, and assess again.") if curable else None
    gone = Unavailable(kind, Text("Taken away by the calibration."), remedy)
    facts = dict(snapshot.facts)
    for row, found in snapshot.facts.items():
        spec = find_source_spec(row)
        if spec and not isinstance(found, Unavailable) and chosen(row, spec.seen_from(snapshot.tenant_kind)):
            facts[row] = gone
    return replace(snapshot, facts=facts)


def of_views(*words: str, kind: UnavailableKind = UnavailableKind.PRIVILEGE) -> Blind:
    """Without the sources of views whose names hold one of the words."""
    return lambda snapshot: take_away(snapshot, lambda row, spec: any(word in spec.view for word in words), kind)


def of_privilege(privilege: Privilege) -> Blind:
    return lambda snapshot: take_away(snapshot, lambda row, spec: spec.requires is privilege, UnavailableKind.PRIVILEGE)


def of_class(*classes: DataClass) -> Blind:
    return lambda snapshot: take_away(
        snapshot, lambda row, spec: spec.data_class in classes, UnavailableKind.NOT_GRANTED
    )


def of_category(category: Category) -> Blind:
    """Without every source that a check of the category reads."""
    needed = {row for spec in shipped()[0].checks.values() if spec.category is category for row in spec.facts.values()}
    return lambda snapshot: take_away(snapshot, lambda row, spec: row in needed, UnavailableKind.TIMEOUT)


def of_budget(share: float) -> Blind:
    """Without what was still to be read when the load budget was spent: cheap and short sources come first."""

    def spend(snapshot: Snapshot) -> Snapshot:
        specs = {row: spec for row in snapshot.facts if (spec := find_source_spec(row))}
        order = sorted(specs, key=lambda row: (specs[row].cost != "cheap", specs[row].limit, specs[row].name))
        left = set(order[round(share * len(order)) :])
        return take_away(snapshot, lambda row, spec: row in left, UnavailableKind.BUDGET)

    return spend


def of_version(version: str) -> Blind:
    """Without the views and columns that an older version lacks."""

    def age(snapshot: Snapshot) -> Snapshot:
        views = views_of(Target(version, snapshot.tenant_kind))
        older = take_away(snapshot, lambda row, spec: spec.view not in views, UnavailableKind.NO_VIEW, curable=False)
        facts: dict[type, Any] = {
            row: found if isinstance(found, Unavailable) else _forget_columns(row, found, snapshot.tenant_kind, views)
            for row, found in older.facts.items()
        }
        return replace(older, facts=facts)

    return age


def _forget_columns(
    row: type, rows: tuple[Any, ...], kind: TenantKind, views: Mapping[str, tuple[str, ...]]
) -> tuple[Any, ...]:
    """Rows with None in optional fields whose column the version lacks."""
    spec = find_source_spec(row)
    if spec is None or not rows:
        return rows
    read = (spec.seen_from(kind).view, *spec.also_reads)
    present = {column for view in read for column in views.get(view, ())}
    lost = {field.name: None for field in fields(row) if field.default is None and not _columns_of(field) <= present}
    return tuple(replace(item, **lost) for item in rows) if lost else rows


def _columns_of(field: Field[Any]) -> frozenset[str]:
    written = field.metadata.get("expr")
    return find_columns(written) if written else frozenset({field.name.upper()})


def of_chance(share: float, seed: int) -> Blind:
    """Without each source by chance; the seed and the tenant decide which."""

    def lose(snapshot: Snapshot) -> Snapshot:
        rows = sorted((row for row in snapshot.facts if find_source_spec(row)), key=lambda row: row.__name__)
        chance = random.Random(f"{seed} {snapshot.target} {snapshot.version} {len(snapshot.records)}")
        lost = {row for row in rows if chance.random() < share}
        return take_away(snapshot, lambda row, spec: row in lost, UnavailableKind.ERROR)

    return lose


def forget_given(snapshot: Snapshot) -> Snapshot:
    """Without what people told: attestations, the profile of the business, critical periods."""
    told = (Attestation, BusinessProfile, CriticalPeriod)
    return replace(snapshot, facts={row: found for row, found in snapshot.facts.items() if row not in told})


def empty_audit(snapshot: Snapshot) -> Snapshot:
    """With an audit that holds nothing of the customer's."""
    facts = dict(snapshot.facts)
    for row, found in facts.items():
        spec = find_source_spec(row)
        if spec and spec.view == "oceanbase.GV$OB_SQL_AUDIT" and not isinstance(found, Unavailable):
            facts[row] = ()
    return replace(snapshot, facts=facts)


def cut_long_answers(snapshot: Snapshot) -> Snapshot:
    """With half of every answer of more than ten rows, and the record that it was cut."""
    facts, cut = dict(snapshot.facts), set[str]()
    for row, found in snapshot.facts.items():
        spec = find_source_spec(row)
        if spec and not isinstance(found, Unavailable) and len(found) > 10 and spec.name != "Parameter":
            facts[row] = found[: len(found) // 2]
            cut.add(spec.name)
    records = [record for record in snapshot.records if record.source not in cut]
    cuts = [SourceRecord(source=name, view="", status="ok", truncated=True) for name in sorted(cut)]
    return replace(snapshot, facts=facts, records=(*records, *cuts))


def both(*blinds: Blind) -> Blind:
    """One blinding after the other."""

    def apply(snapshot: Snapshot) -> Snapshot:
        for blind in blinds:
            snapshot = blind(snapshot)
        return snapshot

    return apply


NO_SHOW_VIEW = of_privilege(Privilege.SHOW_VIEW)
BLINDINGS: Mapping[str, Blind] = {
    "grant: no SHOW VIEW": NO_SHOW_VIEW,
    "grant: no PROCESS": of_privilege(Privilege.PROCESS),
    "grant: neither": both(NO_SHOW_VIEW, of_privilege(Privilege.PROCESS)),
    "grant: no dictionary views": of_views(".DBA_", ".CDB_"),
    "grant: no GV$ views": of_views("GV$"),
    "grant: no backup views": of_views("BACKUP", "ARCHIVELOG"),
    "grant: no workload repository": of_views("_WR_"),
    "grant: no views of servers and log streams": of_views("SERVERS", "ZONES", "LOG_STAT", "LS_LOCATIONS"),
    "grant: no units and memory": of_views("UNITS", "MEMORY", "MEMSTORE", "TENANTS"),
    "class: no settings": of_class(DataClass.SETTINGS),
    "class: no accounts": of_class(DataClass.ACCOUNTS),
    "class: no SQL text": of_class(DataClass.SQL_TEXT_MASKED, DataClass.SQL_TEXT_FULL),
    "class: no statistics": of_class(DataClass.STATISTICS),
    "audit: no views": of_views("SQL_AUDIT", "SQLSTAT", "PLAN_CACHE"),
    "audit: empty": empty_audit,
    "told: nothing": forget_given,
    "version: 4.2.1": of_version("4.2.1"),
    "version: 4.3.0": of_version("4.3.0"),
    "budget: 30 %": of_budget(0.3),
    "budget: 50 %": of_budget(0.5),
    "budget: 70 %": of_budget(0.7),
    "budget: 85 %": of_budget(0.85),
    "category: capacity": of_category(Category.CAPACITY),
    "category: schema": of_category(Category.SCHEMA),
    "category: parameters": of_category(Category.PARAMETERS),
    "category: transactions": of_category(Category.TRANSACTIONS),
    "cut: long answers": cut_long_answers,
    "chance: 10 %": of_chance(0.1, 1),
    "chance: 25 %": of_chance(0.25, 2),
    "chance: 50 %": of_chance(0.5, 3),
    "both: no SHOW VIEW, nothing told": both(NO_SHOW_VIEW, forget_given),
}
