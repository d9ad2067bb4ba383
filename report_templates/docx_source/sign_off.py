"""The block on the cover of report.docx that is signed before the report is sent."""

from __future__ import annotations

from report_templates.docx_source.xml import Column, listing, para, say, when

_WIDTHS_MM = (30.0, 50.0, 55.0, 35.0)


def sign_off() -> str:
    """Who prepares, reviews and approves the report, and its issues with a line for the next one."""
    people = zip(
        (say("Role"), say("Name"), say("Signature"), say("Date")),
        ("{{ line.role }}", "{{ line.name }}", "", ""),
        _WIDTHS_MM,
        strict=True,
    )
    issues = zip(
        (say("Version"), say("Date"), say("Author"), say("Change")),
        ("{{ line.number }}", "{{ line.day }}", "{{ line.author }}", "{{ line.change }}"),
        (30.0, 35.0, 50.0, 55.0),
        strict=True,
    )
    return "".join(
        (
            para("Label", say("Sign-off"), together=True),
            listing("line in report.sign_off.signatures", [Column(head, mm, text) for head, text, mm in people]),
            para("Label", say("Version record"), together=True),
            listing("line in report.sign_off.versions", [Column(head, mm, text) for head, text, mm in issues]),
            when(
                "report.cover.classification",
                para("Small", say("Classification: {classification}", classification="report.cover.classification")),
            ),
        )
    )
