"""Checks that the account only reads, unless the customer signed that it may do more."""

from __future__ import annotations

import dataclasses

from agent.collection.privileges import join_first
from agent.model.authorization import Authorization
from agent.model.snapshot import Capabilities, Problem
from agent.model.terms import Scalar, Text
from agent.support.errors import NotAuthorized, TargetError


def admit_account(seen: Capabilities, authorization: Authorization, target: str) -> Capabilities:
    """Return what preflight saw, with a note if the account may do more than read and the customer allowed that.

    If the customer did not allow it, raises NotAuthorized for an account that may do more than read, and TargetError
    if the server does not say what the account may do.
    """
    if seen.beyond_reading == ():
        return seen
    args: dict[str, Scalar] = {
        "target": target,
        "account": seen.account,
        "reference": authorization.reference,
        "reason": authorization.allow_privileges,
        "names": join_first(seen.beyond_reading or ()),
    }
    if authorization.allow_privileges:
        allowed = Problem(
            Text(
                "Authorization {reference} allows an account that may do more than read ({reason}): only the "
                "statement gate of the program protects the data, not the account.",
                args,
            )
        )
        return dataclasses.replace(seen, problems=(*seen.problems, allowed))
    if seen.beyond_reading is None:
        raise TargetError(
            Text(
                "{target}: the server does not say what the account {account} may do, so nothing was read."
                " The account must be able to run SHOW GRANTS.",
                args,
            )
        )
    raise NotAuthorized(
        Text(
            "{target}: the account {account} may do more than read, so nothing was read: {names}. Use an account made"
            " with the script that ob-health grants prints, or ask the customer to sign a request that allows it:"
            " ob-health authorize request --allow-write-privileges REASON",
            args,
        )
    )
