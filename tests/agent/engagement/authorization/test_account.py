"""An account that may do more than read is refused by one message, unless the customer signed for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.engagement.authorization.account import admit_account
from agent.model.authorization import Authorization
from agent.model.snapshot import Capabilities
from agent.model.terms import TenantKind, Version
from agent.support.errors import NotAuthorized, TargetError
from agent.support.i18n import render_text

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLAIN = Authorization(reference="T-1", approver="A DBA", not_before=NOW, not_after=NOW, data_classes=frozenset())
ALLOWED = Authorization(
    reference="T-1",
    approver="A DBA",
    not_before=NOW,
    not_after=NOW,
    data_classes=frozenset(),
    allow_privileges="only root exists in the lab",
)


def seen(beyond: tuple[str, ...] | None) -> Capabilities:
    return Capabilities(version=Version(4, 2, 5), tenant_kind=TenantKind.USER, account="r@%", beyond_reading=beyond)


@pytest.mark.parametrize("authorization", [PLAIN, ALLOWED])
def test_an_account_that_only_reads_is_taken_as_it_is(authorization: Authorization) -> None:
    found = seen(())
    assert admit_account(found, authorization, "shop") is found


def test_more_than_reading_is_refused_with_names_account_and_what_to_do() -> None:
    with pytest.raises(NotAuthorized) as caught:
        admit_account(seen(("INSERT, UPDATE ON `shop`.`orders`", "SUPER ON *.*")), PLAIN, "shop")
    message = render_text(caught.value.text, "en")
    assert caught.value.exit_code == 3
    assert message == (
        "shop: the account r@% may do more than read, so nothing was read: INSERT, UPDATE ON `shop`.`orders`; SUPER ON "
        "*.*. Use an account made with the script that ob-health grants prints, or ask the customer to sign a request "
        "that allows it: ob-health authorize request --allow-write-privileges REASON"
    )


def test_what_the_customer_allows_is_said_and_not_refused() -> None:
    found = admit_account(seen(("SUPER ON *.*",)), ALLOWED, "shop")
    (problem,) = found.problems
    assert render_text(problem.what, "en") == (
        "Authorization T-1 allows an account that may do more than read (only root exists in the lab): only the "
        "statement gate of the program protects the data, not the account."
    )


def test_an_account_that_cannot_be_known_is_no_reader() -> None:
    with pytest.raises(TargetError) as caught:
        admit_account(seen(None), PLAIN, "shop")
    message = render_text(caught.value.text, "en")
    assert message.startswith("shop: the server does not say what the account r@% may do, so nothing was read.")
    assert caught.value.exit_code == 4 and "SHOW GRANTS" in message
    assert len(admit_account(seen(None), ALLOWED, "shop").problems) == 1
