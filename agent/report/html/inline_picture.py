"""Turns a chart into markup of the page: its texts can be selected and searched, its colours follow the page.

The page's policy allows no style in attributes and no style sheet but ours, so looks become presentation attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from markupsafe import Markup

from agent.report.charts.palette import PAGE_COLOURS

_REFERENCE = re.compile(r"url\(#([^)]+)\)|^#(.+)$")
_LINK = "{http://www.w3.org/1999/xlink}href"
_COLOURED = frozenset({"fill", "stroke"})


def inline_picture(svg: bytes, classes: str, alt: str, accent: str) -> Markup:
    """Return an SVG as markup. Its ``classes`` begin its ids too, so that no two pictures of a page share one."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - what our own charts draw
    for parent in root.iter():
        for child in [child for child in parent if child.tag.endswith("}style")]:
            parent.remove(child)
    name = classes.replace(" ", "-")
    colours = {**PAGE_COLOURS, accent: "var(--accent)"}
    kept = {found for element in root.iter() for found in _list_references(element.attrib.values())}
    for element in root.iter():
        _make_plain(element, name, kept, colours)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    # What the style sheet that was taken out says of every line.
    root.attrib.update({"class": classes, "role": "img", "aria-label": alt, "stroke-linejoin": "round"})
    return Markup(ElementTree.tostring(root, "unicode"))  # noqa: S704 - a tree is escaped when it is written


def _list_references(values: Iterable[str]) -> Iterable[str]:
    return (found[1] or found[2] for value in values for found in _REFERENCE.finditer(value))


def _make_plain(element: ElementTree.Element, name: str, kept: set[str], colours: Mapping[str, str]) -> None:
    """Take the name space from an element, its looks from its style, and its id unless something refers to it."""
    element.tag = element.tag.rpartition("}")[2]
    given = element.attrib
    given.update(_read_looks(given.pop("style", "")))
    for key in given.keys() & _COLOURED:
        given[key] = colours.get(given[key].lower(), given[key])
    if _LINK in given:
        given["href"] = given.pop(_LINK)
    own = given.pop("id", "")
    for key, value in given.items():
        if key == "href" or value.startswith("url("):
            given[key] = value.replace("#", f"#{name}-", 1)
    if own in kept:
        given["id"] = f"{name}-{own}"
    element.text, element.tail = _drop_blank(element.text), _drop_blank(element.tail)


def _read_looks(style: str) -> dict[str, str]:
    pairs = (look.partition(":") for look in style.split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if value}


def _drop_blank(text: str | None) -> str | None:
    return text if text and text.strip() else None
