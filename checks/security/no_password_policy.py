"""SEC011: how long the server asks a password to be."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, NotAssessed, Remediation, Rows, Scalar, Unit, check, tenant_name
from agent.facts.settings import Variable
from checks.parameters.changes import change
from checks.security.accounts import LOGIN, VARIABLES
from checks.security.settings import value_of

# The documentation recommends a length of 20 in production, with digits, both cases and special characters.
WANTED = {"length": 20, "mixed_case_count": 1, "number_count": 1, "special_char_count": 1, "policy": 1}
POLICIES = ("LOW", "MEDIUM")


@check(
    code="SEC011",
    name="security.no_password_policy",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="No minimum password length is required",
    consequence="Attackers can guess weak passwords.",
    finding="{resource}: the minimum password length is {value} (limit {limit}; policy {policy}).",
    remediation=Remediation(
        advice="Require a minimum length and mixed characters. The rules apply to passwords set afterwards, so change "
        "the existing weak ones, too.",
        sql=tuple(f"SET GLOBAL validate_password_{name} = {{{name}_to}};" for name in WANTED),
        rollback=tuple(f"SET GLOBAL validate_password_{name} = {{{name}_is}};" for name in reversed(WANTED)),
        pre_check="Tools that create accounts generate passwords that meet the new rules.",
        post_check="SHOW VARIABLES LIKE 'validate_password%' shows the new values.",
        risk="Scripts that set weaker passwords fail; existing passwords remain valid.",
    ),
    sources=(
        DocPage(f"{LOGIN}/200.password-complexity-of-mysql-mode.md"),
        DocPage(f"{VARIABLES}/13900.validate_password_length-global.md"),
    ),
)
def no_password_policy(variables: Rows[Variable]) -> Iterator[Measurement]:
    """By default OceanBase accepts any password, even an empty one. Both policies check the length first, so a length
    of 0 means no rule, and weak passwords are what attackers try first."""
    present = {name: _read_number(variables, f"validate_password_{name}") for name in WANTED}
    evidence: dict[str, Scalar] = {"policy": dict(enumerate(POLICIES)).get(present["policy"], str(present["policy"]))}
    for name, wanted in WANTED.items():
        evidence |= change(name, str(present[name]), str(max(wanted, present[name])))
    yield Measurement(tenant_name(None), present["length"], evidence)


def _read_number(variables: Rows[Variable], name: str) -> int:
    """Return the number of a rule. The policy may be shown as a word."""
    text = value_of(variables, name)
    if text.upper() in POLICIES:
        return POLICIES.index(text.upper())
    if text.isdecimal():
        return int(text)
    raise NotAssessed("The value of {setting} could not be interpreted: {present}", setting=name, present=text)
