"""Named styles of report.docx. Users of Word change these to change the looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docx.document import Document
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml

ACCENT, INK, SOFT, RULE, WASH = "0F4C81", "161B22", "5C6673", "D8DDE3", "F3F6F9"
LATIN, CHINESE, CODE = "Calibri", "Microsoft YaHei", "Consolas"
SEVERITIES = {"Critical": "9D1226", "High": "B4500B", "Medium": "806400", "Low": "4A5F73"}


@dataclass(frozen=True)
class Look:
    """A paragraph style. Sizes and spaces in points, ``line`` in lines; ``more`` is XML of its paragraph properties.

    ``exact`` is the height of a line in points instead: Chinese fonts make lines a fifth higher.
    """

    name: str
    size: float = 10
    before: float = 0
    after: float = 4
    line: float = 1.15
    exact: float = 0
    color: str = INK
    bold: bool = False
    font: str = LATIN
    align: str = ""
    outline: int = -1
    based_on: str = "Normal"
    keep: bool = False
    more: str = ""

    @property
    def id(self) -> str:
        """The style's id: its name without spaces."""
        return self.name.replace(" ", "")


_CODE_BOX = (
    f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="6" w:color="{RULE}"/></w:pBdr>'
    f'<w:shd w:val="clear" w:color="auto" w:fill="{WASH}"/>'
)
_DOTTED_RIGHT_TAB = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9638"/></w:tabs>'
_HEAD_LINE = f'<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="3" w:color="{RULE}"/></w:pBdr>'
_FOOT_LINE = f'<w:pBdr><w:top w:val="single" w:sz="4" w:space="3" w:color="{RULE}"/></w:pBdr>'
_RIGHT_TAB = '<w:tabs><w:tab w:val="right" w:pos="9638"/></w:tabs>'
# A name, a bar, and the points, in half of the width of a page.
_BAR_TABS = '<w:tabs><w:tab w:val="left" w:pos="2155"/><w:tab w:val="right" w:pos="4592"/></w:tabs>'
_HANGING = '<w:ind w:left="284" w:hanging="284"/>'

LOOKS = (
    Look("Title", 30, before=150, after=6, line=1.1, color=ACCENT, bold=True),
    Look("Subtitle", 16, after=36, color=SOFT),
    Look("Heading 1", 18, before=20, after=6, line=1.1, color=ACCENT, bold=True, outline=0, keep=True),
    Look("Heading 2", 14, before=14, after=4, line=1.1, color=ACCENT, bold=True, outline=1, keep=True),
    Look("Heading 3", 12, before=12, after=3, line=1.1, bold=True, outline=2, keep=True),
    Look("Lead", 10, after=6, color=SOFT, keep=True),
    Look("Label", 10, before=6, after=2, bold=True, keep=True),
    Look("Small", 8.5, after=3, color=SOFT),
    Look("Bullet", 10, after=3, more=_HANGING),
    Look("Caption", 8.5, before=2, after=10, color=SOFT),
    Look("Figure", 10, before=8, after=2, line=1.0, keep=True),
    Look("Code", 8.5, before=2, after=6, line=1.1, font=CODE, more=_CODE_BOX + '<w:ind w:left="170" w:right="113"/>'),
    Look("Table Text", 9, after=1, exact=12),
    Look("Table Number", 9, after=1, exact=12, align="right"),
    Look("Bar Line", 9, after=0, exact=11, more=_BAR_TABS),
    Look("Table End", 4, after=2, line=1.0),
    Look("Big Number", 24, after=0, line=1.0, color=ACCENT, bold=True),
    Look("Big Word", 16, after=0, line=1.1, color=INK, bold=True),
    Look("Contents Heading", 18, after=8, color=ACCENT, bold=True, keep=True),
    Look("toc 1", 10.5, before=3, after=2, more=_DOTTED_RIGHT_TAB),
    Look("toc 2", 9.5, after=1, color=SOFT, more=_DOTTED_RIGHT_TAB + '<w:ind w:left="340"/>'),
    Look("header", 8.5, after=0, color=SOFT, more=_HEAD_LINE + _RIGHT_TAB),
    Look("footer", 8.5, after=0, color=SOFT, more=_FOOT_LINE + _RIGHT_TAB),
)  # fmt: skip


