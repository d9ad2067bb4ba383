"""SEC008: files anywhere on the server can be read and written."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, tenant_name
from agent.facts.settings import Variable
from checks.security.accounts import VARIABLES
from checks.security.settings import value_of

EVERYWHERE = "/"


@check(
    code="SEC008",
    name="security.secure_file_priv_open",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Files in any path of the server can be read and written",
    consequence="Files of the server can be stolen or overwritten.",
    finding="{resource}: secure_file_priv is {value}, so import and export may use every path of the server.",
    remediation=Remediation(
        advice="Set one directory for import and export, or NULL to forbid both (so does an empty value). The "
        "variable can only be changed through the local Unix socket.",
        sql=("SET GLOBAL secure_file_priv = 'NULL';",),
        rollback=("SET GLOBAL secure_file_priv = {value!l};",),
        pre_check="Ask whether LOAD DATA, SELECT INTO OUTFILE or external tables read files of the server.",
        post_check="In a new session SELECT ... INTO OUTFILE to another directory is refused.",
        risk="Imports and exports with server files outside the directory fail.",
    ),
    sources=(DocPage(f"{VARIABLES}/12000.secure_file_priv-global.md"),),
)
def secure_file_priv_open(variables: Rows[Variable]) -> Iterator[Measurement]:
    """In OceanBase the path / means no restriction, while an empty value or NULL forbids file access, unlike MySQL.
    With /, an account with FILE can read files of the server and write wherever the server process may write."""
    value = value_of(variables, "secure_file_priv")
    if value == EVERYWHERE:
        yield Measurement(tenant_name(None), value)
