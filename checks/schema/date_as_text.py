"""SCH043: dates and times in columns of text."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.schema import NotableColumn, Table
from checks.schema.counted import list_stored, require_read
from checks.schema.name_words import names_moment
from checks.schema.pages import DDL, DESIGN
from checks.schema.readable import DATED_TEXTS


@params
class DateParams(Params):
    """A date takes at least so many characters as text; in a longer text there is more than a date."""

    least_characters_count: int
    most_characters_count: int


@check(
    code="SCH043",
    name="schema.date_as_text",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Date or time in a text column",
    consequence="Wrong dates are accepted, comparisons go wrong, and indexes are not used.",
    finding="{resource} is {value}, and its name says that it holds dates or times.",
    remediation=Remediation(
        advice="Add a column of type DATE, DATETIME or TIMESTAMP, fill it from the text, let the programs use it, and "
        "drop the text. If the column holds something else, mute the finding with the reason.",
        no_rollback="The text column remains until it is dropped last.",
        pre_check="Count the values that are no dates: WHERE STR_TO_DATE(<column>, <format>) IS NULL.",
        post_check="information_schema.COLUMNS shows date, datetime or timestamp, and no value was lost.",
        risk="Texts that are no dates need a decision before the change, and programs that format the text must be "
        "changed together with it.",
        window=True,
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/100.field-design.md"),
        DocPage(f"{DDL}/900.column-type-change-rule-of-mysql-mode.md"),
    ),
    readable=DATED_TEXTS,
)
def date_as_text(columns: Rows[NotableColumn], tables: Rows[Table], p: DateParams) -> Iterator[Measurement]:
    """The documentation advises against text for dates, because they are then converted implicitly. A text accepts
    31.12.2026, 2026-1-5 and 2026-02-30 alike: it sorts and compares by characters, and a comparison with a date
    cannot use the index.

    Columns count by name and length only, because no rows are read.
    """
    stored = list_stored(tables)
    for column in columns:
        kind, length = column.data_type.lower(), column.characters or 0
        table = (column.table_schema, column.table_name)
        if table not in stored or kind not in ("char", "varchar") or not names_moment(column.column_name):
            continue
        if p.least_characters_count <= length <= p.most_characters_count:
            yield Measurement(name_object(*table, column.column_name), f"{kind}({length})")
    require_read(tables, (column.characters for column in columns))
