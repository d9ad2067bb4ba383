"""Messages and numbers in the reader's language.

English is in the code (the msgid); other languages are gettext catalogues, read as ``.po`` so that no build
step can leave them stale. Numbers are formatted by the unit at the end of a placeholder's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from agent.model.terms import Scalar, Text, Unit

LANGUAGES = ("zh-CN", "en")
_SUFFIXES = {f"_{unit.value}": unit for unit in Unit if unit is not Unit.TEXT}
_STEPS = {
    Unit.BYTES: ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")),
    Unit.MICROSECONDS: ((60_000_000, "min"), (1_000_000, "s"), (1_000, "ms"), (1, "us")),
    Unit.MILLISECONDS: ((60_000, "min"), (1_000, "s"), (1, "ms")),
    Unit.SECONDS: ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s")),
}
_SHARES = {Unit.PCT: (1, "%"), Unit.PERMILLE: (2, "‰")}
_brought: dict[str, Mapping[str, str]] = {}
_UNIT_WORDS_ZH = {"us": "微秒", "ms": "毫秒", "s": "秒", "min": "分钟", "h": "小时", "days": "天"}


@cache
def load_translations(language: str) -> Mapping[str, str]:
    """msgid -> translation; empty for English. Fuzzy and empty entries are left out."""
    if language == "en":
        return {}
    path = files("agent") / "locale" / language.replace("-", "_") / "LC_MESSAGES" / "ob_health.po"
    return read_catalogue(path, language) if path.is_file() else {}


def read_catalogue(path: Traversable, language: str) -> dict[str, str]:
    """One ``.po`` file. Raises OSError, ValueError or Babel's PoFileError for a file that is none."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        entries = read_po(file, locale=language.replace("-", "_"), abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string and not entry.fuzzy}


def use_translations(brought: Mapping[str, Mapping[str, str]]) -> None:
    """What plug-ins bring, by language; replaces what was brought before. None of them can reword the agent."""
    _brought.clear()
    _brought.update(brought)


def translate(msgid: str, language: str) -> str:
    """The message in the language, or the English one where no translation exists."""
    if not msgid:
        return ""
    return load_translations(language).get(msgid) or _brought.get(language, {}).get(msgid, msgid)


def infer_unit(name: str) -> Unit | None:
    """Unit by the ending of an evidence or parameter name: ``used_bytes`` -> BYTES."""
    return next((unit for suffix, unit in _SUFFIXES.items() if name.endswith(suffix)), None)


def format_value(value: Scalar, unit: Unit | None, language: str, zone: tzinfo = UTC) -> str:
    """One value for people: ``1.5 GiB``, ``92.3%``, ``12,345``, ``未知`` for None; times as they are in ``zone``."""
    if value is None:
        return translate("unknown", language)
    if isinstance(value, bool):
        return translate("yes" if value else "no", language)
    if isinstance(value, datetime):
        return _moment(value.astimezone(zone))
    if isinstance(value, str):
        return value
    if unit in _SHARES:
        digits, sign = _SHARES[unit]
        return f"{_number(value, digits)}{sign}"
    if unit in _STEPS:
        return _stepped(value, unit, language)
    if unit in (Unit.DAYS, Unit.HOURS):
        return _with_word(_number(value, 1), "days" if unit is Unit.DAYS else "h", language)
    return _number(value, 2)


def _moment(local: datetime) -> str:
    """``2026-11-23 14:00 UTC+8``: nobody has to guess whose clock is meant."""
    ahead = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(ahead), 60)
    offset = f"{'-' if ahead < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}" if ahead else ""
    return f"{local:%Y-%m-%d %H:%M} UTC{offset}"


def _number(value: float, digits: int) -> str:
    if isinstance(value, int):
        return f"{value:,}"  # a float holds no more than 53 bits of it
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _stepped(value: float, unit: Unit, language: str) -> str:
    for size, word in _STEPS[unit]:
        if abs(value) >= size or size == 1:
            return _with_word(_number(value / size, 1), word, language)
    raise AssertionError("the last step is 1")


def _with_word(number: str, word: str, language: str) -> str:
    return f"{number} {_UNIT_WORDS_ZH.get(word, word)}" if language == "zh-CN" else f"{number} {word}"


def render_text(text: Text | None, language: str, zone: tzinfo = UTC) -> str:
    """A message with its values filled in; a value is never itself a template."""
    if text is None:
        return ""
    values = {
        name: render_text(value, language, zone)
        if isinstance(value, Text)
        else format_value(value, _unit_in(text, name), language, zone)
        for name, value in text.args.items()
    }
    return translate(text.msgid, language).format_map(values) if values else translate(text.msgid, language)


def _unit_in(text: Text, name: str) -> Unit | None:
    """A finding's ``value`` and ``limit`` are in the check's unit, which comes with them."""
    unit = text.args.get("unit") if name in ("value", "limit") else None
    return Unit(unit) if isinstance(unit, str) and unit in list(Unit) else infer_unit(name)


def render_all_languages(text: Text | None, zone: tzinfo = UTC) -> dict[str, str]:
    """``{"zh-CN": ..., "en": ...}``; empty strings for None."""
    return {language: render_text(text, language, zone) for language in LANGUAGES}
