"""What the entries of an allowlist and the host of an account admit, as the server matches them.

An entry is an address, an address with a mask or the length of a prefix, or a pattern with % and _.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from agent.api import KernelCode

MATCHING = KernelCode("deps/oblib/src/lib/net/ob_net_util.cpp", "ObNetUtil::is_match")
Address = IPv4Address | IPv6Address

# Public addresses spread over all there are, with parts of one to three digits. Private ones would tell nothing.
_PUBLIC_4 = tuple(
    address
    for first in range(1, 224)
    for rest in ("1.2.3", "23.45.67", "123.9.245", "9.208.21")
    if (address := IPv4Address(f"{first}.{rest}")).is_global
)
_PUBLIC_6 = tuple(IPv6Address((first << 112) + (first << 40) + 1) for first in range(0x2400, 0x3000, 37))
# Each with the text that patterns are compared with.
_FAMILIES = tuple([(address, str(address)) for address in family] for family in (_PUBLIC_4, _PUBLIC_6))


def find_admitting(entries: Iterable[str]) -> tuple[float, list[str]]:
    """Return which percentage of all public addresses these entries admit, and those entries that do so.

    It is that of IPv4 or of IPv6, of which more is admitted.
    """
    # A single address is no share of all, and a list may hold thousands.
    listed = [entry for entry in dict.fromkeys(map(str.strip, entries)) if re.search("[%_/]", entry)]
    return max((_find_admitted(listed, family) for family in _FAMILIES), key=lambda found: found[0])


def _find_admitted(entries: Sequence[str], family: Sequence[tuple[Address, str]]) -> tuple[float, list[str]]:
    left, named = list(family), []
    for entry in entries:
        admits = _read_entry(entry)
        rest = [(address, text) for address, text in left if not admits(address, text)]
        if len(rest) < len(left):
            named.append(entry)
        left = rest
    return 100 * (1 - len(left) / len(family)), named


def _read_entry(entry: str) -> Callable[[Address, str], bool]:
    """Return whether an entry admits an address, as a function of the address and its text."""
    host, slash, mask = entry.partition("/")
    if slash:
        try:
            own = ip_address(host)
            bits = int(ip_address(mask)) if re.search("[.:]", mask) else _make_mask(int(mask), own.max_prefixlen)
        except ValueError:
            return lambda address, text: False
        return lambda address, text: address.version == own.version and int(address) & bits == int(own) & bits
    # Patterns of fnmatch are matched in linear time, whatever stands in the entry.
    pattern = "".join({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}.get(letter, letter) for letter in entry)
    matches = re.compile(fnmatch.translate(pattern)).match
    return lambda address, text: matches(text) is not None


def _make_mask(length: int, width: int) -> int:
    if not 0 <= length <= width:
        raise ValueError(length)
    return (1 << width) - (1 << (width - length))
