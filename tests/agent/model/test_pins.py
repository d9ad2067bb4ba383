"""An outline is made in the database of its statement, and what shows that it works takes nothing from outside."""

from __future__ import annotations

from agent.model.pins import place_in_databases, write_pin_checks


def test_the_database_is_named_wherever_it_changes() -> None:
    given = [("shop", "A;"), ("shop", "B;"), ("a`b", "C;"), ("", "D;"), ("shop", "E;")]
    assert list(place_in_databases(given)) == [
        "USE `shop`;",
        "A;",
        "B;",
        "USE `a``b`;",
        "C;",
        "D;",
        "USE `shop`;",
        "E;",
    ]


def test_only_names_of_statements_are_asked_for() -> None:
    assert write_pin_checks(["'; DROP DATABASE shop"]) == ()
    made, used = write_pin_checks(["AB12", "AB12", "CD"])
    assert "DBA_OB_OUTLINES" in made and made.endswith("IN ('AB12', 'CD');")
    assert "OUTLINE_ID" in used and used.endswith("IN ('AB12', 'CD');")
