"""Fact sources: frozen row types, each with the view or the SQL that it comes from.

All SQL is in this package. A class decorated with ``@source`` declares a source. Its field names are the view's
column names in lower case. ``X | None`` marks a column that some versions lack; the field is None there.
``expr("...")`` gives a field an SQL expression. With ``group_by`` the database aggregates the rows.
Pure: no I/O, no SQLAlchemy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, dataclass_transform

from agent.model.terms import DataClass, TenantKind

T = TypeVar("T")
Rows = tuple[T, ...]

# Schemas of the server itself; business metadata is everything else.
SYSTEM_SCHEMAS = (
    "oceanbase",
    "mysql",
    "information_schema",
    "sys",
    "__recyclebin",
    "__public",
    "LBACSYS",
    "ORAAUDITOR",
    "SYS",
)
# System views with columns of several data classes (passwords, SQL text): granted column by column.
MIXED_VIEWS = frozenset(
    {
        "oceanbase.DBA_OB_USERS",
        "oceanbase.GV$OB_SQL_AUDIT",
        "oceanbase.GV$OB_SQLSTAT",
        "oceanbase.GV$OB_SQL_PLAN",
        "oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT",
        "oceanbase.DBA_WR_SQLTEXT",
        "oceanbase.CDB_WR_SQLTEXT",
        "oceanbase.GV$OB_PROCESSLIST",
        "oceanbase.DBA_OB_OUTLINES",
        "oceanbase.DBA_OB_CONCURRENT_LIMIT_SQL",
        "oceanbase.DBA_OB_BACKUP_JOBS",
        "oceanbase.CDB_OB_BACKUP_JOBS",
        "oceanbase.DBA_OB_BACKUP_JOB_HISTORY",
        "oceanbase.CDB_OB_BACKUP_JOB_HISTORY",
        "oceanbase.DBA_OB_BACKUP_SET_FILES",
        "oceanbase.CDB_OB_BACKUP_SET_FILES",
    }
)
OWN_MARKER = "ob-health"


class Privilege(StrEnum):
    """A privilege that a view needs: without it the view returns no rows or only some, and no error."""

    SHOW_VIEW = "SHOW VIEW"
    PROCESS = "PROCESS"


class CostClass(StrEnum):
    """What a source costs the database; the costly ones wait while it is busy."""

    CHEAP = "cheap"
    MEDIUM = "medium"
    HEAVY = "heavy"


class Observes(StrEnum):
    """Where a source sees the load of statements: each record holds another span of time."""

    AUDIT_RING = "audit ring"
    PLAN_CACHE = "plan cache"
    REPOSITORY = "workload repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """Where a row type comes from. ``view`` is ``schema.NAME``; SQL fragments name columns in upper case.

    ``limit`` is the most rows that are kept. The query asks for one more, to see whether rows were cut (``truncated``).
    When an optional field is left out, its column is left out of ``group_by`` and ``order_by``, too.
    ``requires`` names the privilege without which the view returns no rows; the source is then Unavailable.
    ``from_sql`` is a join that is read in place of the plain view; ``also_reads`` names the other views in it.
    On the sys tenant ``sys_view`` is read instead of ``view``; it shows every tenant. ``sys_where`` is added to the
    condition there, where the rows would be too many without it. ``observes`` marks a record of the load, which shows
    only some span of time. ``sliced_by`` is the row type that lists the tables whose rows these are, with the same
    TABLE_SCHEMA and TABLE_NAME: where there are many, the source is read for some of them at a time. ``keyed_by`` is
    the row type of the indexes, which then say what columns are part of a key. ``only_with`` is a cheaper row type:
    where that has no row, this one has none either, and is not read. ``narrowed_by`` are row types whose SQL_ID,
    dearest first, are the only ones that this source is read for. ``shown_for`` is the row type whose tables this
    source shows with SHOW CREATE TABLE, one statement each, at most ``limit`` of them. ``tables_of`` is a row type that
    is shown so: this source, with OWNER and TABLE_NAME, is read whole for the same tables, and for others where a row
    meets ``elsewhere``.
    """

    name: str
    view: str
    data_class: DataClass
    cost: CostClass = CostClass.CHEAP
    where: str = ""
    group_by: str = ""
    order_by: str = ""
    limit: int = 5000
    requires: Privilege | None = None
    from_sql: str = ""
    also_reads: tuple[str, ...] = ()
    sys_view: str = ""
    sys_where: str = ""
    observes: Observes | None = None
    sliced_by: type | None = None
    keyed_by: type | None = None
    only_with: type | None = None
    narrowed_by: tuple[type, ...] = ()
    shown_for: type | None = None
    tables_of: type | None = None
    elsewhere: str = ""

    @property
    def views(self) -> tuple[str, ...]:
        """Every view that some kind of tenant reads for this source."""
        return (self.view, *((self.sys_view,) if self.sys_view else ()), *self.also_reads)

    def seen_from(self, kind: TenantKind) -> SourceSpec:
        """Return the declaration for this kind of tenant. That for sys has ``sys_view`` and ``sys_where`` applied."""
        view, where = self.view, self.where
        if kind is TenantKind.SYS:
            view = self.sys_view or view
            where = " AND ".join(part for part in (where, self.sys_where) if part)
        return dataclasses.replace(self, view=view, where=where, sys_view="", sys_where="")


def expr(
    sql: str, *, default: Any = dataclasses.MISSING, sys_only: bool = False, data_class: DataClass | None = None
) -> Any:
    """Declare a field that SQL computes. Give ``default=None`` if its columns may be absent.

    With ``sys_only`` only the sys tenant reads it. On another tenant the field could only name that tenant itself.
    ``data_class`` is that of an optional field whose columns hold more than the other fields of its source: where this
    class is not granted, the field is left out and the others are read.
    """
    return field(default=default, metadata={"expr": sql, "sys_only": sys_only, "data_class": data_class})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(expr, field))
def source(
    view: str,
    data_class: DataClass = DataClass.STATISTICS,
    *,
    cost: CostClass = CostClass.CHEAP,
    where: str = "",
    group_by: str = "",
    order_by: str = "",
    limit: int = 5000,
    requires: Privilege | None = None,
    from_sql: str = "",
    also_reads: tuple[str, ...] = (),
    sys_view: str = "",
    sys_where: str = "",
    observes: Observes | None = None,
    sliced_by: type | None = None,
    keyed_by: type | None = None,
    only_with: type | None = None,
    narrowed_by: tuple[type, ...] = (),
    shown_for: type | None = None,
    tables_of: type | None = None,
    elsewhere: str = "",
) -> Callable[[type[T]], type[T]]:
    """Make a class a frozen row type that is read from ``view`` (schema.NAME)."""

    def wrap(cls: type[T]) -> type[T]:
        row = dataclass(frozen=True, kw_only=True)(cls)
        row.__source__ = SourceSpec(  # type: ignore[attr-defined]
            name=cls.__name__,
            view=view,
            data_class=data_class,
            cost=cost,
            where=where,
            group_by=group_by,
            order_by=order_by,
            limit=limit,
            requires=requires,
            from_sql=from_sql,
            also_reads=also_reads,
            sys_view=sys_view,
            sys_where=sys_where,
            observes=observes,
            sliced_by=sliced_by,
            keyed_by=keyed_by,
            only_with=only_with,
            narrowed_by=narrowed_by,
            shown_for=shown_for,
            tables_of=tables_of,
            elsewhere=elsewhere,
        )
        return row

    return wrap


@dataclass_transform(frozen_default=True, kw_only_default=True)
def supplied(cls: type[T]) -> type[T]:
    """Make a class a frozen row type that does not come from the database (engagement, history)."""
    return dataclass(frozen=True, kw_only=True)(cls)


def find_source_spec(row: type) -> SourceSpec | None:
    """Return the declaration of a row type, or None for one that the engagement or history supplies."""
    spec: SourceSpec | None = getattr(row, "__source__", None)
    return spec


def require_source_spec(row: type) -> SourceSpec:
    """Return the declaration of a row type that is read from the database; any other is a fault of the caller."""
    spec = find_source_spec(row)
    assert spec is not None
    return spec


def count_most_rows(row: type) -> int:
    """Return how many rows of a source are read at most; an answer of that many rows may have been cut.

    Raises TypeError for a row type that is not read from the database.
    """
    spec = find_source_spec(row)
    if spec is None:
        raise TypeError(f"{row.__name__} is not read from the database")
    return spec.limit


def list_sources() -> Iterator[type]:
    """Yield every source declared in this package, in order of module and declaration."""
    import importlib
    import pkgutil

    for info in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and find_source_spec(value):
                yield value
