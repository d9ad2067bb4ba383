"""Changes tables of the twin as a remedy says, looks at what came of it, and changes them back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.model.terms import Text
from agent.twin.hints import quote
from agent.twin.material import Name, TwinTable
from agent.twin.result import Verdict
from agent.twin.trial import Failed, Scene, count_costs, require_no_dearer
from agent.twin.twin import TwinRefused

_NAME = r"`(?:[^`]|``)+`"
_OF_INDEX = re.compile(rf"ALTER INDEX (?P<shown>{_NAME}) (?P<how>INVISIBLE|VISIBLE)|DROP INDEX (?P<gone>{_NAME})")
_OF_COLUMN = re.compile(rf"MODIFY COLUMN (?P<column>{_NAME}) (?P<type>\w+)")
State = tuple[str, ...]


class TableTrial:
    """Tries statements on tables that stand as the tenant has them: candidates that were made there are gone."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._twin = scene.twin
        self._clean: set[Name] = set()

    def run(self, sql: Sequence[str], rollback: Sequence[str], places: Sequence[Name]) -> None:
        """Try the statements. Raises Failed unless all is well, and KernelError if the kernel ends."""
        tables = [self._find(place) for place in places]
        self._restore(tables)
        changed = {(table.schema, table.name) for table in tables}
        readers = [one for one in self._scene.matched if changed.intersection(one.tables.values())]
        before, costs = self._read_states(tables), count_costs(self._scene, readers)
        self._clean -= {(table.schema, table.name) for table in tables}
        for text in sql:
            self._run_one(text, tables, Text("the server refuses it"))
        self._twin.write_statistics(tables)
        self._require_readers(sql, tables)
        require_no_dearer(costs, count_costs(self._scene, readers))
        if not rollback:
            return
        for text in rollback:
            self._run_one(text, tables, Text("the server refuses its rollback"))
        if self._read_states(tables) != before:
            raise Failed(Text("its rollback does not restore what was before"), Verdict.UNVERIFIED)
        self._twin.write_statistics(tables)
        self._clean |= {(table.schema, table.name) for table in tables}

    def _find(self, place: Name) -> TwinTable:
        table = self._scene.material.find_table(*place)
        if table is None or (table.schema, table.name) not in self._twin.tables:
            raise Failed(Text("its table is not on the twin"))
        return table

    def _restore(self, tables: Sequence[TwinTable]) -> None:
        """Make tables anew that candidates or an earlier remedy have changed."""
        changed = [table for table in tables if (table.schema, table.name) not in self._clean]
        try:
            self._twin.make_anew(changed)
        except TwinRefused as refused:
            raise Failed(Text("its table is not on the twin")) from refused
        self._clean |= {(table.schema, table.name) for table in changed}

    def _run_one(self, text: str, tables: Sequence[TwinTable], refusal: Text) -> None:
        """Run a statement and look whether it has the effect that it names."""
        before = self._read_states(tables)
        try:
            self._twin.ask(text)
        except TwinRefused as refused:
            why = Text("{what}: {reason}", {"what": refusal, "reason": refused.reason})
            raise Failed(why, Verdict.UNVERIFIED) from None
        after = self._read_states(tables)
        if after == before:
            why = Text("it changes nothing on the twin, which has no data, defaults, comments and checks")
            raise Failed(why)
        if not shows_effect(text, after):
            raise Failed(Text("it does not have the effect that it names"), Verdict.UNVERIFIED)

    def _read_states(self, tables: Sequence[TwinTable]) -> State:
        """Return what the tables are like: the lines of their definitions, in whatever order the server prints them."""
        return tuple(
            sorted(
                line.strip().rstrip(",")
                for table in tables
                for row in self._twin.ask(f"SHOW CREATE TABLE {quote(table.schema)}.{quote(table.name)}")
                for line in str(row[1]).splitlines()
            )
        )

    def _require_readers(self, sql: Sequence[str], tables: Sequence[TwinTable]) -> None:
        """Raise Failed if a statement that cannot be compared reads an index that is taken away."""
        gone = {name for text in sql for name in list_lost_indexes(text)}
        places = {(table.schema, table.name) for table in tables}
        for one in self._scene.matched:
            if one.is_comparable:
                continue
            reads = {
                access.index
                for plan in one.statement.plans
                for access in plan.accesses
                if (access.owner, access.table) in places
            }
            if gone & reads:
                why = Text("a statement reads the index whose plan cannot be had on the twin")
                raise Failed(why, Verdict.UNVERIFIED, (one.statement.sql_id,))


def list_lost_indexes(sql: str) -> tuple[str, ...]:
    """Return the indexes that a statement hides or drops."""
    found = _OF_INDEX.search(sql)
    if found is None or found["how"] == "VISIBLE":
        return ()
    return ((found["shown"] or found["gone"])[1:-1].replace("``", "`"),)


def shows_effect(sql: str, definition: State) -> bool:
    """Whether a definition shows what a statement says that it does, as far as that can be told. Pure."""
    index, column = _OF_INDEX.search(sql), _OF_COLUMN.search(sql)
    if index:
        lines = [line for line in definition if f"KEY {index['shown'] or index['gone']} " in line]
        hidden = any("INVISIBLE" in line for line in lines)
        return not lines if index["gone"] else bool(lines) and hidden == (index["how"] == "INVISIBLE")
    if column:
        return any(line.lower().startswith(f"{column['column']} {column['type']}".lower()) for line in definition)
    return True
