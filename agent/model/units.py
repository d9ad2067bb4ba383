"""Parses sizes, durations and switches as OceanBase spells them. No other module does."""

from __future__ import annotations

import re

_SIZES = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
_TIMES = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}
_SIZE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([BKMGTP]?)(?:I?B)?\s*", re.IGNORECASE)
_TIME = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d|)\s*", re.IGNORECASE)
_TRUE = frozenset({"true", "on", "1", "yes", "t"})
_FALSE = frozenset({"false", "off", "0", "no", "f"})


def parse_size(text: str) -> int:
    """``"1.5G"``, ``"0M"``, ``"4096"`` -> bytes. Raises ValueError."""
    match = _SIZE.fullmatch(text)
    if not match:
        raise ValueError(f"not a size: {text!r} (write it like 512M or 1.5G)")
    return int(float(match[1]) * _SIZES[match[2].upper()])


def parse_duration(text: str) -> float:
    """``"30s"``, ``"10ms"``, ``"2h"``, ``"7d"`` -> seconds. Raises ValueError."""
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(f"not a duration: {text!r} (write it like 30s, 10m or 2h)")
    return float(match[1]) * _TIMES[match[2].lower()]


def parse_microseconds(text: str) -> float:
    """A system variable in microseconds (``"10000000"``) -> seconds. Raises ValueError."""
    return int(text) / 1_000_000


def parse_switch(text: str) -> str:
    """``"True"``, ``"ON"``, ``"1"`` -> ``"on"``; the opposite ones -> ``"off"``. Raises ValueError."""
    word = text.strip().lower()
    if word in _TRUE:
        return "on"
    if word in _FALSE:
        return "off"
    raise ValueError(f"not a switch: {text!r} (on or off)")


def parse_number(text: str) -> float:
    """``"20"`` or ``"20%"`` -> 20.0. Raises ValueError."""
    return float(text.strip().removesuffix("%"))


def parse_word(text: str) -> str:
    """A name compared without regard to case and surrounding blanks."""
    return text.strip().lower()
