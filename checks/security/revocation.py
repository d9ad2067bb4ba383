"""How privileges are taken from an account, and given on its own databases only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.api import Case, NotAssessed, Scalar, known, list_names
from agent.facts.accounts import Account
from checks.security.accounts import CHANGING, POWERFUL, SEEING, STRUCTURE, WRITING, full_name, held, is_tied

# What nobody is accused of, and what must not remain where more is revoked.
DEFINING = {"CREATE VIEW": "priv_create_view", "SHOW VIEW": "priv_show_view", "SHOW DATABASES": "priv_show_db"}
# GRANT ALL gives more than the view has columns for, some of it by words that REVOKE does not take (4.3.5.3).
EVERYTHING = "ALL PRIVILEGES"
_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
# What an account needs of its global privileges is granted on its database and looked at before they are revoked; the
# way back is the other way round. Without anything to grant, the first statement and the last are left out.
MOVE_TO_DATABASE = (
    "GRANT {granted} ON <database>.* TO {user!l}@{host!l};",
    "SHOW GRANTS FOR {user!l}@{host!l};",
    "REVOKE {revoked} ON *.* FROM {user!l}@{host!l};",
)
MOVE_BACK = (
    "GRANT {revoked} ON *.* TO {user!l}@{host!l};",
    "REVOKE {granted} ON <database>.* FROM {user!l}@{host!l};",
)
# What <database> stands for in these statements.
OWN_DATABASE = Case(
    "In the statements, put the name of the account's own database in place of <database>; repeat the statement for "
    "each, if there are several.",
    when=known("granted"),
)


def holds_everything(account: Account) -> bool:
    """Whether the account has all global privileges that can be read, as GRANT ALL gives them."""
    return all(
        getattr(account, column) == "YES"
        for column in {**POWERFUL, **WRITING, **SEEING, **CHANGING, **DEFINING}.values()
    )


def plan_revocation(account: Account, privileges: Sequence[str], *, with_reading: bool) -> dict[str, Scalar]:
    """Return the evidence of global privileges that are too many, with what MOVE_TO_DATABASE revokes and grants.

    ``with_reading``: what only reads or shows goes as well, unless the account is tied to one address. Left behind, it
    would be the next finding. Of what was global, the work with rows is granted on the account's own database. Whoever
    works with rows gets no privileges on the structure there, for that would be the next finding, too. An account that
    holds everything loses everything, for part of that has no column in the view.
    """
    reading = held(account, {**SEEING, **DEFINING}) if with_reading and not is_tied(account) else []
    revoked = [*privileges, *(name for name in reading if name not in privileges)]
    everything = bool(reading) and holds_everything(account)
    granted = [name for name in _ROWS if name in revoked or everything]
    granted = granted or [name for name in (*STRUCTURE, "DROP") if name in revoked]
    return {
        "privileges": ", ".join(privileges),
        "revoked": EVERYTHING if everything else ", ".join(revoked),
        "granted": ", ".join(granted) or None,
        "user": account.user_name,
        "host": account.host,
    }


def leave_to_others(accounts: Iterable[Account]) -> None:
    """Raise NotAssessed for accounts whose privileges on all databases other checks have revoked.

    These privileges are findings there; only without them can be told whether anything is left.
    """
    names = [full_name(account) for account in accounts]
    if names:
        raise NotAssessed(
            "{names} may do this on all databases: see SEC003 and SEC005, whose statements revoke it. What is left can "
            "be judged once that is done.",
            names=list_names(names),
        )
