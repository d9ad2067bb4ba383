"""What the chapters of report.docx have in common."""

from __future__ import annotations

from report_templates.docx_source.front import heading
from report_templates.docx_source.xml import para, run

CHECK = para("TableText", run("{{ line.code }}", "Mono"), " {{ line.title }}")
UNSEEN = "{count} more are in assessment.json."


def chapter(key: str, note: str = "", *, page_break: bool = False) -> str:
    """The heading of a chapter with its number, and what it is about."""
    text = f"{{{{ numbers['{key}'] }}}}  {{{{ titles['{key}'] }}}}"
    made = heading("Heading1", text, key.replace("-", "_"), page_break=page_break)
    return made + (para("Lead", note) if note else "")


def bullet(*parts: str) -> str:
    return para("Bullet", "•  ", *parts)
