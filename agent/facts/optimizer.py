"""What the optimizer knows of the columns of those tables that the dearest statements read.

The twin needs it: a plan is chosen by how many values a column has. The least and the largest value stay unread: they
are the customer's data.
"""

from __future__ import annotations

from agent.facts import CostClass, expr, source
from agent.facts.definitions import TableDefinition
from agent.facts.schema import BUSINESS_OWNER
from agent.model.terms import DataClass


@source(
    "oceanbase.DBA_TAB_COL_STATISTICS",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS_OWNER} AND LAST_ANALYZED > '1971-01-01'",
    order_by="OWNER, TABLE_NAME, COLUMN_NAME",
    limit=20000,
    tables_of=TableDefinition,
)
class ColumnCounts:
    """How many values and NULLs a column has, and how long they are as the server counts it (AVG_COL_LEN)."""

    owner: str
    table_name: str
    column_name: str
    num_distinct: int
    num_nulls: int
    avg_col_len: int = expr("GREATEST(AVG_COL_LEN, 0)")
