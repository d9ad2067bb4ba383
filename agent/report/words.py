"""Text for a page: translated, formatted by unit, and made harmless.

Everything from a database is treated as hostile. Templates escape HTML. This module replaces control characters,
names characters that reorder a line or cannot be seen, and cuts long texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from agent.model.placeholders import join_sentence
from agent.model.setting_words import tell_expected, tell_setting
from agent.model.terms import Text, Unit
from agent.support.i18n import format_second, format_value, infer_unit, render_text, translate

NAME_LENGTH = 160
SENTENCE_LENGTH = 600
SQL_LENGTH = 8_000
ELLIPSIS = "…"
NOTHING = "–"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_REORDERING = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")


def make_printable(text: str, length: int = SENTENCE_LENGTH) -> str:
    """Return printable text of at most ``length`` characters; misleading characters are shown as ``<U+202E>``."""
    # Cut before cleaning, so that a megabyte costs no more than a line; named characters may add a little.
    cut = text[:length]
    plain = _REORDERING.sub(lambda found: f"<U+{ord(found[0]):04X}>", _CONTROL.sub("\N{REPLACEMENT CHARACTER}", cut))
    return plain + ELLIPSIS if len(text) > length else plain


class Words:
    """One language: ``words("Score")`` translates; the methods format values. ``wording`` overrides translations.

    Times and days are in ``zone``.
    """

    def __init__(self, language: str, wording: Mapping[str, str] | None = None, zone: tzinfo = UTC) -> None:
        self.language = language
        self.zone = zone
        self._wording = wording or {}

    def __call__(self, msgid: str, **values: str | int) -> str:
        """Return a message in this language, in the wording of the house where it has one."""
        text = self._wording.get(msgid) or translate(msgid, self.language)
        if not values:
            return text
        # Not str.format: with it, wording of the house could read attributes of an object.
        pieces = _PLACEHOLDER.split(text)
        return join_sentence([values[piece] if place % 2 else piece for place, piece in enumerate(pieces)])

    def label(self, table: Mapping[str, str], key: str) -> str:
        """Return the word for a key; a key that the table lacks is shown as it is."""
        return self(table[key]) if key in table else make_printable(key, NAME_LENGTH)

    def pick(self, texts: Mapping[str, str], length: int = SENTENCE_LENGTH) -> str:
        """Return the text in this language, or in English if the document lacks it."""
        return make_printable(texts.get(self.language) or texts.get("en", ""), length)

    def value(self, value: Any, unit: Unit | None, digits: int | None = None) -> str:
        """Return a measured value or limit with its unit; ``digits`` are its decimals, if not the usual ones."""
        if isinstance(value, dict | list):
            return make_printable(json.dumps(value, ensure_ascii=False), NAME_LENGTH)
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            value = datetime.fromisoformat(value)
        return make_printable(format_value(value, unit, self.language, self.zone, digits), NAME_LENGTH)

    def setting(self, word: str, unit: str) -> str:
        """Return the value of a setting in words; ``unit`` is that of bare numbers."""
        return self._tell(tell_setting(word, unit))

    def expected(self, expected: str) -> str:
        """Return in words what a rule expects of a setting."""
        return self._tell(tell_expected(expected))

    def _tell(self, told: str | Text) -> str:
        return make_printable(render_text(told, self.language) if isinstance(told, Text) else told, NAME_LENGTH)

    def pairs(self, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """Return named values as (name, value): ``used_bytes: 1024`` -> ("used", "1 KiB")."""
        return tuple((self.name(key), self.value(value, infer_unit(key))) for key, value in values.items())

    def name(self, key: str) -> str:
        """Return a value's name in words, without the unit; translated if the catalogue has it."""
        unit = infer_unit(key)
        stem = key.removesuffix(f"_{unit.value}") if unit and unit is not Unit.COUNT else key.removesuffix("_count")
        return make_printable(self(stem.replace("_", " ")), NAME_LENGTH)

    def resource(self, found: Mapping[str, Any], length: int = NAME_LENGTH) -> str:
        """Return the name of the resource of a finding or of a change."""
        return make_printable(found.get("names", {}).get(self.language) or found["resource"], length)

    def count(self, number: int) -> str:
        """Return a whole number with separators."""
        return f"{number:,}"

    def moment(self, iso: str) -> str:
        """Return a time as it is in the customer's zone."""
        return format_value(datetime.fromisoformat(iso), None, self.language, self.zone)

    def second(self, iso: str) -> str:
        """Return a time to the second, as it is in the customer's zone."""
        return format_second(datetime.fromisoformat(iso), self.zone)

    def day(self, iso: str) -> date:
        """Return the day of a moment."""
        return datetime.fromisoformat(iso).astimezone(self.zone).date()


def read_zone(document: Mapping[str, Any]) -> tzinfo:
    """Return the zone of the customer's clocks; UTC if it is not known here. Each printed time names its zone."""
    try:
        return ZoneInfo(document["timezone"])
    except (LookupError, ValueError, TypeError, OSError):
        return UTC


def format_points(value: float) -> str:
    """Return points with one decimal: they are dealt out in tenths."""
    return f"{value:.1f}"
