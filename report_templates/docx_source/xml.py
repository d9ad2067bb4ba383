"""WordprocessingML in small pieces. Texts may hold Jinja tags; they stand in one run each, so that they stay whole."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

TWIPS_PER_MM = 56.693
TEXT_WIDTH_MM = 170
KEEP = "<w:keepNext/>"


def say(msgid: str, **values: str) -> str:
    """A message in the reader's language; ``values`` are Jinja expressions."""
    named = "".join(f", {name}={expression}" for name, expression in values.items())
    # Inside a tag, docxtpl replaces curly quotation marks by straight ones, because Word curls straight ones.
    quoted = re.sub("[“”‘’]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(msgid, ensure_ascii=False))
    return f"{{{{ _({quoted}{named}) }}}}"


def twips(millimetres: float) -> int:
    return round(millimetres * TWIPS_PER_MM)


def run(text: str, style: str = "") -> str:
    """Text in a character style, which may be a Jinja expression too."""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'


def tab() -> str:
    return "<w:r><w:tab/></w:r>"


def para(style: str, *parts: str, tab_mm: float = 0, page_break: bool = False, together: bool = False) -> str:
    """A paragraph of runs. ``tab_mm``: a tab stop that aligns right; ``together`` keeps it with the next one."""
    more = KEEP if together else ""
    more += "<w:pageBreakBefore/>" if page_break else ""
    more += f'<w:tabs><w:tab w:val="right" w:pos="{twips(tab_mm)}"/></w:tabs>' if tab_mm else ""
    more += '<w:spacing w:before="0"/>' if page_break else ""
    inside = "".join(part if part.startswith("<") else run(part) for part in parts)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{inside}</w:p>'


def tag(text: str) -> str:
    """A paragraph that holds only a Jinja tag: ``for report.top`` -> ``{%p for ... %}``. It leaves nothing."""
    return para("Normal", f"{{%p {text} %}}")


def each(loop: str, *content: str) -> str:
    return tag(f"for {loop}") + "".join(content) + tag("endfor")


def when(condition: str, *content: str, otherwise: str = "") -> str:
    return tag(f"if {condition}") + "".join(content) + (tag("else") + otherwise if otherwise else "") + tag("endif")


@dataclass(frozen=True)
class Column:
    """``cell``: paragraphs of a cell, or a plain text; ``right`` aligns figures."""

    head: str
    width_mm: float
    cell: str
    right: bool = False


def cell(content: str, width_mm: float, *, right: bool = False, span: int = 1, fill: str = "") -> str:
    """A table cell; plain text becomes one paragraph."""
    inside = content if content.startswith("<w:p>") else para("TableNumber" if right else "TableText", content)
    look = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    look += f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{twips(width_mm)}" w:type="dxa"/>{look}</w:tcPr>{inside}</w:tc>'


def row(*cells: str, head: bool = False, together: bool = False, splits_if: str = "") -> str:
    """A row that never splits over pages, or only if a condition holds that makes it as long as half of one.

    A head repeats on each page. ``together`` keeps it with the next row.
    """
    whole = "<w:cantSplit/>"
    look = (when(f"not ({splits_if})", whole) if splits_if else whole) + ("<w:tblHeader/>" if head else "")
    inside = "".join(cells)
    if head or together:
        inside = re.sub(rf"(<w:pStyle [^>]*/>)(?!{KEEP})", rf"\1{KEEP}", inside)
    return f"<w:tr><w:trPr>{look}</w:trPr>{inside}</w:tr>"


def table(style: str, widths_mm: Sequence[float], *rows: str, head: bool = True) -> str:
    """A table with fixed widths, so that a long name cannot push other columns out."""
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths_mm)
    look = f'<w:tblLook w:val="06{2 * head}0" w:firstRow="{int(head)}" w:lastRow="0" w:firstColumn="0"'
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{twips(sum(widths_mm))}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{look} w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def steer_row(text: str, columns: int, width_mm: float) -> str:
    """A row that holds only a Jinja tag."""
    return row(cell(f"{{%tr {text} %}}", width_mm, span=columns))


def listing(loop: str, columns: Sequence[Column], *, together: bool = False, splits_if: str = "") -> str:
    """A table with a head and a row for each turn of the loop, and room after it. ``together``: on one page.

    A row may split over pages if ``splits_if`` holds.
    """
    widths = [column.width_mm for column in columns]
    width, count = sum(widths), len(columns)
    return table(
        "HealthTable",
        widths,
        row(*(cell(column.head, column.width_mm, right=column.right) for column in columns), head=True),
        steer_row(f"for {loop}", count, width),
        row(
            *(cell(column.cell, column.width_mm, right=column.right) for column in columns),
            together=together,
            splits_if=splits_if,
        ),
        steer_row("endfor", count, width),
    ) + para("TableEnd")


def pairs(of: str, name_mm: float = 52, width_mm: float = TEXT_WIDTH_MM, *, together: bool = False) -> str:
    """Names and values, from an expression that gives (name, value). ``together``: on one page."""
    rest = width_mm - name_mm
    return table(
        "HealthPairs",
        (name_mm, rest),
        steer_row(f"for name, value in {of}", 2, width_mm),
        row(cell(para("TableText", run("{{ name }}", "Soft")), name_mm), cell("{{ value }}", rest), together=together),
        steer_row("endfor", 2, width_mm),
        head=False,
    ) + para("TableEnd")


def field(instruction: str, shown: str = "1") -> str:
    """A field that Word computes; Until then it shows ``shown``."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{shown}</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def text_field(prompt: str) -> str:
    """A field in which people write; ``prompt`` stands there until then."""
    return (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/><w:text/></w:sdtPr><w:sdtContent>"
        f"{run(prompt, 'Soft')}</w:sdtContent></w:sdt>"
    )


def date_field(prompt: str) -> str:
    """A field in which people choose a day."""
    return (
        '<w:sdt><w:sdtPr><w:showingPlcHdr/><w:date><w:dateFormat w:val="yyyy-MM-dd"/></w:date></w:sdtPr>'
        f"<w:sdtContent>{run(prompt, 'Soft')}</w:sdtContent></w:sdt>"
    )


def choice_field(prompt: str, msgids: Sequence[str]) -> str:
    """A field in which people choose one of these messages, which hold no quotation marks."""
    items = "".join(
        f"<w:listItem w:displayText=\"{{{{ _('{msgid}') }}}}\" w:value=\"{{{{ _('{msgid}') }}}}\"/>" for msgid in msgids
    )
    return (
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/><w:dropDownList>{items}</w:dropDownList></w:sdtPr>"
        f"<w:sdtContent>{run(prompt, 'Soft')}</w:sdtContent></w:sdt>"
    )
