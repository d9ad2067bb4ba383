"""What a page carries within itself: its style, its script, its logo, and the policy that allows only these."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from agent.report.style import Style
from agent.report.words import make_printable

_HEADER_LENGTH = 60
_SHEETS = ("base.css", "style.css", "print.css")


def embed_assets(accent: str, margins: str, *, script: str = "", more_style: str = "") -> dict[str, str]:
    """Return ``css``, ``script`` and the ``policy`` that allows only these, by their digests.

    ``margins`` is CSS as ``build_margins`` returns it; ``script`` and ``more_style`` name files of our templates.
    """
    sheets = [_read_asset(name) for name in (*_SHEETS, *((more_style,) if more_style else ()))]
    css = "".join((*sheets, f":root {{ --house: {accent}; }}\n", margins))
    code = _read_asset(script) if script else ""
    allowed = f"script-src {_compute_digest(code)}; " if code else ""
    return {
        "css": Markup(css),  # noqa: S704 - our own files, a colour, and text without any markup
        "script": Markup(code),  # noqa: S704 - our own file
        "policy": f"default-src 'none'; img-src data:; style-src {_compute_digest(css)}; "
        f"{allowed}base-uri 'none'; form-action 'none'",
    }


def embed_logo(style: Style) -> str:
    """Return the address of the logo of the house, which holds the picture itself; empty without one."""
    return build_data_address(style.logo_type, style.logo) if style.logo else ""


def build_data_address(kind: str, content: bytes) -> str:
    """Return an address that holds its content."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def build_margins(*, left: Iterable[str], right: Iterable[str], below: Iterable[str]) -> str:
    """Return the CSS for the text in the margins of printed pages: above at both sides, and below."""
    boxes = {"top-left": _quote_line(left), "top-right": _quote_line(right), "bottom-left": _quote_line(below)}
    return "@page {\n" + "".join(f"  @{box} {{ content: {text}; }}\n" for box, text in boxes.items()) + "}\n"


def _quote_line(parts: Iterable[str]) -> str:
    """Return a CSS string. Every character except ASCII letters and digits is escaped as a number."""
    text = " · ".join(make_printable(part, _HEADER_LENGTH) for part in parts if part)
    shown = (char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in text)
    return f'"{"".join(shown)}"'


@cache
def _read_asset(name: str) -> str:
    return (files("report_templates") / name).read_text("utf-8")


def _compute_digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
