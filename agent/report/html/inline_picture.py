"""Turns a chart into markup of the page: its texts can be selected and searched, its colours follow the page.

The page's policy allows no style in attributes and no style sheet but ours; charts have presentation attributes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from markupsafe import Markup

from agent.report.charts.palette import PAGE_COLOURS

_COLOURED = frozenset({"fill", "stroke"})
_TOLD_BY_THE_PAGE = frozenset({"title", "desc"})


def inline_picture(svg: bytes, classes: str, alt: str, accent: str) -> Markup:
    """Return an SVG as markup. Its ``classes`` begin its ids too, so that no two pictures of a page share one."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - what our own charts draw
    name = classes.replace(" ", "-")
    colours = {**PAGE_COLOURS, accent: "var(--accent)"}
    for element in root.iter():
        _fit_into_page(element, name, colours)
    for told in [child for child in root if child.tag in _TOLD_BY_THE_PAGE]:
        root.remove(told)  # the alternative text is on the root, and a title would hang over the picture
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib.update({"class": classes, "role": "img", "aria-label": alt})
    return Markup(ElementTree.tostring(root, "unicode"))  # noqa: S704 - a tree is escaped when it is written


def _fit_into_page(element: ElementTree.Element, name: str, colours: Mapping[str, str]) -> None:
    """Take the name space from an element, give it the page's colours, and make its id the picture's own."""
    element.tag = element.tag.rpartition("}")[2]
    given = element.attrib
    for key in given.keys() & _COLOURED:
        given[key] = colours.get(given[key].lower(), given[key])
    for key, value in given.items():
        if key == "href" or value.startswith("url("):
            given[key] = value.replace("#", f"#{name}-", 1)
    if "id" in given:
        given["id"] = f"{name}-{given['id']}"