def restyle(document: Document) -> None:
    """Replace all styles by ours, except those that Word itself needs."""
    styles = document.styles.element
    for style in list(styles.style_lst):
        if style.styleId not in ("DefaultParagraphFont", "TableNormal", "NoList"):
            styles.remove(style)
    defaults = styles.find(f"{{{styles.nsmap['w']}}}docDefaults")
    styles.replace(defaults, parse_xml(_make_defaults()))
    for xml in _make_styles():
        styles.append(parse_xml(xml))


def _make_styles() -> Iterator[str]:
    yield (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/><w:pPr>{_make_spacing(Look('Normal'))}</w:pPr></w:style>"
    )
    for look in LOOKS:
        yield _make_paragraph_style(look)
    yield _make_character_style("Strong", "<w:b/><w:bCs/>")
    yield _make_character_style("Soft", f'<w:color w:val="{SOFT}"/>')
    yield _make_character_style("Soft Small", f'<w:color w:val="{SOFT}"/><w:sz w:val="20"/>')
    yield _make_character_style("Mono", f'{_make_fonts(CODE)}<w:noProof/><w:sz w:val="17"/>')
    yield _make_character_style("Gain", '<w:b/><w:bCs/><w:color w:val="1D6B45"/>')
    for name, color in SEVERITIES.items():
        yield _make_character_style(f"Severity {name}", f'<w:b/><w:bCs/><w:color w:val="{color}"/>')
    yield from _make_table_styles()


def _make_fonts(latin: str) -> str:
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{CHINESE}" w:cs="{latin}"/>'


def _make_defaults() -> str:
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>{_make_fonts(LATIN)}"
        f'<w:color w:val="{INK}"/><w:sz w:val="20"/><w:szCs w:val="20"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )


def _make_spacing(look: Look) -> str:
    line, rule = (look.exact * 20, "exact") if look.exact else (look.line * 240, "auto")
    return (
        f'<w:spacing w:before="{look.before * 20:.0f}" w:after="{look.after * 20:.0f}" '
        f'w:line="{line:.0f}" w:lineRule="{rule}"/>'
    )


def _make_paragraph_style(look: Look) -> str:
    keep = "<w:keepNext/><w:keepLines/>" if look.keep else ""
    outline = f'<w:outlineLvl w:val="{look.outline}"/>' if look.outline >= 0 else ""
    align = f'<w:jc w:val="{look.align}"/>' if look.align else ""
    # The schema fixes the order: borders, shading, tabs, spacing, indent, alignment, outline.
    boxed, indent, rest = look.more.partition("<w:ind")
    bold = "<w:b/><w:bCs/>" if look.bold else ""
    proof = "<w:noProof/>" if look.font == CODE else ""
    size = round(look.size * 2)
    follows = '<w:next w:val="Normal"/>' if look.outline >= 0 else ""
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="{look.id}"><w:name w:val="{look.name}"/>'
        f'<w:basedOn w:val="{look.based_on}"/>{follows}<w:qFormat/>'
        f"<w:pPr>{keep}{boxed}{_make_spacing(look)}{indent}{rest}{align}{outline}</w:pPr>"
        f'<w:rPr>{_make_fonts(look.font)}{bold}{proof}<w:color w:val="{look.color}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _make_character_style(name: str, look: str) -> str:
    ours = "" if name == "Strong" else ' w:customStyle="1"'
    return (
        f'<w:style {nsdecls("w")} w:type="character"{ours} w:styleId="{name.replace(" ", "")}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr>{look}</w:rPr></w:style>'
    )


def _make_table_styles() -> Iterator[str]:
    """Lines between rows and a head that stands out without colour; and pairs of name and value."""
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{RULE}"'
    margins = (
        '<w:tblCellMar><w:top w:w="45" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="30" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar>'
    )
    head = (
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:tcBorders>'
        f'<w:top w:val="single" w:sz="8" w:space="0" w:color="{ACCENT}"/>'
        f'<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{ACCENT}"/></w:tcBorders>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{WASH}"/></w:tcPr></w:tblStylePr>'
    )
    between = f"<w:tblBorders><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
    looks = (
        ("Health Table", between, head),
        ("Health Pairs", f"<w:tblBorders><w:insideH {line}/></w:tblBorders>", ""),
        ("Health Plain", "", ""),
    )
    for name, borders, first in looks:
        yield (
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">'
            f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
            f"<w:tblPr>{borders}{margins}</w:tblPr>{first}</w:style>"
        )
