"""What a session has spent of its load budget, and the list of the statements that it sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agent.model.cost import Budget, Cost, Sent
from agent.model.terms import Scalar, Text, UnavailableKind
from agent.support.errors import StatementError

if TYPE_CHECKING:
    from agent.collection.journal import Journal


class Spending:
    """The cost so far. With a journal, each answer is written there too."""

    def __init__(self, budget: Budget, journal: Journal | None) -> None:
        self.budget = budget
        self.cost = Cost()
        self.sent: list[Sent] = []
        self._journal = journal

    @property
    def left_ms(self) -> float:
        """Database time that is left."""
        return self.budget.total_database_ms - self.cost.database_ms

    @property
    def left_rows(self) -> int:
        """Rows that are left."""
        return self.budget.max_rows - self.cost.rows

    @property
    def left_bytes(self) -> int:
        """Bytes that are left."""
        return self.budget.max_bytes - self.cost.bytes

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left of the time, the rows or the bytes."""
        return min(self.left_ms, self.left_rows, self.left_bytes) <= 0

    def check(self, source: str) -> None:
        """Raise StatementError if nothing more may be sent."""
        if self.is_spent:
            cost = self.cost
            args: dict[str, Scalar] = {
                "source": source,
                "spent_ms": cost.database_ms,
                "rows_count": cost.rows,
                "spent_bytes": cost.bytes,
            }
            text = "The load budget is spent ({spent_ms}, {rows_count} rows, {spent_bytes}); {source} was not read."
            raise StatementError(Text(text, args), UnavailableKind.BUDGET)

    def record(self, source: str, duration_ms: float, rows: int, size: int, errno: int | None) -> None:
        """Add one statement: milliseconds by our clock, rows and bytes of its answer, the number of its error."""
        cost = self.cost
        self.cost = Cost(
            statements=cost.statements + 1,
            database_ms=cost.database_ms + duration_ms,
            longest_ms=max(cost.longest_ms, duration_ms),
            rows=cost.rows + rows,
            bytes=cost.bytes + size,
        )
        self.sent.append(Sent(source, duration_ms, rows, errno, datetime.now(UTC).isoformat(timespec="seconds")))
        if self._journal:
            self._journal.answered(duration_ms, rows, size, errno)
