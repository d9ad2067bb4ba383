"""Names that we give to resources: one string for comparing, a text in every language for readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.model.terms import Scalar, Text


class Named(str):
    """A resource whose name we give. The string is the English name, its identity; ``text`` is for every language.

    Example: ``Named("return code {code}", code="-4012")``. Values may be ``Named``, too.
    """

    text: Text

    def __new__(cls, msgid: str, /, **values: str) -> Named:
        """Make the English string, and keep the text for other languages."""
        name = super().__new__(cls, msgid.format_map(values))
        name.text = Text(msgid, localize_names(values))
        return name


def localize_names(values: Mapping[str, Scalar]) -> dict[str, Scalar | Text]:
    """Return the values of a text, with each ``Named`` replaced by its text in the reader's language."""
    return {key: value.text if isinstance(value, Named) else value for key, value in values.items()}


def list_names(names: Sequence[str]) -> Named:
    """Join the first five names into one, for a sentence."""
    shown = {f"name{number}": name for number, name in enumerate(names[:5])}
    more = ", …" if len(names) > len(shown) else ""
    return Named(", ".join(f"{{{key}}}" for key in shown) + more, **shown)


def is_meta(tenant_id: int | None) -> bool:
    """Whether this is the META tenant of a user tenant. These have odd ids above 1; id 1 is sys."""
    return tenant_id is not None and tenant_id > 1 and tenant_id % 2 == 1


def tenant_name(tenant_id: int | None) -> Named:
    """Return a tenant's stable resource name. Views of user tenants and of the embedded kernel may have no id."""
    return Named("tenant") if tenant_id is None else Named("tenant {tenant}", tenant=str(tenant_id))
