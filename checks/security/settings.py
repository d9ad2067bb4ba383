"""Variables, parameters and attestations that the security checks read."""

from __future__ import annotations

from agent.api import NotAssessed, Params, Text, params
from agent.facts.given import Attestation
from agent.facts.settings import Parameter, Variable

ALLOWLIST = "ob_tcp_invited_nodes"
TOLD = {
    "console_whitelist_restricted": "whether the whitelist of the cloud console is restricted",
    "tde_enabled": "whether transparent data encryption (TDE) is on",
}


@params
class DoorParams(Params):
    """From which share of the public addresses on a door counts as open."""

    min_admitted_pct: float


def value_of(settings: tuple[Variable, ...] | tuple[Parameter, ...], name: str) -> str:
    """Return the value as the server spells it, "" for NULL. Raises NotAssessed if the server does not list it."""
    for row in settings:
        if row.name == name:
            return row.value or ""
    raise NotAssessed("{name} is not listed.", name=name)


def guarded_by_console(attestations: tuple[Attestation, ...]) -> bool:
    """Return whether somebody attested a restricted whitelist in the cloud console, which SQL cannot see."""
    return any(item.key == "console_whitelist_restricted" and item.value is True for item in attestations)


def attested_switch(attestations: tuple[Attestation, ...], key: str) -> Attestation:
    """Return what somebody attested about a switch. Raises NotAssessed if nobody has, or if it has expired."""
    for item in attestations:
        if item.key == key:
            return item
    raise NotAssessed("Not provided: {fact}.", "Provide this fact: {fact}.", fact=Text(TOLD[key]))
