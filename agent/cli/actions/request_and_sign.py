"""What ``ob-health authorize`` does: write the request, sign it, and verify the signature."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.catalogue import registry, rules
from agent.catalogue.registry import Registry
from agent.cli.actions.grants import USUAL_CLASSES, parse_data_classes
from agent.cli.actions.targets import choose_exit_code, select_targets
from agent.collection.signed_scope import list_covered
from agent.engagement.authorization.authorize import authorize
from agent.engagement.authorization.drafting import DraftOptions, SampleAsk, draft_request, write_request_yaml
from agent.engagement.authorization.request import Request, parse_signed
from agent.engagement.engagement_file import Engagement
from agent.engagement.scaffold import refuse_leftovers
from agent.facts import find_source_spec
from agent.model.authorization import WEEKDAYS
from agent.model.terms import TenantKind, Text
from agent.service.sampling import SAMPLE_SOURCES
from agent.support import console, sshsig
from agent.support.errors import ConfigError, NotAuthorized
from agent.support.files import read_whole, write_once, write_whole
from agent.support.i18n import LANGUAGES, translate
from agent.support.suggestions import suggest_words

USUAL_FILE = "authorization.yaml"
USUAL_DAYS_VALID = 100  # a quarter, and some days to agree on the next one
USUAL_HOURS = "22:00-06:00"
USUAL_RETENTION_DAYS = 200  # two quarters: the last assessment is there to compare with, and carried findings
_CLOCK = r"((?:[01]\d|2[0-3]):[0-5]\d|24:00)"
_HOURS = re.compile(f"{_CLOCK}-{_CLOCK}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """Options of a request, from the command line. An empty option takes its default."""

    asked_by: str = ""
    approver: str = ""
    reference: str = ""
    targets: Sequence[str] = ()
    data_classes: Sequence[str] = ()
    days_valid: int = USUAL_DAYS_VALID
    weekdays: Sequence[str] = ()
    hours: str = USUAL_HOURS
    sample_hours: str = ""
    sample_minutes: int = 60
    retention_days: int = USUAL_RETENTION_DAYS
    allow_privileges: str = ""
    language: str = ""
    for_incidents: bool = False


def write_request(engagement: Engagement, path: Path, options: RequestOptions, now: datetime) -> Path:
    """Write the request for the customer. Return its path.

    Raises ConfigError for an option that is not valid, for an engagement that is not filled in, and for a file that
    exists already.
    """
    refuse_leftovers(engagement)
    if path.exists():
        args = {"file": str(path)}
        text = "{file} already exists and is never overwritten; choose another name, or move it away"
        raise ConfigError(Text(text, args))
    found, ask = registry.load_registry(engagement.rules.checks), _complete_options(engagement, options, now)
    language = _choose_language(options.language or engagement.language[0])
    kinds = {engagement.targets[name].kind for name in ask.targets}
    sources = dict.fromkeys(row for kind in kinds for row in found.sources_of(kind))
    sources |= dict.fromkeys(registry.FOR_INCIDENTS if options.for_incidents else ())
    content = write_request_yaml(
        draft_request(engagement, sources, ask), path.name, language, _list_purposes(found, kinds, sources, language)
    )
    parse_signed(Request, content.encode(), path)  # we must be able to read later what the customer signs
    try:
        write_once(path, content.encode())
    except OSError as error:
        args = {"file": str(path), "reason": error.strerror or type(error).__name__}
        raise ConfigError(
            Text("{file} cannot be written ({reason}); choose another directory or correct its permissions", args)
        ) from None
    return path


def _choose_language(given: str) -> str:
    if given not in LANGUAGES:
        text = "There is no language {given}; known are {known}."
        raise ConfigError(
            Text(text, {"given": given, "known": ", ".join(LANGUAGES)}), suggest_words([given], LANGUAGES)
        )
    return given


def _list_purposes(
    found: Registry, kinds: Set[TenantKind], wanted: Iterable[type], language: str
) -> dict[str, list[str]]:
    """Return the titles of the checks by the source that they need, and what twin and incidents need theirs for."""
    purposes: dict[str, list[str]] = {}
    for spec in found.checks.values():
        if kinds & set(spec.tenants):
            title = translate(spec.title, language, found.translations)
            for row in spec.facts.values():
                purposes.setdefault(row.__name__, []).append(title)
    asked = set(wanted)
    for row, purpose in (*registry.FOR_THE_TWIN.items(), *registry.FOR_INCIDENTS.items()):
        if row in asked:
            purposes.setdefault(row.__name__, []).append(translate(purpose, language))
    return purposes


def _complete_options(engagement: Engagement, options: RequestOptions, now: datetime) -> DraftOptions:
    asked_by = options.asked_by or engagement.report.prepared_by
    if not asked_by:
        raise ConfigError("A request names who asks; give --asked-by, or report.prepared_by in the engagement file.")
    today = now.astimezone(engagement.service.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = _parse_hours("--hours", options.hours)
    return DraftOptions(
        reference=options.reference or f"OBH-{today:%Y%m%d}-{secrets.token_hex(2)}",
        asked_by=asked_by,
        approver=options.approver or engagement.customer.contact or engagement.customer.name,
        targets=[select_targets(engagement, name)[0] for name in options.targets or engagement.targets],
        data_classes=parse_data_classes(options.data_classes) or USUAL_CLASSES,
        not_before=_fix_offset(today),
        not_after=_fix_offset(today + timedelta(days=options.days_valid)),
        window={
            "days": _parse_weekdays(options.weekdays),
            **hours,
            "timezone": engagement.service.timezone,
        },
        sampling=_ask_for_samples(engagement, options),
        retention_days=options.retention_days,
        allow_privileges=options.allow_privileges,
    )


def _ask_for_samples(engagement: Engagement, options: RequestOptions) -> SampleAsk | None:
    if not options.sample_hours:
        return None
    window = {**_parse_hours("--sample-hours", options.sample_hours), "timezone": engagement.service.timezone}
    return SampleAsk(window, options.sample_minutes, SAMPLE_SOURCES)


def _parse_hours(option: str, given: str) -> dict[str, str]:
    """Return when a window opens and closes."""
    hours = _HOURS.fullmatch(given)
    if hours is None:
        text = "{option} takes a span such as 01:00-05:00, not {given}."
        raise ConfigError(Text(text, {"option": option, "given": given}))
    return {"opens": hours[1], "closes": hours[2]}


def _fix_offset(moment: datetime) -> datetime:
    """Return the moment with the offset of that day, because a file holds no name of a zone with a time."""
    return datetime.fromisoformat(moment.isoformat())


def _parse_weekdays(words: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(words) - set(WEEKDAYS))
    if unknown:
        args = {"given": ", ".join(unknown), "known": ", ".join(WEEKDAYS)}
        raise ConfigError(Text("Unknown weekday: {given}; known are {known}.", args), suggest_words(unknown, WEEKDAYS))
    return tuple(day for day in WEEKDAYS if day in words) if words else WEEKDAYS


def sign_file(path: Path, key: sshsig.PrivateKey) -> Path:
    """Sign as ``ssh-keygen -Y sign -n ob-health`` does. Return the path of the signature. Raises ConfigError."""
    content = read_whole(path)
    signature = path.with_name(path.name + ".sig")
    try:
        write_whole(signature, sshsig.sign_content(content, key))
    except OSError as error:
        args = {"file": str(signature), "reason": error.strerror or type(error).__name__}
        raise ConfigError(
            Text("{file} cannot be written ({reason}); choose another directory or correct its permissions", args)
        ) from None
    return signature


def read_signing_key(path: Path) -> sshsig.PrivateKey:
    """Read an OpenSSH private key.

    Raises ConfigError for a key with a passphrase, which ssh-keygen can use, and for a key that is not accepted.
    """
    args = {"path": str(path)}
    try:
        return sshsig.parse_private_key(read_whole(path))
    except TypeError:
        raise ConfigError(
            Text("{path} has a passphrase; sign with it by: ssh-keygen -Y sign -n ob-health -f {path} FILE", args)
        ) from None
    except ValueError:
        raise ConfigError(
            Text(
                "{path} is no private key that can be used; "
                "take an OpenSSH key of the kind ed25519, ECDSA, or RSA of at least 2048 bits",
                args,
            )
        ) from None


def verify_all(engagement: Engagement, target: str | None, now: datetime, outside_service: str = "") -> int:
    """Check for each target what ``assess`` checks before it connects. Return the exit code.

    Raises RulesError for overrides and mutes that are not valid.
    """
    found = registry.load_registry(engagement.rules.checks)
    from agent import pipeline  # what a signature needs does not

    pipeline.apply_rules(engagement, found.checks, rules.load_rules(found.checks), now)
    codes = []
    for name in select_targets(engagement, target):
        rows = [row for row in found.sources_of(engagement.targets[name].kind) if find_source_spec(row)]
        try:
            allowed = authorize(engagement, name, now, rows, outside_service)
        except NotAuthorized as error:
            console.fail(error, name)
            codes.append(error.exit_code)
            continue
        codes.append(0)
        console.say(
            "{target}: authorization {reference} holds until {until}, signed with {signer}",
            "bold",
            target=name,
            reference=allowed.reference,
            until=allowed.not_after.astimezone(UTC),
            signer=allowed.signer,
        )
        for note in allowed.notes:
            console.warn(note)
        read = list_covered(rows, allowed)
        unread = ", ".join(row.__name__ for row in rows if row not in read)
        console.say(
            "    {covered_count} of {all_count} data sources are covered", covered_count=len(read), all_count=len(rows)
        )
        if unread:
            console.say("    not covered, so not read: {names}", names=unread)
    return choose_exit_code(codes)
