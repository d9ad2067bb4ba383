"""The statements that take the most time, each with what is known of it: load, text, conditions, plans, tables. Pure.

A statement is one SQL_ID of one tenant. Its figures are those of the record that covers the longest time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from agent.facts import Rows
from agent.facts.conditions import Question, read_parameter_types, read_questions
from agent.facts.definition_text import ColumnShape, TableShape, read_definition
from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import Plan, read_plans
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn
from agent.facts.shape_load import LONGEST_FIRST, ShapeLoad, collect_loads
from agent.facts.sql import FORCING, CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.statement_texts import collect_texts
from agent.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStatement:
    """One statement. ``load`` is its dearest record over the longest time; ``loads`` are all of them.

    ``text`` is None where neither a cached plan nor the repository has it, and ``questions`` where it cannot be parsed
    or calls two tables by one name. ``parameters`` are the types of its values by plan, ``executions`` how often the
    cached plans were executed.
    ``outlines`` are the hints by which each plan can be forced again, as far as they could be stripped. ``forced`` are
    its hints that force a way to read, to join or not to rewrite; None where they were not read.
    ``shapes`` are the definitions of its tables, by name; of a table whose definition was not read they are partial,
    from the dictionary. Missing are those of which neither is known, and those that differ between the databases in
    which the statement is run.
    """

    sql_id: str
    tenant_id: int | None
    load: ShapeLoad
    loads: tuple[ShapeLoad, ...]
    text: str | None = None
    questions: tuple[Question, ...] | None = None
    plans: tuple[Plan, ...] = ()
    parameters: Mapping[int, tuple[int, ...]]
    shapes: Mapping[str, TableShape]
    executions: Mapping[int, int] = field(default_factory=dict)
    forced: tuple[str, ...] | None = None
    outlines: Mapping[int, str] = field(default_factory=dict)

    @property
    def asked(self) -> tuple[Question, ...]:
        """What its text asks, block by block; nothing where the text was not read."""
        return self.questions or ()

    @property
    def reads(self) -> float:
        """Rows that one execution goes through on average, as far as any record counted them."""
        return max(((load.rows_read or 0) / load.executions for load in self.loads), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFacts:
    """The facts that a workload is read from; None where one could not be read."""

    shapes: Rows[SqlShape] | None = None
    totals: Rows[SqlTotal] | None = None
    history: Rows[RepositoryShape] | None = None
    plans: Rows[CachedPlan] | None = None
    steps: Rows[PlanStep] | None = None
    definitions: Rows[TableDefinition] | None = None
    texts: Rows[RepositoryText] | None = None
    dictionary: Rows[NotableColumn] | None = None

    def are_those(self, other: WorkloadFacts) -> bool:
        """Whether the other has the very same facts: comparing them one by one would take longer than reading them."""
        return all(getattr(self, item.name) is getattr(other, item.name) for item in fields(self))


# Each check on statements asks for the same workload, so the last ones are kept: parsing them again would take seconds.
_MOST_REMEMBERED = 3
_remembered: list[tuple[WorkloadFacts, tuple[WorkStatement, ...]]] = []


def read_workload(facts: WorkloadFacts) -> tuple[WorkStatement, ...]:
    """Return the statements of all records, the dearest first."""
    for known, found in _remembered:
        if known.are_those(facts):
            return found
    found = _build_workload(facts)
    _remembered[:] = [(facts, found), *_remembered[: _MOST_REMEMBERED - 1]]
    return found


def read_snapshot_workload(snapshot: Snapshot) -> tuple[WorkStatement, ...]:
    """Return the statements of a snapshot as ``read_workload`` does."""
    return read_workload(
        WorkloadFacts(
            shapes=snapshot.list_rows(SqlShape),
            totals=snapshot.list_rows(SqlTotal),
            history=snapshot.list_rows(RepositoryShape),
            plans=snapshot.list_rows(CachedPlan),
            steps=snapshot.list_rows(PlanStep),
            definitions=snapshot.list_rows(TableDefinition),
            texts=snapshot.list_rows(RepositoryText),
            dictionary=snapshot.list_rows(NotableColumn),
        )
    )


def _build_workload(facts: WorkloadFacts) -> tuple[WorkStatement, ...]:
    by_statement: defaultdict[tuple[int | None, str], list[ShapeLoad]] = defaultdict(list)
    for load in collect_loads(facts.shapes, facts.totals, facts.history, facts.plans):
        by_statement[load.tenant_id, load.sql_id].append(load)
    known = _read_dictionary(facts.dictionary or ())
    known |= {
        (row.table_schema, row.table_name): shape
        for row in facts.definitions or ()
        if (shape := read_definition(row.definition)).columns
    }
    trees = read_plans(facts.steps or ())
    cached: defaultdict[tuple[int | None, str], list[CachedPlan]] = defaultdict(list)
    for plan in facts.plans or ():
        cached[plan.tenant_id, plan.sql_id].append(plan)
    texts = collect_texts(facts.plans, facts.texts)
    found = [
        _build_statement(records, cached[tenant_id, sql_id], trees.get(sql_id, []), known, texts.get(sql_id))
        for (tenant_id, sql_id), records in by_statement.items()
    ]
    return tuple(sorted(found, key=lambda statement: statement.load.elapsed_us, reverse=True))


def _read_dictionary(rows: Iterable[NotableColumn]) -> dict[tuple[str, str], TableShape]:
    """Return what the dictionary tells of tables without a definition: the columns that were read of each."""
    columns: defaultdict[tuple[str, str], dict[str, ColumnShape]] = defaultdict(dict)
    for row in rows:
        columns[row.table_schema, row.table_name][row.column_name] = ColumnShape(
            name=row.column_name,
            data_type=row.data_type.lower(),
            character_set=(row.character_set_name or "").lower(),
            collation=(row.collation_name or "").lower(),
        )
    return {table: TableShape(columns=found, is_partial=True) for table, found in columns.items()}


def _build_statement(
    records: list[ShapeLoad],
    cached: list[CachedPlan],
    plans: list[Plan],
    known: Mapping[tuple[str, str], TableShape],
    text: str | None,
) -> WorkStatement:
    longest = min(records, key=lambda load: (LONGEST_FIRST.index(load.record), -load.elapsed_us))
    shapes = _find_shapes(plans, known)
    readable = text is not None and not any(map(_calls_two_by_one_name, plans))
    executions: Counter[int] = Counter()
    parameters: dict[int, tuple[int, ...]] = {}
    for plan in cached:
        executions[plan.plan_hash] += plan.executions
        parameters.setdefault(plan.plan_hash, read_parameter_types(plan.param_infos or ""))
    return WorkStatement(
        sql_id=longest.sql_id,
        tenant_id=longest.tenant_id,
        load=longest,
        loads=tuple(records),
        text=text,
        questions=read_questions(text, shapes) if text is not None and readable else None,
        plans=tuple(plans),
        parameters=parameters,
        shapes=shapes,
        executions=executions,
        forced=_list_forced(cached),
        outlines={plan.plan_hash: plan.outline for plan in cached if plan.outline},
    )


def _list_forced(cached: Iterable[CachedPlan]) -> tuple[str, ...] | None:
    bits = next((plan.forced for plan in cached if plan.forced is not None), None)
    return None if bits is None else tuple(name for bit, name in enumerate(FORCING) if bits >> bit & 1)


def _find_shapes(plans: Iterable[Plan], known: Mapping[tuple[str, str], TableShape]) -> dict[str, TableShape]:
    """Return the definitions of the tables that the plans read; those of one name must be alike."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for plan in plans:
        for access in plan.accesses:
            owners[access.table].add(access.owner)
    shapes = {}
    for table, schemas in owners.items():
        first, *others = [known.get((schema, table)) for schema in schemas]
        if first is not None and all(other == first for other in others):
            shapes[table] = first
    return shapes


def _calls_two_by_one_name(plan: Plan) -> bool:
    """Whether a plan reads tables of one name in two databases, and the statement does not tell them apart."""
    called: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for access in plan.accesses:
        called[access.table, access.alias].add(access.owner)
    return any(len(owners) > 1 for owners in called.values())
