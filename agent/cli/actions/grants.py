"""What ``ob-health grants`` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.catalogue import registry
from agent.cli.actions.targets import select_targets
from agent.collection.grants import write_grants_script
from agent.collection.server_views import find_server_views
from agent.engagement.authorization.request import Request, parse_signed
from agent.engagement.engagement_file import Engagement
from agent.model.terms import DataClass, TenantKind, Text
from agent.support.errors import ConfigError
from agent.support.files import read_whole
from agent.support.suggestions import suggest_words

USUAL_CLASSES = (
    DataClass.SETTINGS,
    DataClass.STATISTICS,
    DataClass.SQL_TEXT_MASKED,
    DataClass.PLANS,
    DataClass.DEFINITIONS,
    DataClass.ACCOUNTS,
)
_USUAL_USER = "ob_health"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantOptions:
    """Options of the script, from the command line. What is empty or None comes from the engagement, if any."""

    user: str = ""
    host: str = "%"
    data_classes: Sequence[str] = ()
    tls: bool | None = None
    kind: str = ""
    version: str = ""


def make_grants_scripts(options: GrantOptions, engagement: Engagement | None, target: str | None) -> str:
    """Return the script for the customer's DBA, or one after the other for the targets of an engagement.

    Raises ConfigError for an unknown data class, kind of tenant, version or target.
    """
    if engagement is None:
        return _make_script(options, _take_name(options.user), options.kind or TenantKind.USER.value, title="")
    return "\n".join(_make_target_scripts(options, engagement, target))


def _make_target_scripts(options: GrantOptions, engagement: Engagement, target: str | None) -> Iterator[str]:
    granted = _read_asked_classes(engagement)
    for name in select_targets(engagement, target):
        block = engagement.targets[name]
        own = GrantOptions(
            host=options.host,
            data_classes=options.data_classes or granted,
            tls=block.tls.mode != "disabled" if options.tls is None else options.tls,
            version=options.version,
        )
        user, _, tenant = block.user.partition("@")
        title = f"{engagement.customer.name} · {name}: {tenant or block.host}"
        chosen = _take_name(options.user or user)
        yield _make_script(own, chosen, options.kind or block.kind.value, title, engagement)


def _take_name(user: str) -> str:
    """Return the account of a login, which may name tenant and cluster too: ``account@tenant#cluster``."""
    return user.partition("@")[0] or _USUAL_USER


def _make_script(options: GrantOptions, user: str, kind: str, title: str, engagement: Engagement | None = None) -> str:
    chosen = frozenset(parse_data_classes(options.data_classes)) or None
    if kind not in list(TenantKind):
        raise ConfigError(
            Text("--kind takes user or sys, not {word}.", {"word": kind}), suggest_words([kind], TenantKind)
        )
    found = registry.load_registry(engagement.rules.checks if engagement else ())
    return write_grants_script(
        found.sources_of(TenantKind(kind)),
        user,
        options.host,
        data_classes=chosen,
        require_tls=options.tls is not False,
        kind=TenantKind(kind),
        views=find_server_views(options.version, TenantKind(kind)) if options.version else None,
        title=title,
    )


def _read_asked_classes(engagement: Engagement) -> Sequence[str]:
    """The data classes of the document that the engagement names, signed or not yet; the usual ones without it."""
    block = engagement.authorization
    if block is None or not block.document.is_file():
        return USUAL_CLASSES
    return parse_signed(Request, read_whole(block.document), block.document).data_classes


def parse_data_classes(words: Sequence[str]) -> tuple[DataClass, ...]:
    """Return the named data classes in their usual order. Raises ConfigError for an unknown one."""
    unknown = sorted(set(words) - set(DataClass))
    if unknown:
        args = {"given": ", ".join(unknown), "known": ", ".join(DataClass)}
        text = Text("Unknown data class: {given}; known are {known}.", args)
        raise ConfigError(text, suggest_words(unknown, DataClass))
    return tuple(item for item in DataClass if item in words)
