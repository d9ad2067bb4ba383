"""Names that we give to resources: one string for comparing, a text in every language for readers.

A name can be read back into its parts, so that two objects never share one: a part that holds what separates it from
the next, or what cannot be printed, stands in backticks, with escapes. Other parts stand as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Self

from agent.model.placeholders import fill_message, split_message
from agent.model.terms import Scalar, Text

_BACKTICK = "\\x60"


class ResourceName(str):
    """The stable name of a resource. ``former`` is how earlier versions wrote it: the same, for ordinary names."""

    former: str

    def __new__(cls, name: str, former: str | None = None, /) -> ResourceName:
        """Make the name of a resource; without ``former`` it was always written so."""
        made = super().__new__(cls, name)
        made.former = name if former is None else former
        return made

    def formerly(self, former: str) -> Self:
        """Return the name, which earlier versions wrote in this way; for names that have become finer."""
        self.former = former
        return self


class Named(ResourceName):
    """A resource whose name we give. The string is the English name, its identity; ``text`` is for every language.

    Example: ``Named("return code {code}", code="-4012")``. Values may be ``Named``, too.
    """

    text: Text

    def __new__(cls, msgid: str, /, **values: str) -> Named:
        """Make the English string, and keep the text for other languages."""
        parts = dict(_quote_values(msgid, values))
        former = {key: value.former if isinstance(value, ResourceName) else value for key, value in values.items()}
        name = str.__new__(cls, fill_message(msgid, parts))
        name.former = fill_message(msgid, former)
        name.text = Text(msgid, localize_names(parts))
        return name


def fill_name(template: str, values: Mapping[str, Scalar]) -> ResourceName:
    """Return a name made of values, such as ``{owner}.{table}``."""
    parts = dict(_quote_values(template, {key: str(value) for key, value in values.items()}))
    return ResourceName(fill_message(template, parts), fill_message(template, values))


def name_object(*parts: str) -> ResourceName:
    """Return the name of a schema, a table, an index and so on: the parts with dots between them."""
    return ResourceName(".".join(_quote_part(part, ".") for part in parts), ".".join(parts))


def name_account(user: str, host: str = "", *, role: bool = False) -> ResourceName:
    """Return the name of an account, or of a role: ``user@host``, without the host where it is not known."""
    start, end = "role " if role else "", f"@{host}" if host else ""
    quoted = f"@{_quote_part(host)}" if host else ""
    return ResourceName(f"{start}{_quote_part(user, '@ ')}{quoted}", f"{start}{user}{end}")


def _quote_values(template: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each value as it stands in the template, where the first character of what follows it ends it."""
    fields = [*split_message(template), ("", None)]
    ends = "".join(after[0][:1] for before, after in pairwise(fields) if before[1] is not None)
    for (_, key), (literal, following) in pairwise(fields):
        if key is not None:
            value, joined = values[key], following is not None and not literal
            yield key, value if isinstance(value, ResourceName) else _quote_part(value, ends, joined)


def _quote_part(part: str, ends: str = "", always: bool = False) -> str:
    if not always and part.isprintable() and not any(char in part for char in ("`", *ends)):
        return part
    inner = "".join(map(_escape_char, part))
    # Where the next part may begin with a backtick, two of them are no backtick of this one.
    return "`" + (inner.replace("``", _BACKTICK) if always else inner) + "`"


def _escape_char(char: str) -> str:
    if char == "`":
        return "``"
    return char if char.isprintable() and char != "\\" else char.encode("unicode_escape").decode()


def localize_names(values: Mapping[str, Scalar | Text]) -> dict[str, Scalar | Text]:
    """Return the values of a text, with each ``Named`` replaced by its text in the reader's language."""
    return {key: value.text if isinstance(value, Named) else value for key, value in values.items()}


def list_names(names: Sequence[str]) -> Named:
    """Join the first five names into one, for a sentence."""
    shown = {f"name{number}": name for number, name in enumerate(names[:5])}
    more = ", …" if len(names) > len(shown) else ""
    return Named(", ".join(f"{{{key}}}" for key in shown) + more, **shown)


def name_shape(sql_id: str, tenant_id: int | None) -> str:
    """Return the stable name of a SQL shape as a resource. Only sys sees shapes of several tenants."""
    if tenant_id is None:
        return f"SQL {sql_id}"
    return Named("SQL {sql_id} of tenant {tenant}", sql_id=sql_id, tenant=str(tenant_id))


def is_meta(tenant_id: int | None) -> bool:
    """Whether this is the META tenant of a user tenant. These have odd ids above 1; id 1 is sys."""
    return tenant_id is not None and tenant_id > 1 and tenant_id % 2 == 1


def tenant_name(tenant_id: int | None) -> Named:
    """Return a tenant's stable resource name. Views of user tenants and of the embedded kernel may have no id."""
    return Named("tenant") if tenant_id is None else Named("tenant {tenant}", tenant=str(tenant_id))
