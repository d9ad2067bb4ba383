"""One spelling of a network address."""

from __future__ import annotations

import ipaddress


def is_address(host: str) -> bool:
    """Whether this is an address, with or without brackets, and not a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def unify_address(host: str) -> str:
    """Return one spelling of an address: views write IPv6 with or without brackets and zeros. Names stay."""
    return str(ipaddress.ip_address(host.strip("[]"))) if is_address(host) else host
