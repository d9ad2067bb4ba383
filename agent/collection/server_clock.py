"""The server's clock, by which windows and expiries are judged once it has been read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.model.terms import Scalar, Text

# More than this between the server's clock and ours: one of them is wrong, and nobody knows which.
MOST_APART_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerClock:
    """The server said ``server_s`` (since 1970) between ``asked_s`` and ``answered_s`` of ``time.perf_counter``.

    ``local_s`` is our own clock's time when it had answered.
    """

    server_s: float
    asked_s: float
    answered_s: float
    local_s: float

    def __post_init__(self) -> None:
        """Raise ValueError for a time that is none."""
        try:
            datetime.fromtimestamp(self.server_s, UTC)
        except (OverflowError, OSError) as error:
            raise ValueError(str(error)) from None

    @property
    def apart_s(self) -> float:
        """How far the two clocks are apart at least."""
        took_s = self.answered_s - self.asked_s
        return max(0.0, self.server_s - self.local_s, self.local_s - took_s - self.server_s)

    def explain_apart(self, target: str) -> Text | None:
        """Return why the clocks cannot both be right, or None."""
        if self.apart_s <= MOST_APART_S:
            return None
        args: dict[str, Scalar] = {
            "target": target,
            "server_time": datetime.fromtimestamp(self.server_s, UTC),
            "local_time": datetime.fromtimestamp(self.local_s, UTC),
            "limit_s": MOST_APART_S,
        }
        return Text(
            "{target}: the server's clock says {server_time}, this machine's {local_time}. They are more than {limit_s}"
            " apart, so nobody can tell whether the authorization holds now, and no fact was read. Set the clock that"
            " is wrong.",
            args,
        )

    def tell_time(self) -> datetime:
        """Return the time by the server's clock, at the latest. A machine that sleeps stops only one of our clocks."""
        elapsed_s = max(time.perf_counter() - self.answered_s, time.time() - self.local_s)
        return datetime.fromtimestamp(self.server_s + self.answered_s - self.asked_s + elapsed_s, UTC)

    def place(self, began_s: float, ended_s: float) -> tuple[int, int]:
        """Return a span of ``time.perf_counter`` in microseconds since 1970 by the server's clock, rather too wide."""
        earlier_s, later_s = self.server_s - self.answered_s, self.server_s - self.asked_s
        return int((began_s + earlier_s) * 1_000_000), int((ended_s + later_s) * 1_000_000) + 1
