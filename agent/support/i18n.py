"""Messages and numbers in the reader's language.

English is in the code (the msgid); other languages are gettext catalogues, read as ``.po`` so that no build
step can leave them stale. Numbers are formatted by the unit at the end of a placeholder's name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeGuard

from agent.model.labels import N_
from agent.model.placeholders import fill_sentence
from agent.model.terms import Scalar, Text, Translations, Unit

LANGUAGES = ("zh-CN", "en")
_SUFFIXES = {f"_{unit.value}": unit for unit in Unit if unit is not Unit.TEXT}
_STEPS = {
    Unit.BYTES: ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")),
    Unit.MICROSECONDS: ((60_000_000, "min"), (1_000_000, "s"), (1_000, "ms"), (1, "us")),
    Unit.MILLISECONDS: ((60_000, "min"), (1_000, "s"), (1, "ms")),
    Unit.SECONDS: ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s")),
}
# What stands for a value that is not there, where that is not simply unknown.
_MISSING = {"statement": "", "database": N_("no default database")}
_SHARES = {Unit.PCT: 1, Unit.PERMILLE: 10}  # what is divided by, to print per cent
_USUAL_DIGITS = {Unit.PCT: 1, Unit.PERMILLE: 2, Unit.DAYS: 1, Unit.HOURS: 1, **dict.fromkeys(_STEPS, 1)}
_OTHER_DIGITS, _MOST_DIGITS = 2, 9
OWN_ONLY: Translations = MappingProxyType({})  # what plug-ins brought, where there are none
_UNIT_WORDS_ZH = {"us": "微秒", "ms": "毫秒", "s": "秒", "min": "分钟", "h": "小时", "days": "天"}


@cache
def load_translations(language: str) -> Mapping[str, str]:
    """Return msgid -> translation; empty for English. Fuzzy and empty entries are left out."""
    if language == "en":
        return {}
    path = files("agent") / "locale" / language.replace("-", "_") / "LC_MESSAGES" / "ob_health.po"
    return read_catalogue(path, language) if path.is_file() else {}


def read_catalogue(path: Traversable, language: str) -> dict[str, str]:
    """Read one ``.po`` file: msgid -> translation. Raises OSError, ValueError or Babel's PoFileError."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        entries = read_po(file, locale=language.replace("-", "_"), abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string and not entry.fuzzy}


def translate(msgid: str, language: str, brought: Translations = OWN_ONLY) -> str:
    """Return the message in the language, or in English if there is no translation.

    ``brought`` are the translations of plug-ins. They cannot reword a message that the agent itself translates.
    """
    if not msgid:
        return ""
    return load_translations(language).get(msgid) or brought.get(language, {}).get(msgid, msgid)


def infer_unit(name: str) -> Unit | None:
    """Return the unit at the end of an evidence or parameter name: ``used_bytes`` -> BYTES."""
    return next((unit for suffix, unit in _SUFFIXES.items() if name.endswith(suffix)), None)


def format_value(value: Scalar, unit: Unit | None, language: str, zone: tzinfo = UTC, digits: int | None = None) -> str:
    """Format one value for people: ``1.5 GiB``, ``92.3%``, ``12,345``, ``未知`` for None; times in ``zone``.

    ``digits`` are the decimals of a number, where ``count_digits`` says that the usual ones would mislead.
    """
    if value is None:
        return translate("unknown", language)
    if isinstance(value, bool):
        return translate("yes" if value else "no", language)
    if isinstance(value, datetime):
        return _format_moment(_localize_moment(value, zone))
    if isinstance(value, str):
        return value
    if digits is None:
        digits = _get_usual_digits(unit)
    if unit in _SHARES:
        size = _SHARES[unit]
        return f"{_format_number(value if size == 1 else value / size, digits)}%"
    if unit in _STEPS:
        size, word = _choose_step(value, unit)
        return _append_unit(_format_number(value / size, digits), word, language)
    if unit in (Unit.DAYS, Unit.HOURS):
        return _append_unit(_format_number(value, digits), "days" if unit is Unit.DAYS else "h", language)
    return _format_number(value, digits)


def count_digits(value: Scalar, unit: Unit | None, limits: Iterable[Scalar]) -> int | None:
    """Return the decimals that show a value on its own side of each limit; None if the usual ones do.

    Rounded as usual, 94.995% beside a limit of 95% would read as 95%.
    """
    numbers = [limit for limit in limits if _is_number(limit)]
    if not _is_number(value):
        return None
    usual = _get_usual_digits(unit)
    for digits in range(usual, _MOST_DIGITS):
        if all(_is_side_shown(value, limit, unit, digits) for limit in numbers):
            return digits if digits > usual else None
    return _MOST_DIGITS


