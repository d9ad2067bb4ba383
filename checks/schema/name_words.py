"""What the words of a name say: that a column holds moments or keys, that a table is a copy. Names are in any case."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
# Words that name a moment wherever they stand last.
MOMENTS = frozenset({"date", "datetime", "timestamp", "birthday", "until", "till", "since"})
# What comes about at a moment; other things that end in these words lie somewhere or rest on something.
MOMENT_PREPOSITIONS = frozenset({"at", "on", "time"})
_EVENT_WORDS = (
    "added approved begin begins begun birth booked born cancel cancelled canceled change changed checkin checkout"
    " closed completed confirm confirmed create created delete deleted delivered due edited effective end ended ends"
    " entered expire expired expires expiry failed finish finished hired insert inserted issued joined launched"
    " left login logout modified modify opened order ordered paid pay payment published purchase purchased received"
    " registered released renewed requested returned scheduled seen send sent shipped signed start started starts"
    " stop stopped submitted trade update updated visited"
)
EVENTS = frozenset(_EVENT_WORDS.split())
_BOUNDS = frozenset({"from", "to"})
_SPANS = frozenset({"valid", "effective", "active"})
# Nothing else is called by these; the others need a day behind them.
_PLAIN_WORDS = frozenset({"tmp", "bak", "bkp"})
_DATED_WORDS = _PLAIN_WORDS | {"temp", "backup", "old", "copy"}
_DAY = re.compile(r"(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2,6})?|20\d\d(?:0[1-9]|1[0-2])")


def split_words(name: str) -> list[str]:
    """Return the words of a name in lower case, parted by underscores, capitals and digits."""
    return [word.lower() for word in _WORD.findall(name)]


def names_moment(name: str) -> bool:
    """Whether a column of this name holds a day or a moment, as far as a name can tell."""
    *before, last = split_words(name) or [""]
    if last in MOMENTS:
        return True
    word = before[-1] if before else ""
    return (last in MOMENT_PREPOSITIONS and word in EVENTS) or (last in _BOUNDS and word in _SPANS)


def names_keys(name: str) -> bool:
    """Whether a column of this name holds the keys of several rows."""
    words = split_words(name)
    return len(words) > 1 and words[-1] == "ids"


def find_original(name: str) -> str | None:
    """Return what the name of a copy or a scratch table says without the word for that; None for other names.

    The conventions of the documentation are ``tmp_account_tbluser_20220224`` and ``bak_account_tbluser_20220224``. A
    word such as ``backup`` alone makes no copy, for a live table may be about backups: a day must stand behind it.
    """
    parts = name.lower().split("_")
    dated = _DAY.fullmatch(parts[-1]) is not None
    words = _DATED_WORDS if dated else _PLAIN_WORDS
    first, *rest = (parts[:-1] if dated else parts) or [""]
    if rest and first in words:
        return "_".join(rest)
    if rest and rest[-1] in words:
        return "_".join([first, *rest[:-1]])
    return None
