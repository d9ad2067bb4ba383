"""Writes a drawing sheet as SVG: texts stay texts, numbers are short, and equal sheets are equal bytes everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from agent.report.charts.fonts import CHINESE, LATIN, OWN
from agent.report.charts.palette import PAPER
from agent.report.charts.sheet import MM_PER_PT, Area, DrawingSheet, Label, Mark, MarkKind, Point, Shape, Stroke

_FONTS = ", ".join(f"'{name}'" for name in (*LATIN, *CHINESE, OWN)) + ", sans-serif"
_ANCHORS = {"left": "", "center": "middle", "right": "end"}
_MARK_EDGE = "1"
# Corners of each mark, in halves of its size. A circle has none.
_CORNERS: dict[MarkKind, tuple[Point, ...]] = {
    "o": (),
    "s": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "^": ((0, -1), (1, 1), (-1, 1)),
    "v": ((0, 1), (1, -1), (-1, -1)),
    "D": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "P": (
        (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35),
        (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35),
    ),
}  # fmt: skip


def write_svg(sheet: DrawingSheet, title: str, alt: str) -> bytes:
    """Return the picture in UTF-8, without XML declaration and document type; its unit is a point.

    The root lists fonts of all systems, as a browser may run on any. ``title`` and ``alt`` are title and description.
    """
    width, height = _to_points(sheet.width_mm), _to_points(sheet.height_mm)
    root = Element(
        "svg",
        {
            "font-family": _FONTS,
            "stroke-linejoin": "round",
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{width}pt",
            "height": f"{height}pt",
            "viewBox": f"0 0 {width} {height}",
        },
    )
    SubElement(root, "title").text = title
    SubElement(root, "desc").text = alt
    definitions = Element("defs")
    drawing = Element("g")
    SubElement(drawing, "rect", {"width": width, "height": height, "fill": PAPER})
    axes = SubElement(drawing, "g", {"class": "chart-axis"})
    for shape in sheet.shapes:
        _draw_shape(axes if isinstance(shape, Label) and shape.axis else drawing, definitions, shape)
    if len(definitions):
        root.append(definitions)
    root.append(drawing)
    return ElementTree.tostring(root, "unicode").encode()


def _draw_shape(parent: Element, definitions: Element, shape: Shape) -> None:
    if isinstance(shape, Area):
        _draw_area(parent, definitions, shape)
    elif isinstance(shape, Stroke):
        look = {"fill": "none", "stroke": shape.color, "stroke-width": _shorten(shape.width)}
        if shape.dashes:
            look["stroke-dasharray"] = " ".join(map(_shorten, shape.dashes))
        SubElement(parent, "path", {"d": _trace(shape.points), **look})
    elif isinstance(shape, Mark):
        _draw_mark(parent, definitions, shape)
    else:
        _draw_label(parent, shape)


def _draw_area(parent: Element, definitions: Element, area: Area) -> None:
    look = {"fill": area.fill}
    if area.edge:
        look |= {"stroke": area.edge, "stroke-width": _shorten(area.line)}
    if area.opacity < 1:
        look["fill-opacity"] = _shorten(area.opacity)
    path = f"{_trace(area.points)}Z"
    SubElement(parent, "path", {"d": path, **look})
    if area.hatched:
        SubElement(parent, "path", {"d": path, "fill": f"url(#{_define_hatch(definitions, area.edge)})"})


def _define_hatch(definitions: Element, color: str) -> str:
    name = f"hatch{color.removeprefix('#')}"
    if not any(each.get("id") == name for each in definitions):
        made = {"id": name, "width": "4", "height": "4", "patternUnits": "userSpaceOnUse"}
        pattern = SubElement(definitions, "pattern", made)
        lines = "M-1,1L1,-1M0,4L4,0M3,5L5,3"
        SubElement(pattern, "path", {"d": lines, "fill": "none", "stroke": color, "stroke-width": "0.7"})
    return name


def _draw_mark(parent: Element, definitions: Element, mark: Mark) -> None:
    name = f"mark{[*_CORNERS].index(mark.kind)}-{_shorten(mark.size)}"
    if not any(each.get("id") == name for each in definitions):
        SubElement(definitions, "path", {"id": name, "d": _shape_mark(mark.kind, mark.size / 2)})
    look = {"fill": mark.fill, "stroke": mark.edge, "stroke-width": _MARK_EDGE}
    SubElement(parent, "use", {"href": f"#{name}", "x": _to_points(mark.at[0]), "y": _to_points(mark.at[1]), **look})


def _shape_mark(kind: MarkKind, half: float) -> str:
    if kind == "o":
        radius, width = _shorten(half), _shorten(2 * half)
        return f"M-{radius},0a{radius},{radius} 0 1 0 {width},0a{radius},{radius} 0 1 0 -{width},0Z"
    return "M" + "L".join(f"{_shorten(x * half)},{_shorten(y * half)}" for x, y in _CORNERS[kind]) + "Z"


def _draw_label(parent: Element, label: Label) -> None:
    look = {"x": _to_points(label.at[0]), "y": _to_points(label.at[1])}
    look |= {"font-size": _shorten(label.size), "fill": label.color}
    if label.bold:
        look["font-weight"] = "bold"
    if anchor := _ANCHORS[label.align]:
        look["text-anchor"] = anchor
    if label.halo:
        look |= {"stroke": PAPER, "stroke-width": "3", "paint-order": "stroke"}
    SubElement(parent, "text", look).text = label.text


def _trace(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{_to_points(x)},{_to_points(y)}" for x, y in points)


def _to_points(millimetres: float) -> str:
    return _shorten(millimetres / MM_PER_PT)


def _shorten(number: float) -> str:
    """Return a number with at most two decimals; it is read the same on all machines."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