def _is_number(value: Scalar) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_side_shown(value: float, limit: float, unit: Unit | None, digits: int) -> bool:
    shown, shown_limit = (_round_as_shown(number, unit, digits) for number in (value, limit))
    return (value > limit, value < limit) == (shown > shown_limit, shown < shown_limit)


def _round_as_shown(value: float, unit: Unit | None, digits: int) -> float:
    size = _choose_step(value, unit)[0] if unit in _STEPS else _SHARES.get(unit or Unit.COUNT, 1)
    return value if size == 1 and isinstance(value, int) else round(value / size, digits) * size


def _get_usual_digits(unit: Unit | None) -> int:
    return _OTHER_DIGITS if unit is None else _USUAL_DIGITS.get(unit, _OTHER_DIGITS)


def _localize_moment(moment: datetime, zone: tzinfo) -> datetime:
    """Return a time in a zone. The first and the last day of all times stay as they are: another zone has none."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def format_second(moment: datetime, zone: tzinfo) -> str:
    """Format a time to the second: what is seen for less than a minute has another end than its beginning."""
    return _format_moment(_localize_moment(moment, zone), "%H:%M:%S")


def _format_moment(local: datetime, clock: str = "%H:%M") -> str:
    """Format a time with its offset: ``2026-11-23 14:00 UTC+8``."""
    ahead = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(ahead), 60)
    offset = f"{'-' if ahead < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}" if ahead else ""
    return f"{local:%Y-%m-%d} {local:{clock}} UTC{offset}"


def _format_number(value: float, digits: int) -> str:
    if isinstance(value, int):
        return f"{value:,}"  # a float would keep only 53 bits
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _choose_step(value: float, unit: Unit) -> tuple[int, str]:
    """Return size and word of the largest step that the value reaches, else of the smallest."""
    return next(((size, word) for size, word in _STEPS[unit] if abs(value) >= size), _STEPS[unit][-1])


def _append_unit(number: str, word: str, language: str) -> str:
    if language == "zh-CN":
        return f"{number} {_UNIT_WORDS_ZH.get(word, word)}"
    return f"{number} {'day' if (number, word) == ('1', 'days') else word}"


def render_text(text: Text | None, language: str, zone: tzinfo = UTC, brought: Translations = OWN_ONLY) -> str:
    """Return a message with its values filled in. A value is never a template itself."""
    if text is None:
        return ""
    values = {
        name: render_text(value, language, zone, brought)
        if isinstance(value, Text)
        else _describe_missing(name, language)
        if value is None
        else _find_sign(text, name)
        + format_value(value, _find_unit(text, name), language, zone, _find_digits(text, name))
        for name, value in text.args.items()
    }
    template = translate(text.msgid, language, brought)
    return fill_sentence(template, values) if values else template


def _describe_missing(name: str, language: str) -> str:
    """Return what stands for a value that is not there: a statement without a text ends the sentence before it."""
    return translate(_MISSING.get(name, "unknown"), language)


def _find_unit(text: Text, name: str) -> Unit | None:
    """Return the unit of an argument. ``value`` and ``limit`` of a finding have the unit in the argument ``unit``."""
    unit = text.args.get("unit") if name in ("value", "limit") else None
    return Unit(unit) if isinstance(unit, str) and unit in list(Unit) else infer_unit(name)


def _find_sign(text: Text, name: str) -> str:
    """Return how ``limit`` of a finding is meant, with the space behind it: from there on, or down to there."""
    sign = text.args.get("limit_sign") if name == "limit" else None
    return f"{sign} " if isinstance(sign, str) else ""


def _find_digits(text: Text, name: str) -> int | None:
    """Return the decimals of ``value`` and ``limit`` of a finding, if it says that they need more than usual."""
    digits = text.args.get("shown_digits") if name in ("value", "limit") else None
    return digits if isinstance(digits, int) else None


def render_all_languages(text: Text | None, zone: tzinfo = UTC, brought: Translations = OWN_ONLY) -> dict[str, str]:
    """Return ``{"zh-CN": ..., "en": ...}``; empty strings for None."""
    if text is None or not text.args:  # most are: titles and advice of every check
        return {language: translate(text.msgid if text else "", language, brought) for language in LANGUAGES}
    return {language: render_text(text, language, zone, brought) for language in LANGUAGES}
