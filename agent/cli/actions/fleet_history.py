"""The histories of a fleet: each place is opened once, however many engagements name it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from agent.archive.history.store import History
from agent.cli.actions.targets import locate_history
from agent.engagement.engagement_file import Engagement
from agent.support import console
from agent.support.errors import HistoryError, NoHistory


class FleetHistories:
    """Opens histories and closes them at the end. With ``create`` one that is missing is made."""

    def __init__(self, *, create: bool) -> None:
        self._create = create
        self._opened: dict[str | None, History | HistoryError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for history in self._opened.values():
            if isinstance(history, History):
                history.close()

    def open(self, engagement: Engagement) -> History:
        """Return the history of an engagement. Raises HistoryError, which is printed the first time only."""
        place = locate_history(None, engagement)
        if place not in self._opened:
            try:
                self._opened[place] = History.open(place, create=self._create)
            except HistoryError as error:
                self._opened[place] = error
                if not isinstance(error, NoHistory):
                    console.fail(error)
        found = self._opened[place]
        if isinstance(found, HistoryError):
            raise found
        return found
