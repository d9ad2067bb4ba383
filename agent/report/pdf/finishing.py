"""What the browser leaves open in a PDF: the pages of its contents, and the properties that viewers show (pikepdf)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO

from pikepdf import Array, Page, Pdf

# The places in the printed contents, as _printed_contents.html.j2 writes them. Texts are escaped and hold no such tag.
_PLACE = re.compile(rb'(<span class="page" data-of="([^"]+)">)')


def has_places(page: bytes) -> bool:
    """Whether the page has contents that wait for their numbers; a template of the house may have none."""
    return _PLACE.search(page) is not None


def fill_page_numbers(page: bytes, numbers: Mapping[str, int]) -> bytes:
    """Return the page with the numbers in its contents. They are as wide as their empty places, so nothing moves."""

    def write(found: re.Match[bytes]) -> bytes:
        return found[1] + str(numbers.get(found[2].decode(), "")).encode()

    return _PLACE.sub(write, page)


def find_pages(content: bytes) -> dict[str, int]:
    """Return the number of the page, from 1, on which each place stands that a link of the PDF leads to."""
    with Pdf.open(BytesIO(content)) as pdf:
        places = pdf.Root.get("/Dests")
        if places is None:
            return {}
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        found = {str(name)[1:]: place for name, place in places.items() if isinstance(place, Array)}
        return {name: numbers[Page(place[0]).obj.objgen] for name, place in found.items()}


def set_properties(content: bytes, properties: Mapping[str, str]) -> bytes:
    """Return the PDF with these properties, such as ``Author``; empty ones are left as they are."""
    with Pdf.open(BytesIO(content)) as pdf:
        for name, text in properties.items():
            if text:
                pdf.docinfo[f"/{name}"] = text
        made = BytesIO()
        pdf.save(made, deterministic_id=True)
        return made.getvalue()
