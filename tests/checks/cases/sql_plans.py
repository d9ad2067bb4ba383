"""Cases of the checks on statements that read plan, conditions and definitions together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep, StatementHour
from agent.facts.schema import PartitionedIndex, PartitionedTable, TableChanges, TableStatistics
from agent.facts.sql import CachedPlan
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.checks.cases.sql_texts import _plan, _shape
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_NO_DEFINITIONS = (TableDefinition, Unavailable(UnavailableKind.PRIVILEGE, Text("no SHOW CREATE TABLE")))
SLOW, QUICK, RARE = (
    _shape(read=9, average_us=5000), _shape(read=9, average_us=4999), _shape(read=9, executions=9)
)  # fmt: skip


_NEVER = "1970-01-01 08:00:00.000000"


def scan(
    table: str = "event",
    *,
    index: str = "",
    way: str = "FULL SCAN",
    alias: str = "",
    pieces: str = "p0",
    notes: dict[str, Any] | None = None,
    statistics: str = "2026-11-01 01:00:00",
    **parts: Any,
) -> PlanStep:
    """A scan of a table in shop. ``notes`` are counts of the optimizer: table_rows and the like."""
    counts = {"table_rows": 1_000_000, "physical_range_rows": 1000, "index_back_rows": 0, **(notes or {})}
    lines = [f"      {name}:{count}" for name, count in counts.items() if count is not None]
    name = alias or table
    return step(
        f"TABLE {way}",
        object_alias=f"{name}({index})" if index else name,
        object_owner="shop",
        object_name=table,
        partitions=f"partitions({pieces})",
        optimizer="\n".join([f"{name}:", *lines, f"      stats info:[version={statistics}, is_locked=0]"]),
        **parts,
    )


def step(operator: str, *, rows: int = 10, real: int = 10, depth: int = 1, **parts: Any) -> PlanStep:
    """An operator of the plan of statement A."""
    values = {
        "sql_id": "A", "plan_hash": 1, "id": 0, "object_alias": "", "object_owner": "", "object_name": "",
        "object_type": "", "partitions": "", "optimizer": "", "cost": 9, "real_us": 9,
    }  # fmt: skip
    return PlanStep(**{**values, **parts}, operator=operator, depth=depth, rows_estimated=rows, rows_real=real)


def tree(*steps: PlanStep) -> list[PlanStep]:
    """The plan with these operators from top to bottom."""
    return [replace(found, id=number) for number, found in enumerate(steps)]


def define(table: str, columns: str, options: str = "") -> TableDefinition:
    """A table of shop; ``columns`` are the elements of its definition."""
    return TableDefinition(
        table_schema="shop", table_name=table, definition=f"CREATE TABLE `{table}` (\n  {columns}\n){options}"
    )


def _pieces(count: int, table: str = "event") -> PartitionedTable:
    return PartitionedTable(
        table_schema="shop", table_name=table, method="RANGE COLUMNS", expression=None, partitions=count,
        subpartitions=None, pieces=count, table_rows=None, largest_rows=None, first_bound=None, last_bound=None,
        catch_all_pieces=0, catch_all_rows=None,
    )  # fmt: skip


_EVENT = define(
    "event",
    "`id` bigint NOT NULL,\n  `made` datetime NOT NULL,\n  `who` int,\n  `note` varchar(50),\n"
    "  PRIMARY KEY (`id`, `made`),\n  KEY `by_who` (`who`) LOCAL",
    " DEFAULT CHARSET = utf8mb4 PARTITION BY RANGE COLUMNS(`made`) (PARTITION `p0` VALUES LESS THAN ('2026-01-01'))",
)
_BY_WHO = "SELECT note FROM event WHERE who = ?"


def _pruning(
    text: str = _BY_WHO, *, pieces: int = 24, read: str = "", total: int | None = None, shape: Any = SLOW,
    above: str = "PX PARTITION ITERATOR", **parts: Any,
) -> list[Any]:  # fmt: skip
    read_pieces = read or f"p[0-{pieces - 1}]"
    tables = [_pieces(pieces if total is None else total)] if total != 0 else []
    steps = tree(step(above, depth=0), scan(index="by_who", pieces=read_pieces, **parts))
    return [shape, _plan(text), _EVENT, *tables, *steps]


_MANY = {"table_rows": 20_000, "physical_range_rows": 20_000, "output_rows": 10}


def _scanning(*, pieces: int = 8, gone: int = 20_000, kept: int = 10, rows: int | None = None) -> list[Any]:
    """A statement that goes through so many rows in some partitions, and keeps so many by its conditions."""
    notes = {"table_rows": gone, "physical_range_rows": gone, "output_rows": kept}
    return _pruning(pieces=pieces, notes=notes, rows=kept if rows is None else rows)


def _global(index: str, locality: str = "GLOBAL") -> PartitionedIndex:
    return PartitionedIndex(owner="shop", table_name="event", index_name=index, locality=locality)


_STATE = "SELECT SUM(amount) FROM event WHERE state = ?"


def _looking_up(expected: int = 100, came: int = 10_000, *, back: int | None = 100, **parts: Any) -> PlanStep:
    """A scan that the optimizer expected so many rows from, with lookups in the table."""
    return scan(index="by_state", way="RANGE SCAN", rows=expected, real=came, notes={"index_back_rows": back}, **parts)


def _joining(join: str, *, first: int = 10, inner: int = 10, between: str = "MATERIAL") -> list[PlanStep]:
    """A join of two scans, of which so many rows came; ten were expected of each."""
    return tree(
        step(join, depth=0),
        scan("shop_of", depth=1, real=first),
        step(between, depth=1),
        scan("event", depth=2, real=inner),
    )


def _misjudged(*steps: PlanStep, shape: Any = SLOW, text: str = _STATE) -> list[Any]:
    return [shape, _plan(text), *steps]


_BY_STATE = define(
    "event",
    "`id` bigint NOT NULL,\n  `state` int,\n  `amount` int,\n  `note` varchar(255),\n  `body` text,\n"
    "  `long_note` varchar(256),\n  `c1` int,\n  `c2` int,\n  `c3` int,\n  PRIMARY KEY (`id`),\n"
    "  KEY `by_state` (`state`) LOCAL",
)


def _lookups(
    text: str = _STATE,
    *,
    back: int | None = 10_000,
    kept: int = 10_000,
    shape: Any = SLOW,
    root: str = "",
    **parts: Any,
) -> list[Any]:
    """Statement A finds rows of event by the index by_state, looks so many up and keeps so many."""
    found = {"rows": kept, "real": 10, "notes": {"index_back_rows": back, "output_rows": kept}, **parts}
    above = [step(root, depth=0)] if root else []
    return [shape, _plan(text), _BY_STATE, *tree(*above, scan(index="by_state", way="RANGE SCAN", **found))]


def _thrown_away(back: int, kept: int, *, others: int = 0, text: str = f"{_STATE} AND amount = ?") -> list[Any]:
    """Lookups of which so few rows are kept, beside a scan of so many rows of another table."""
    found = _lookups(text, back=back, kept=kept, real=kept)
    beside = scan("region", depth=2, rows=1, real=1, notes={"physical_range_rows": others})
    return [*found[:3], *tree(step("HASH JOIN", depth=0), *found[3:], *([beside] if others else []))]


_FROM = "FROM event a, shop_of b WHERE a.state = ? AND b.state = ?"
_PAIRS, _EACH = f"SELECT COUNT(a.note) {_FROM}", f"SELECT a.note, b.name {_FROM}"


def _product(
    first: int = 1000, rows: int = 100_000, *, text: str = _PAIRS, join: str = "NESTED-LOOP JOIN CARTESIAN ",
    second: str = "shop_of", shape: Any = SLOW, expected: int = 10, tables: int = 9_999, **parts: Any,
) -> list[Any]:  # fmt: skip
    """A join of event with each row of another table; ``first`` rows came of event, ``rows`` of the join."""
    notes = {"table_rows": tables}
    steps = (
        step(join, depth=0, rows=expected**2, real=rows, **parts),
        step("PX COORDINATOR", depth=1, rows=expected, real=first, **parts),
        scan("event", alias="a", depth=2, rows=expected, real=first, notes=notes, **parts),
        step("MATERIAL", depth=1, real=rows, **parts),
        scan(second, alias="b", depth=2, real=rows // max(first, 1), notes=notes, **parts),
    )
    return [shape, _plan(text), *tree(*steps)]


_GATHERED = TableStatistics(
    owner="shop", table_name="event", num_rows=9, avg_row_len=9, last_analyzed=NOW - timedelta(days=3),
    stattype_locked=None,
)  # fmt: skip
_CHANGED = TableChanges(table_owner="shop", table_name="event", changes=77)
_NO_CHANGES = (TableChanges, Unavailable(UnavailableKind.NO_VIEW, Text("no such view")))
_NO_STATISTICS = (TableStatistics, Unavailable(UnavailableKind.NO_VIEW, Text("no such view")))
_NO_TEXT = (CachedPlan, Unavailable(UnavailableKind.NOT_GRANTED, Text("not granted")))


def _hours(samples: dict[int, int], *, days: int = 5, sql_id: str = "A") -> list[StatementHour]:
    """What the repository saw of a statement: hour -> samples."""
    return [StatementHour(sql_id=sql_id, hour=hour, samples=count, days=days) for hour, count in samples.items()]


_ROUND_THE_CLOCK = _hours(dict.fromkeys(range(20), 40), sql_id="B")  # 800 samples
_A, _WORSE, _WORST = [("SQL A", LOW)], [("SQL A", MEDIUM)], [("SQL A", HIGH)]


def _calm(code: str, facts: Sequence[Any], label: str) -> Case:
    return Case(code, facts, label=label)


CASES = [
    _calm("SQL028", _pruning(pieces=23), "few rows in two years less a month"),
    Case("SQL028", _scanning(pieces=4), _A, label="many rows in four partitions"),
    Case("SQL028", _scanning(pieces=23), _A, label="many rows in some"),
    Case("SQL028", _scanning(kept=2000), _A, label="keeps a tenth of many"),
    _calm("SQL028", _scanning(pieces=3), "many rows in three partitions"),
    _calm("SQL028", _scanning(pieces=2), "many rows in two partitions"),
    _calm("SQL028", _scanning(pieces=1), "many rows in one partition"),
    _calm("SQL028", _pruning(total=0, read="?", notes=_MANY), "many rows, and no partition is shown"),
    Case("SQL028", [SLOW, _plan(_BY_WHO), _EVENT, _pieces(24), *tree(scan(pieces="p[0-23]"))], _A, label="no index"),
    _calm("SQL028", _pruning(pieces=1, read="?", notes=_MANY), "many rows in the only partition"),
    _calm("SQL028", _pruning(total=0, read="p3", notes=_MANY), "many rows in one of an unknown number"),
    _calm("SQL028", _pruning(read="p[0-22]", notes=_MANY), "many rows in all but one"),
    _calm("SQL028", _scanning(gone=19_999), "not so many rows in some"),
    _calm("SQL028", _scanning(kept=2001), "keeps more than a tenth"),
    _calm("SQL028", _scanning(kept=20_000, rows=10), "a LIMIT ended it"),
    Case("SQL028", _pruning(pieces=24), _A, label="two years"),
    Case("SQL028", _pruning(pieces=100), _WORSE, label="a hundred"),
    Case("SQL028", _pruning(pieces=1000), _WORST, label="a thousand"),
    Case("SQL028", _pruning(pieces=24, read="p[0-5]sp[0-3]"), _A, label="subpartitions"),
    Case("SQL028", _pruning("SELECT note FROM event WHERE DATE(made) = ?"), _A, label="column in a function"),
    Case("SQL028", _pruning("SELECT note FROM event WHERE who = ? ORDER BY made DESC LIMIT ?"), _A, label="newest"),
    _calm("SQL028", _pruning("SELECT note FROM event LIMIT ?", notes={"output_rows": 1_000_000}), "any ten"),
    Case("SQL028", _pruning(rows=100_000), _A, label="keeps a tenth"),
    Case("SQL028", [*_pruning(), _global("by_who", "LOCAL")], _A, label="local index"),
    Case("SQL028", [*_pruning(), *tree(scan(sql_id="A", plan_hash=2, pieces="p3"))], _A, label="one of two plans"),
    _calm("SQL028", _pruning(rows=100_001), "expects to need them"),
    _calm("SQL028", _pruning(real=100_001), "needed them"),
    _calm("SQL028", _pruning(read="p[0-22]"), "pruned"),
    _calm("SQL028", _pruning(read="p3", pieces=100), "one of many"),
    _calm("SQL028", _pruning(pieces=1), "one partition"),
    _calm("SQL028", _pruning(shape=QUICK), "quick"),
    _calm("SQL028", _pruning(shape=RARE), "rare"),
    _calm("SQL028", _pruning("SELECT note FROM event WHERE who = ? AND MADE >= ?"), "an open range"),
    _calm("SQL028", _pruning("SELECT note FROM event WHERE who = ? AND made IN (?, ?)"), "among"),
    _calm("SQL028", _pruning("SELECT note FROM event WHERE who = ? AND NOT made < ?"), "not before"),
    _calm("SQL028", _pruning("SELECT note FROM event WHERE (made, id) > (?, ?)"), "page by key"),
    _calm("SQL028", _pruning("SELECT note FROM event WHERE who = ? AND (made > ? OR id = ?)"), "one of two"),
    _calm("SQL028", _pruning("SELECT note FROM event WHERE made = (SELECT MAX(day) FROM calendar)"), "by a subquery"),
    _calm("SQL028", _pruning("SELECT e.note FROM calendar c JOIN event e ON e.made = c.day"), "joined"),
    _calm("SQL028", _pruning("SELECT e.note FROM event e JOIN calendar c USING (made)"), "joined by name"),
    _calm("SQL028", [*_pruning(), _global("by_who")], "global index"),
    _calm("SQL028", [SLOW, _plan(_BY_WHO), _EVENT, *tree(scan())], "not partitioned"),
    Case("SQL028", _pruning(above="MERGE GROUP BY", statistics=_NEVER, real=25), _A, label="no sum of each"),
    Case("SQL028", _pruning(above="MERGE GROUP BY", real=24), _A, label="sums, and statistics"),
    Case("SQL028", _pruning(statistics=_NEVER), _A, label="no statistics, and no sum"),
    Case("SQL028", _pruning(above="MERGE GROUP BY", statistics=_NEVER, real=24), not_assessed=True,
         label="what is summed nobody knows"),
    Case("SQL028", _pruning(total=0), not_assessed=True, label="how many is unknown"),
    Case("SQL028", _pruning(read="?"), not_assessed=True, label="which are read is unknown"),
    Case("SQL028", _pruning(notes={"table_rows": None}), not_assessed=True, label="size is unknown"),
    Case("SQL028", _pruning("SELECT note FROM events_of_all WHERE who = ?"), not_assessed=True, label="by a view"),
    Case("SQL028", [row for row in _pruning() if row is not _EVENT], not_assessed=True, label="no definition"),
    Case("SQL028", [*_pruning()[:2], *_pruning()[3:], replace(_EVENT, definition="CREATE TABLE `event` (`id` int)")],
         not_assessed=True, label="partitioned by what is unknown"),
    Case("SQL028", [*_pruning()[:2], *_pruning()[3:], _NO_DEFINITIONS], not_assessed=True, label="not granted"),
    Case("SQL028", [SLOW, _plan(_BY_WHO), _EVENT, _pieces(24)], not_assessed=True, label="no plan"),
    Case("SQL028", [row for row in _pruning() if not isinstance(row, CachedPlan)], not_assessed=True, label="no text"),
    Case("SQL028", [_EVENT, _pieces(24)], not_assessed=True, label="empty ring"),
    Case("SQL029", _misjudged(_looking_up(201)), label="nearly fifty times"),
    Case("SQL029", _misjudged(_looking_up(200)), _A, label="fifty times"),
    Case("SQL029", _misjudged(_looking_up(100, 5000)), _A, label="fifty times of fewer"),
    Case("SQL029", _misjudged(_looking_up(10)), _WORSE, label="a thousand times"),
    Case("SQL029", _misjudged(_looking_up(0, 50_000)), _WORSE, label="none expected"),
    Case("SQL029", [*_misjudged(_looking_up()), _GATHERED, _CHANGED], _A, label="gathered, then changed"),
    Case("SQL029", [*_misjudged(_looking_up()), _GATHERED], _A, label="fresh"),
    Case("SQL029", [*_misjudged(_looking_up()), _NO_STATISTICS, _NO_CHANGES], _A, label="statistics cannot be read"),
    Case("SQL029", _misjudged(_looking_up(100), _looking_up(10, plan_hash=2)), _WORSE, label="worse of two plans"),
    Case("SQL029", _misjudged(*_joining("HASH JOIN", first=10_000)), _WORSE, label="first input of a join"),
    Case("SQL029", _misjudged(*_joining("HASH JOIN", inner=10_000)), _WORSE, label="second input, read once"),
    Case("SQL029", _misjudged(*_joining("NESTED-LOOP JOIN", first=10_000)), _WORSE, label="outer input of a loop"),
    _calm("SQL029", _misjudged(*_joining("NESTED-LOOP JOIN", inner=10_000)), "sum of many loops"),
    _calm("SQL029", _misjudged(*_joining("SUBPLAN FILTER", inner=10_000)), "sum over a subquery"),
    _calm("SQL029", _misjudged(_looking_up(1, 4_999)), "few rows"),
    _calm("SQL029", _misjudged(_looking_up(10_000_000, 10)), "more expected than came"),
    _calm("SQL029", _misjudged(_looking_up(back=0)), "an index that has it all"),
    _calm("SQL029", _misjudged(scan(rows=1, real=10**6)), "one table, no choice"),
    _calm("SQL029", _misjudged(_looking_up(1), shape=QUICK), "quick"),
    _calm("SQL029", _misjudged(_looking_up(1), shape=RARE), "rare"),
    Case("SQL029", _misjudged(), not_assessed=True, label="no plan"),
    Case("SQL029", _misjudged(_looking_up(), text="SELECT (("), _A, label="text cannot be parsed"),
    Case("SQL029", _misjudged(_looking_up(201), text="SELECT (("), not_assessed=True, label="nor misjudged"),
    Case("SQL029", [_looking_up()], not_assessed=True, label="empty ring"),
    Case("SQL029", _misjudged(_looking_up(101, real_us=0, came=0)), not_assessed=True, label="never measured"),
    _calm("SQL030", _product(99, 9_999, tables=10_000), "fewer rows"),
    Case("SQL030", _product(100, 10_000), _A, label="hundred by hundred"),
    Case("SQL030", _product(2, 20_000, tables=10_000), _A, label="two of a large table"),
    Case("SQL030", _product(10_000, 20_000, tables=10_000), _A, label="two of the other large table"),
    Case("SQL030", _product(rows=1_000_000), _WORSE, label="a million"),
    Case("SQL030", _product(rows=100_000_000), _WORST, label="hundred million"),
    Case("SQL030", _product(100, 1_000_000), _WORSE, label="hundred on one side"),
    Case("SQL030", _product(10_000, 1_000_000), _WORSE, label="hundred on the other side"),
    Case("SQL030", _product(text="SELECT a.id FROM event a, event b WHERE a.state = ?", second="event"), _A,
         label="one table twice"),
    Case("SQL030", _product(join="NESTED-LOOP OUTER JOIN CARTESIAN",
                            text="SELECT a.id FROM event a LEFT JOIN shop_of b ON b.state = ?"), _A, label="outer"),
    _calm("SQL030", _product(99, 10_000_000, text=_EACH), "short list"),
    _calm("SQL030", _product(100_001, 10_000_000, text=_EACH), "short list on the other side"),
    Case("SQL030", _product(2, 10_000), _A, label="a list counted with all"),
    Case("SQL030", _product(5000, 10_000), _A, label="all counted with a list"),
    _calm("SQL030", _product(2, 9999), "few counted"),
    _calm("SQL030", _product(0, 0, expected=99, real_us=0), "a list, never measured"),
    Case("SQL030", _product(80, 240_000, text=f"SELECT b.name, COUNT(DISTINCT a.id) {_FROM} GROUP BY b.name"), _A,
         label="each of a list with the same count"),
    Case("SQL030", _product(80, 240_000, text=f"SELECT DISTINCT a.id {_FROM}"), _A, label="each of one side once"),
    _calm("SQL030", _product(80, 240_000, text=f"SELECT b.name, SUM(a.size * b.rate) {_FROM} GROUP BY b.name"),
          "a sum of both sides"),
    _calm("SQL030", _product(80, 240_000, text=f"SELECT b.name, a.day, COUNT(*) {_FROM} GROUP BY b.name, a.day"),
          "a grid by both sides"),
    _calm("SQL030", _product(80, 240_000, text=f"SELECT DISTINCT a.day, b.name {_FROM}"), "each pair once"),
    _calm("SQL030", _product(80, 240_000, text=f"SELECT COUNT(*) {_FROM} HAVING MAX(a.size + b.size) > ?"),
          "both sides are compared together"),
    _calm("SQL030", _product(80, 240_000, text=f"SELECT b.name, COUNT(nobody) {_FROM} GROUP BY b.name"),
          "whose column is counted is unknown"),
    _calm("SQL030", _product(80, 240_000, text=f"SELECT (SELECT MAX(id) FROM event), COUNT(*) {_FROM}"),
          "a query of its own beside the count"),
    _calm("SQL030", _product(80, 240_000, text="SELECT COUNT(*) FROM event a, event b WHERE a.state = ?",
                             second="event"), "a table with itself"),
    _calm("SQL030", _product(1, 1_000_000, tables=10**9), "one row"),
    _calm("SQL030", _product(1_000_000, 1_000_000, tables=10**9), "one row on the other side"),
    _calm("SQL030", _product(10, 10, expected=10**9), "a LIMIT ended it"),
    _calm("SQL030", _product(0, 0, expected=10**9), "nothing came"),
    _calm("SQL030", _product(join="NESTED-LOOP JOIN", rows=10**8), "joined by a condition"),
    _calm("SQL030", _product(join="NESTED-LOOP ANTI JOIN CARTESIAN", rows=10**8), "NOT EXISTS"),
    _calm("SQL030", _product(text="SELECT a.id FROM event a, shop_of b WHERE a.shop = b.shop AND b.shop = ?"),
          "joined, and picked by a constant"),
    _calm("SQL030", _product(text="SELECT a.id FROM shop_of b JOIN event a USING (shop) WHERE b.shop = ?"),
          "joined by name, and picked by a constant"),
    _calm("SQL030", _product(text="SELECT a.id FROM event a, event b WHERE a.shop = b.shop AND b.shop = ?",
                             second="event"), "one table joined with itself"),
    _calm("SQL030", _product(shape=QUICK), "quick"),
    _calm("SQL030", _product(shape=RARE), "rare"),
    Case("SQL030", _product(text="SELECT x.id FROM pairs x WHERE x.state = ?"), not_assessed=True, label="by a view"),
    Case("SQL030", _product(text="SELECT a.id FROM event a, (SELECT id FROM shop_of) b"), not_assessed=True,
         label="a derived table"),
    Case("SQL030", _product(0, 0, expected=99, real_us=0), label="few expected, never measured"),
    Case("SQL030", _product(0, 0, expected=100, real_us=0), not_assessed=True, label="many expected, never measured"),
    Case("SQL030", _product()[:2], not_assessed=True, label="no plan"),
    Case("SQL030", [_product()[0], *_product()[2:]], not_assessed=True, label="no text"),
    Case("SQL030", _product()[1:], not_assessed=True, label="empty ring"),
    _calm("SQL031", _lookups(back=9_999), "fewer lookups"),
    Case("SQL031", _thrown_away(1000, 50), _A, label="a thousand thrown away"),
    _calm("SQL031", _thrown_away(999, 2), "fewer thrown away"),
    _calm("SQL031", _thrown_away(1000, 51), "a thousand, of which more are kept"),
    Case("SQL031", _thrown_away(2000, 2, others=2000), _A, label="half of all rows"),
    _calm("SQL031", _thrown_away(2000, 2, others=2001), "less than half of all rows"),
    Case("SQL031", _lookups(), _A, label="ten thousand"),
    Case("SQL031", _lookups(back=100_000), _WORSE, label="hundred thousand"),
    Case("SQL031", _lookups(back=2_000_000), _WORST, label="two million"),
    Case("SQL031", _lookups(back=1000, real=100_000), _WORSE, label="more came than were expected"),
    Case("SQL031", _lookups("SELECT AMOUNT, c1, c2, c3, note, id FROM event WHERE state = ?"), _A, label="six columns"),
    Case("SQL031", _lookups("SELECT e.amount FROM event e WHERE e.state = ? ORDER BY e.note"), _A, label="by an alias"),
    Case("SQL031", _lookups("SELECT * FROM event WHERE state = ? AND amount = ?", kept=500), _A,
         label="all columns of few"),
    Case("SQL031", _lookups("SELECT body FROM event WHERE state = ? AND amount = ?", kept=500), _A,
         label="a text of few"),
    Case("SQL031", _lookups(kept=20_000, rows=10_000, back=20_000, real=10_000), _A, label="a far LIMIT"),
    Case("SQL031", _lookups(kept=20_000, rows=10_000, back=20_000, real=9_999), _A, label="LIMIT not reached"),
    _calm("SQL031", _lookups(kept=20_000, rows=10, back=20_000), "a LIMIT ended it"),
    _calm("SQL031", _lookups("SELECT * FROM event WHERE state = ? AND amount = ?", kept=501), "all columns of many"),
    _calm("SQL031", _lookups("SELECT * FROM event WHERE state = ?", kept=500), "nothing to filter by"),
    _calm("SQL031", _lookups("SELECT amount, c1, c2, c3, note, long_note FROM event WHERE state = ?"), "seven columns"),
    _calm("SQL031", _lookups("SELECT body FROM event WHERE state = ?"), "a text"),
    _calm("SQL031", _lookups("SELECT long_note FROM event WHERE state = ?"), "a long column"),
    _calm("SQL031", _lookups("SELECT state, id FROM event WHERE state = ?"), "the index has all"),
    _calm("SQL031", _lookups("UPDATE event SET amount = ? WHERE state = ?", root="DISTRIBUTED UPDATE"), "changes rows"),
    _calm("SQL031", _lookups("DELETE FROM event WHERE state = ?", root="DISTRIBUTED DELETE"), "deletes rows"),
    _calm("SQL031", _lookups(f"{_STATE} FOR UPDATE", root="TABLE FOR UPDATE"), "locks rows"),
    _calm("SQL031", _lookups(back=0), "no lookups"),
    _calm("SQL031", [SLOW, _plan(_STATE), _BY_STATE, *tree(scan(notes={"index_back_rows": 10**6}))], "no index"),
    _calm("SQL031", _lookups(back=10**6, shape=QUICK), "quick"),
    _calm("SQL031", _lookups(back=10**6, shape=RARE), "rare"),
    Case("SQL031", [*_lookups()[:2], *_lookups()[3:]], not_assessed=True, label="no definition"),
    Case("SQL031", [*_lookups()[:2], *_lookups()[3:], replace(_BY_STATE, definition="CREATE TABLE `event` (`id` int)")],
         not_assessed=True, label="index is unknown"),
    Case("SQL031", [*_lookups()[:2], *_lookups()[3:], _NO_DEFINITIONS], not_assessed=True, label="not granted"),
    Case("SQL031", _lookups("SELECT amount FROM events_of_all WHERE state = ?"), not_assessed=True, label="by a view"),
    Case("SQL031", _lookups("SELECT amount, other FROM event e, unread u WHERE e.state = ?"), _A,
         label="beside a table that was not read"),
    Case("SQL031", _lookups("SELECT amount FROM event e, unread u WHERE e.state = ? AND other = ?"), not_assessed=True,
         label="whose column is compared is unknown"),
    Case("SQL031", _lookups()[:3], not_assessed=True, label="no plan"),
    Case("SQL031", [_lookups()[0], *_lookups()[2:]], not_assessed=True, label="no text"),
    Case("SQL031", _lookups()[1:], not_assessed=True, label="empty ring"),
    Case("SQL032", [*_hours({9: 160, 3: 40}), *_ROUND_THE_CLOCK], _A, label="one hour, and a fifth of all"),
    Case("SQL032", [*_hours({9: 60, 10: 60, 20: 40, 3: 39, 4: 1}), *_ROUND_THE_CLOCK, _plan(_BY_WHO)], _A,
         label="three hours"),
    Case("SQL032", [*_hours({9: 200}), *_ROUND_THE_CLOCK, _NO_TEXT], _A, label="no text"),
    Case("SQL032", [*_hours({9: 200}), *_hours({1: 5}, days=1), *_ROUND_THE_CLOCK], _A, label="and once at night"),
    _calm("SQL032", [*_hours({9: 60, 10: 60, 20: 38, 3: 37, 4: 5}), *_ROUND_THE_CLOCK], "less in three hours"),
    _calm("SQL032", [*_hours({9: 199}), *_hours({9: 100}, sql_id="B")], "seldom seen"),
    _calm("SQL032", [*_hours({9: 200}), *_ROUND_THE_CLOCK, *_hours(dict.fromkeys(range(20), 1), sql_id="C")],
          "less than a fifth of all"),
    _calm("SQL032", _ROUND_THE_CLOCK, "round the clock"),
    Case("SQL032", [*_hours({9: 200}, days=4), *_ROUND_THE_CLOCK], not_assessed=True, label="four evenings"),
    Case("SQL032", _hours({9: 200}, days=4), not_assessed=True, label="four days"),
    Case("SQL032", not_assessed=True, label="nothing kept"),
]  # fmt: skip
