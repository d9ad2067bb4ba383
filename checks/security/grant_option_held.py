"""SEC004: ordinary accounts and roles that may pass their privileges on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.api import Actor, Case, DocPage, Measurement, Remediation, Rows, Scalar, Unit, Unjudged, check
from agent.facts.accounts import Account, DatabaseGrant
from agent.facts.given import Administrator
from checks.security.accounts import (
    PRIVILEGES,
    STATEMENTS,
    VIEWS,
    empowered,
    full_name,
    group_grants,
    is_local,
    list_databases,
)

# So many databases are named by a statement each.
_NAMED = tuple(f"database_{number}" for number in range(1, 5))


@check(
    code="SEC004",
    name="security.grant_option_held",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Ordinary account may pass its privileges on",
    consequence="Accounts that nobody has approved can get access to the data.",
    finding="{resource} holds GRANT OPTION on {granted_on} and can give its privileges there to others.",
    remediation=Remediation(
        advice="Revoke GRANT OPTION; let only administrators grant. The account keeps its other privileges.",
        sql=(
            "REVOKE GRANT OPTION ON {everything} FROM {user!l}@{host!l};",
            *(f"REVOKE GRANT OPTION ON {{{name}!i}}.* FROM {{user!l}}@{{host!l}};" for name in _NAMED),
        ),
        rollback=(
            *(f"GRANT USAGE ON {{{name}!i}}.* TO {{user!l}}@{{host!l}} WITH GRANT OPTION;" for name in _NAMED[::-1]),
            "GRANT USAGE ON {everything} TO {user!l}@{host!l} WITH GRANT OPTION;",
        ),
        pre_check="Ask whether a deployment tool grants privileges with this account.",
        post_check="SHOW GRANTS for the account no longer ends with WITH GRANT OPTION.",
        risk="GRANT statements of this account fail afterwards.",
        cases=(
            Case(
                "SHOW GRANTS lists its databases: revoke the option in each of them.",
                when=lambda told: told["databases_count"] is not None and told["database_1"] is None,
            ),
        ),
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/300.delegation-of-authority-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def grant_option_held(
    accounts: Rows[Account], grants: Rows[DatabaseGrant], administrators: Rows[Administrator]
) -> Iterator[Measurement | Unjudged]:
    """Whoever may grant decides who has access. An account that passes its privileges on creates accounts that no
    review knows of, and revoking its own privileges later does not revoke theirs. The option may hold for all
    databases or for one.

    Accounts that log in only on the server itself usually belong to administrators and are not judged.
    """
    for account, granted in group_grants(empowered(accounts, administrators), grants, accounts):
        own = [grant for grant in granted if grant.priv_grant_option == "YES"]
        everywhere = account.priv_grant_option == "YES"
        if (everywhere or own) and is_local(account):
            yield Unjudged(full_name(account))
        elif everywhere or own:
            places = [*(["*.*"] if everywhere else []), *([list_databases(own)] if own else [])]
            told: dict[str, Scalar] = {"granted_on": ", ".join(places), "databases_count": len(own) or None}
            names = {"user": account.user_name, "host": account.host, "everything": "*.*" if everywhere else None}
            evidence = {**told, **names, **_name_databases(own)}
            yield Measurement(full_name(account), "YES", evidence)


def _name_databases(grants: Sequence[DatabaseGrant]) -> dict[str, Scalar]:
    """Return the databases for the statements; none where there are more than these can name."""
    names = [grant.database_name for grant in grants] if len(grants) <= len(_NAMED) else []
    return {**dict.fromkeys(_NAMED), **dict(zip(_NAMED, names, strict=False))}
