"""The Word template of the service's documents (document.docx): cover, first page, chapters of blocks.

Tables have as many columns as the document says, so the agent writes them; here only their place is marked.
"""

from __future__ import annotations

from report_templates.docx_source.xml import TEXT_WIDTH_MM, each, field, pairs, para, run, say, tab, twips, when


def header() -> str:
    """Customer and subject, and the classification."""
    return (
        '<w:p><w:pPr><w:pStyle w:val="header"/></w:pPr>'
        + run("{{ frame.cover.customer }} · {{ frame.cover.subject }}")
        + tab()
        + run("{{ frame.cover.classification }}")
        + "</w:p>"
    )


def footer() -> str:
    """Title and number, and the page."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="footer"/><w:tabs><w:tab w:val="right" w:pos="{twips(TEXT_WIDTH_MM)}"/></w:tabs>'
        f"</w:pPr>{run('{{ frame.cover.title }} · {{ frame.cover.number }}')}{tab()}{field('PAGE')}{run(' / ')}"
        f"{field('NUMPAGES')}</w:p>"
    )


def body() -> str:
    """Return everything between the first and the last paragraph."""
    return "".join((_build_cover(), _build_first_page(), _build_chapters()))


def _build_cover() -> str:
    return "".join(
        (
            when("logo", para("Figure", "{{ logo }}")),
            para("Title", "{{ frame.cover.title }}"),
            para("Subtitle", "{{ frame.cover.customer }}"),
            pairs("frame.cover.facts", 45, 130),
            when("house.contacts", para("Label", say("Contacts")), pairs("house.contacts", 45, 130)),
        )
    )


def _build_first_page() -> str:
    return "".join(
        (
            para("Heading1", say("In short"), page_break=True),
            para("Lead", run("{{ frame.verdict }}", "{{ tones.get(frame.tone, 'Strong') }}")),
            each("remark in frame.remarks", para("Normal", "{{ remark }}")),
            when("figures", para("Normal", "{{p figures }}"), para("TableEnd")),
        )
    )


def _build_chapters() -> str:
    block = (
        when("b.title", para("Heading2", "{{ b.title }}")),
        each("text in b.paragraphs", para("Normal", "{{ text }}")),
        when("b.pairs", pairs("b.pairs", 45)),
        each("item in b.items", para("Bullet", "{{ '☐' if b.is_checklist else '•' }}  ", "{{ item }}")),
        when("b.table", para("Normal", "{{p b.table }}"), para("TableEnd")),
        when("b.nothing and not b.items and not b.table", para("Normal", "{{ b.nothing }}")),
    )
    return each(
        "chapter in chapters",
        para("Heading1", "{{ loop.index }}  {{ chapter.title }}"),
        when("chapter.note", para("Lead", "{{ chapter.note }}")),
        each("b in chapter.blocks", *block),
    )
