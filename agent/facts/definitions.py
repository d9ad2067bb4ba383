"""How the tables of the dearest statements are defined, as the server writes it: SHOW CREATE TABLE, one by one."""

from __future__ import annotations

from agent.facts import Privilege, source
from agent.facts.plans import PlanStep
from agent.model.terms import DataClass

SHOW = "SHOW CREATE TABLE"


def write_show_statement(schema: str, table: str) -> str:
    """Return the statement that shows one table's definition. The gate refuses names that cannot be quoted safely."""
    return f"{SHOW} `{schema}`.`{table}`"


@source(
    "information_schema.TABLES",
    DataClass.DEFINITIONS,
    limit=60,
    requires=Privilege.SHOW_VIEW,
    shown_for=PlanStep,
)
class TableDefinition:
    """One table's definition. Comments, defaults, CHECKs and the values of ENUM and SET were left out when read."""

    table_schema: str
    table_name: str
    definition: str
