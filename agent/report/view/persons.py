"""Who answers for the report: what the engagement says now goes before what it said when the tenant was assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.model.document import ColophonEntry, Document
from agent.report.style import Style
from agent.report.view.cover import Cover
from agent.report.words import NAME_LENGTH, Words, make_printable


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign: the role, and the name if it is known."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """An issue of the report: its number, its day, who made it, and what changed."""

    number: str
    day: str
    author: str
    change: str


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who prepares, reviews and approves the report, and its issues; the first is this one."""

    signatures: tuple[Signature, ...]
    versions: tuple[ReportVersion, ...]


def restate_persons(document: Document, persons: Mapping[str, str]) -> Document:
    """Return the document with the persons and the classification of now; keys that it does not have are left out."""
    now: ColophonEntry = document["colophon"].copy()
    for key in ("prepared_by", "reviewed_by", "classification"):
        if key in persons:
            now[key] = persons[key]
    return {**document, "colophon": now}


def name_author(prepared_by: str, style: Style, words: Words) -> str:
    """Return the author in the properties of a file: who prepared it, or else whom it names to turn to, or its maker.

    Programs that file documents sort and search by it, so it is never empty.
    """
    contact = make_printable(style.contacts[0][0], NAME_LENGTH) if style.contacts else ""
    return prepared_by or contact or words("OceanBase health assessment service")


def build_sign_off(document: Document, cover: Cover, style: Style, words: Words) -> SignOff:
    """Return the block that is signed before the report is sent."""
    approver = make_printable(style.persons.get("approved_by", ""), NAME_LENGTH)
    return SignOff(
        (
            Signature(words("Prepared by"), cover.prepared_by),
            Signature(words("Reviewed by"), cover.reviewed_by),
            Signature(words("Approved by"), approver),
        ),
        (ReportVersion("1.0", words.day(document["as_of"]).isoformat(), cover.prepared_by, words("First issue")),),
    )
