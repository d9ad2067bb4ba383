"""By which limits columns can be judged: their sources read those that the shipped rules ask about."""

from __future__ import annotations

from agent.api import Readable
from agent.facts.schema import (
    FAR_BEHIND_FROM,
    FAR_BEHIND_STEP,
    FEW_VALUES_UP_TO,
    LONG_CHAR_FROM,
    NAMED_MOMENT_UP_TO,
    WIDE_FROM,
)

MANY_COLUMNS = Readable(least=FAR_BEHIND_FROM, step=FAR_BEHIND_STEP)
LONG_CHARS = Readable(least=LONG_CHAR_FROM)
WIDE_TEXTS = Readable(least=WIDE_FROM)
FEW_VALUES = Readable(least=100 / FEW_VALUES_UP_TO)  # per cent of the table to each value
DATED_TEXTS = Readable(most_params={"most_characters_count": NAMED_MOMENT_UP_TO})
