"""The names of a report's files: they tell whose report it is and of which day, also far from its folder."""

from __future__ import annotations

import re
from datetime import date

from agent.model.document import Document
from agent.report.words import Words, read_zone

PAGE = "report_{whose}.{language}.html"
WORD = "report_{whose}.{language}.docx"
PDF = "report_{whose}.{language}.pdf"
LIST = "findings_{whose}.{language}.xlsx"
_NAME_BYTES = 90  # of customer and target each, 30 Chinese characters: file systems allow 255 for all of a name
_OTHER = re.compile(r"[^\w-]+")


def name_file(pattern: str, document: Document, language: str) -> str:
    """Return a file's name: ``report_Acme_shop_2026-10-03.en.html``. A pattern without places is the name itself."""
    day = Words("en", zone=read_zone(document)).day(document["as_of"])
    whose = (_clean(document["customer"]), _clean(document["target"]["name"]), day.isoformat())
    return pattern.format(whose="_".join(filter(None, whose)), language=language)


def name_document(kind: str, customer: str, subject: str, day: date, ending: str) -> str:
    """Return the name of a document of the service: ``quarterly-report_Acme_3_2026-10-03.en.pdf``."""
    whose = (_clean(customer), _clean(subject), day.isoformat())
    return f"{kind}_{'_'.join(filter(None, whose))}.{ending}"


def _clean(name: str) -> str:
    """Return the letters and digits of a name, of any script, with a hyphen for anything between them."""
    kept = _OTHER.sub("-", name[:_NAME_BYTES]).strip("-_").encode()[:_NAME_BYTES]
    return kept.decode(errors="ignore").rstrip("-_")
