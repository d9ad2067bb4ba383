"""SEC011: how long the server asks a password to be."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.settings import Variable
from checks.security.settings import value_of


@check(
    code="SEC011",
    name="security.no_password_policy",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Server accepts very short passwords",
    finding="{resource}: passwords may be as short as {value} characters (a finding up to {limit}; policy {policy}).",
    remediation=Remediation(
        advice="Ask for length and mixed characters. The rules hold for passwords set from then on, so change the "
        "weak ones afterwards.",
        sql=(
            "SET GLOBAL validate_password_length = 12;",
            "SET GLOBAL validate_password_mixed_case_count = 1;",
            "SET GLOBAL validate_password_number_count = 1;",
            "SET GLOBAL validate_password_special_char_count = 1;",
            "SET GLOBAL validate_password_policy = 'MEDIUM';",
        ),
        rollback=(
            "SET GLOBAL validate_password_policy = {policy!l};",
            "SET GLOBAL validate_password_length = {value};",
            "SET GLOBAL validate_password_mixed_case_count = 0;",
            "SET GLOBAL validate_password_number_count = 0;",
            "SET GLOBAL validate_password_special_char_count = 0;",
        ),
        pre_check="Tools that create accounts make passwords that fit the new rules.",
        post_check="SHOW VARIABLES LIKE 'validate_password%' shows the new values.",
        risk="Scripts that set weaker passwords fail; existing passwords go on working.",
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def no_password_policy(variables: Rows[Variable]) -> Iterator[Measurement]:
    """By default OceanBase accepts any password, even an empty one. Both policies check the length first, so a
    length of 0 means no rule at all, and weak passwords are what attackers try first."""
    length = int(value_of(variables, "validate_password_length") or 0)
    policies = {"0": "LOW", "1": "MEDIUM"}
    policy = value_of(variables, "validate_password_policy").upper()
    yield Measurement("tenant", length, {"policy": policies.get(policy, policy)})
