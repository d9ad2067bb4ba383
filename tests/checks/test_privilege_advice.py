"""Whoever follows the advice on privileges has no finding of the family afterwards that was not there before."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

import pytest

from agent.facts.accounts import Account, DatabaseGrant
from agent.model.sql_stages import Stage, find_stage
from agent.model.terms import Outcome
from tests.checks.cases.security import EVERYTHING, KNOWN, OPEN, _account, _grant
from tests.harness import run_check, shipped, snapshot_of

FAMILY = ("SEC002", "SEC003", "SEC004", "SEC005", "SEC019", "SEC020", "SEC021", "SEC022")
# What an account holds on all databases, and on single ones.
GLOBAL = [
    held
    for count in range(4)
    for held in itertools.combinations(("super", "select", "process", "insert", "alter", "file", "grant_option"), count)
] + [
    ("super", "alter_system", "create_user", "select", "insert", "update", "delete", "create", "drop", "alter"),
    ("insert", "create_view", "show_view", "show_db"),
    EVERYTHING,
]
OWN: list[list[DatabaseGrant]] = [
    [],
    [_grant("shop", "select", "insert", "grant_option"), _grant("crm", "select", "grant_option")],
    [_grant("shop", "select", "insert", "drop"), _grant("mysql", "select", "update")],
]
HOSTS = ("10.%", "10.1.2.3")
CHANGE = re.compile(r"(GRANT|REVOKE) (.+) ON (.+)\.(?:\*) (?:TO|FROM) .+?( WITH GRANT OPTION)?;")
Rows = tuple[Account, tuple[DatabaseGrant, ...]]


def columns(privileges: str) -> list[str]:
    """The columns of these privileges, as the views name them."""
    if privileges == "ALL PRIVILEGES":
        return [f"priv_{name}" for name in EVERYTHING]
    names = [name.strip().lower().replace(" ", "_") for name in privileges.split(",")]
    return [f"priv_{'show_db' if name == 'show_databases' else name}" for name in names]


def follow(rows: Rows, statements: Iterable[str]) -> Rows:
    """What the views show after these statements; <database> is a database of the account's own."""
    account, grants = rows
    for statement in statements:
        if statement.startswith("SHOW"):
            continue
        change = CHANGE.fullmatch(statement)
        assert change, statement
        word = "YES" if change[1] == "GRANT" else "NO"
        names = ["priv_grant_option"] if change[4] else columns(change[2])
        database = change[3].strip("`").replace("<database>", "own")
        if database == "*":
            account = replace(account, **dict.fromkeys(names, word))  # type: ignore[arg-type]
            continue
        found = next((grant for grant in grants if grant.database_name == database), _grant(database))
        known = {field.name for field in fields(found)}
        assert set(names) <= known, statement
        found = replace(found, **dict.fromkeys(names, word))  # type: ignore[arg-type]
        rest = [grant for grant in grants if grant.database_name != database]
        grants = (*rest, found) if "YES" in vars_of(found) else tuple(rest)
    return account, grants


def vars_of(grant: DatabaseGrant | Account) -> list[object]:
    return [getattr(grant, field.name) for field in fields(grant)]


def judge(rows: Rows, codes: Sequence[str] = FAMILY) -> dict[str, object]:
    account, grants = rows
    own = replace(KNOWN[0], owner="own", object_name="own")
    results = [run_check(code, snapshot_of([account, *grants, *KNOWN, own, OPEN])) for code in codes]
    return {result.code: result.findings[0] for result in results if result.findings}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("own", OWN, ids=("none", "passes on", "system"))
def test_no_new_finding_of_the_family_after_the_advice(own: list[DatabaseGrant], host: str) -> None:
    followed = 0
    for held in GLOBAL:
        rows: Rows = (_account("shop", host, *held), tuple(own))
        before = judge(rows)
        for code, finding in before.items():
            if code == "SEC002" or not finding.sql:  # type: ignore[attr-defined]
                continue  # another name for the account is tested where it is given
            after = follow(rows, finding.sql)  # type: ignore[attr-defined]
            found = judge(after)
            assert code not in found, (code, held)
            assert set(found) <= set(before), (code, held, set(found) - set(before))
            followed += 1
            assert judge(follow(after, finding.rollback)).keys() == before.keys(), (code, held)  # type: ignore[attr-defined]
            assert follow(after, finding.rollback)[0] == rows[0], (code, held)  # type: ignore[attr-defined]
    assert followed > 30


def test_nothing_that_was_held_remains_after_the_advice() -> None:
    """What nobody is accused of (CREATE VIEW, SHOW VIEW) goes with what is revoked."""
    for held in (("insert", "create_view", "show_view", "show_db"), EVERYTHING):
        rows: Rows = (_account("shop", "10.%", *held), ())
        finding = judge(rows, ["SEC005"])["SEC005"]
        account, grants = follow(rows, finding.sql)  # type: ignore[attr-defined]
        assert "YES" not in vars_of(account), held
        assert grants, held


def test_all_advice_of_the_family_together_leaves_nothing() -> None:
    for held in GLOBAL:
        rows: Rows = (_account("shop", "10.%", *held), ())
        for order in (FAMILY, FAMILY[::-1]):
            after = rows
            for code in order:
                finding = judge(rows, [code]).get(code)
                if finding and code != "SEC002":
                    after = follow(after, finding.sql)  # type: ignore[attr-defined]
            assert set(judge(after)) == set(), (held, order)


def test_what_is_needed_is_granted_and_looked_at_before_anything_is_revoked() -> None:
    ranks = {stage: number for number, stage in enumerate(Stage)}
    for held in GLOBAL:
        for finding in judge((_account("shop", "10.%", *held), ())).values():
            stages = [ranks[find_stage(statement)] for statement in finding.sql]  # type: ignore[attr-defined]
            assert stages == sorted(stages)


@pytest.mark.parametrize("held", GLOBAL)
def test_no_check_of_the_family_passes_an_account_for_which_another_one_revokes_what_it_is_about(
    held: tuple[str, ...],
) -> None:
    """Reading or changing tables everywhere is no pass while SEC003 or SEC005 still has to take it away."""
    facts = [*KNOWN, _account("who", "%", *held)]
    others = [run_check(code, snapshot_of(facts)) for code in ("SEC003", "SEC005")]
    if not any(result.findings for result in others):
        return
    reads = {"select", "process"} & set(held)
    changes = {"insert", "update", "delete"} & set(held) and {"create", "alter", "drop", "index"} & set(held)
    for code, concerned in (("SEC019", reads), ("SEC020", changes)):
        outcome = run_check(code, snapshot_of(facts)).outcome
        assert (outcome is Outcome.PASS) == (not concerned), (code, held, outcome)


def test_placeholders_of_all_checks_are_explained_where_they_are_used() -> None:
    for code, spec in shipped()[0].checks.items():
        remedy = spec.remediation
        used = set(re.findall(r"<[A-Za-z][\w ,]*>", " ".join((*remedy.sql, *remedy.rollback))))
        texts = (remedy.advice, remedy.pre_check, remedy.risk, remedy.no_rollback, *(c.text for c in remedy.cases))
        assert all(name in " ".join(texts) for name in used), (code, used)
