"""What the agent's own facts do not hold."""

from __future__ import annotations

from agent.facts import SYSTEM_SCHEMAS, source
from agent.model.terms import DataClass

_SYSTEM = ", ".join(f"'{name}'" for name in SYSTEM_SCHEMAS)


@source(
    "oceanbase.DBA_OB_DATABASES",
    DataClass.SETTINGS,
    where=f"IN_RECYCLEBIN = 'NO' AND DATABASE_NAME NOT IN ({_SYSTEM})",
    order_by="DATABASE_NAME",
)
class Database:
    """One business database; ``read_only`` is YES or NO."""

    database_name: str
    read_only: str
