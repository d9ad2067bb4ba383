"""What depends on what goes before is run after it, and never pasted with it."""

from __future__ import annotations

import pytest

from agent.model.sql_stages import Stage, changes_something, find_stage, split_stages


@pytest.mark.parametrize(
    ("statement", "stage"),
    [
        ("SHOW GRANTS FOR 'a'@'%';", Stage.VERIFY),
        ("SELECT 1;", Stage.VERIFY),
        ("GRANT SELECT ON x.* TO 'a'@'%';", Stage.PREPARE),
        ("ALTER TABLE `drop index`.t ALTER INDEX i INVISIBLE;", Stage.PREPARE),
        ("ALTER TABLE t ALTER COLUMN c DROP DEFAULT;", Stage.PREPARE),
        ("ALTER TABLE t DROP INDEX i;", Stage.TAKE),
        ("revoke SELECT ON *.* FROM 'a'@'%';", Stage.TAKE),
        ("KILL 5;", Stage.TAKE),
        ("XA ROLLBACK <xid>;", Stage.TAKE),
        ("PURGE RECYCLEBIN;", Stage.TAKE),
    ],
)
def test_the_stage_is_what_a_statement_does(statement: str, stage: Stage) -> None:
    assert find_stage(statement) is stage


def test_grants_come_first_then_what_verifies_then_what_takes_away() -> None:
    script = ["GRANT a;", "SHOW GRANTS;", "REVOKE b;", "GRANT c;", "SHOW GRANTS;", "REVOKE d;"]
    assert list(split_stages(script).items()) == [
        (Stage.PREPARE, ("GRANT a;", "GRANT c;")),
        (Stage.VERIFY, ("SHOW GRANTS;",)),
        (Stage.TAKE, ("REVOKE b;", "REVOKE d;")),
    ]
    assert split_stages([]) == {}


def test_reading_changes_nothing() -> None:
    assert not changes_something(["SELECT 1;", "SHOW TABLES;"])
    assert changes_something(["SELECT 1;", "KILL 5;"])
