"""Decides whether a bundle may be assessed: whose it is, whether it was used before, and what the customer had signed.

What an assessment over a connection would have been refused for, is refused here too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.archive.bundle.contents import MOST_BYTES, unpack_bundle
from agent.archive.bundle.encryption import decrypt_content, is_encrypted
from agent.archive.history.store import History
from agent.archive.snapshot import build_snapshot, read_snapshot_content
from agent.catalogue.registry import Registry
from agent.collection.journal import JournalState, verify_journal_content
from agent.collection.signed_scope import list_covered
from agent.engagement.authorization.authorize import authorize
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import find_current_period, list_done
from agent.facts import find_source_spec
from agent.model.assessment import PastAssessment
from agent.model.authorization import Authorization
from agent.model.bundle import Bundle, BundledTarget
from agent.model.snapshot import Snapshot
from agent.model.terms import Scalar, Text
from agent.service.periods import read_recorded
from agent.service.retention import CLOCKS_MAY_DIFFER
from agent.support.errors import BundleError, NotAuthorized
from agent.support.files import read_whole

Args = dict[str, Scalar | Text]
# Targets are read one after the other from one start on, and each may have to be waited for.
_LONGEST_RUN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AdmittedTarget:
    """What may be assessed of a target, and under which authorization. ``journal`` is None where names are redacted."""

    told: BundledTarget
    authorization: Authorization
    facts: Snapshot
    journal: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a bundle is held against. ``now`` is the time of this machine (aware)."""

    engagement: Engagement
    history: History
    registry: Registry
    counts_from_pct: float
    now: datetime
    outside_service: str = ""


def read_bundle(path: Path, engagement: Engagement, identity: str | None) -> Bundle:
    """Read a bundle of the engagement's customer; ``identity`` refers to the key that opens an encrypted one.

    Raises BundleError for a file that is damaged, altered, somebody else's or none, ConfigError where something is
    missing here, and NotAuthorized if the engagement names no authorization.
    """
    content = read_whole(path, BundleError, MOST_BYTES)
    if is_encrypted(content):
        content = decrypt_content(content, identity, str(path))
    bundle = unpack_bundle(content, find_bundle_signer(engagement), str(path))
    if bundle.head.customer != engagement.customer.name:
        text = "{path}: this is a bundle of {theirs}, and the engagement is of {ours}. Name the engagement of {theirs}."
        args = {"path": str(path), "theirs": bundle.head.customer, "ours": engagement.customer.name}
        raise BundleError(Text(text, args))
    return bundle


def find_bundle_signer(engagement: Engagement) -> str:
    """Return the public key that bundles of this customer are signed with. Raises NotAuthorized without one."""
    block = engagement.authorization
    if block is None:
        text = (
            "The engagement names no authorization, so nothing says with which key bundles are signed. Write one with "
            "ob-health authorize request, and have {customer} sign it."
        )
        raise NotAuthorized(Text(text, {"customer": engagement.customer.name}))
    return block.bundle_signer or block.signer


def select_bundled(bundle: Bundle, engagement: Engagement, target: str | None) -> list[BundledTarget]:
    """Return the named target of a bundle, or all. Raises BundleError for one that bundle or engagement lack."""
    there = {told.name: told for told in bundle.head.targets}
    args: Args = {"path": bundle.where, "target": target or "", "names": ", ".join(there)}
    if target is not None and target not in there:
        raise BundleError(Text("{path}: the bundle holds no target {target}; it holds {names}.", args))
    chosen = [there[target]] if target else list(bundle.head.targets)
    foreign = [told.name for told in chosen if told.name not in engagement.targets]
    if foreign:
        text = "{path}: the engagement has no target {foreign}, which the bundle holds. Name the right engagement."
        raise BundleError(Text(text, args | {"foreign": ", ".join(foreign)}))
    return chosen


def admit_target(bundle: Bundle, told: BundledTarget, admission: Admission) -> AdmittedTarget:
    """Return what may be assessed of a target.

    Raises BundleError if it was used before, is too late, or does not fit what the bundle says; NotAuthorized if it was
    read beyond what the customer has signed.
    """
    args: Args = {"path": bundle.where, "target": told.name, "id": told.assessment_id}
    recorded = read_recorded(admission.history, admission.engagement, told.name)
    _refuse_used(told, recorded, args)
    _refuse_other_time(told, admission, args)
    authorization = _require_authorization(told, admission, args)
    _refuse_forgotten(told, authorization, admission, args)
    _refuse_late(told, recorded, admission, args)
    parts = bundle.parts[told.name]
    facts = _open_snapshot(parts.snapshot, told, admission, args)
    if parts.journal is not None:
        _refuse_other_journal(parts.journal, told, bundle.head.customer, args)
    _refuse_beyond_scope(facts, authorization, args)
    return AdmittedTarget(told, authorization, facts, parts.journal)


def _refuse_used(told: BundledTarget, recorded: Sequence[PastAssessment], args: Args) -> None:
    if any(past.id == told.assessment_id for past in recorded):
        text = (
            "{path}: {target} was assessed from this bundle before; {id} is in the history. Its report is written "
            "again with: ob-health render -a {id}"
        )
        raise BundleError(Text(text, args))
    newer = [past for past in recorded if past.as_of >= told.as_of]
    if newer:
        text = (
            "{path}: {target} was read at {moment}, and the history has a newer assessment, {newer}. It may not "
            "be older than that: ask for a new bundle."
        )
        raise BundleError(Text(text, args | {"moment": told.as_of, "newer": newer[-1].id}))


def _refuse_other_time(told: BundledTarget, admission: Admission, args: Args) -> None:
    """Refuse times that contradict each other or this machine's clock: period and authorization are read from them."""
    early, late = min(told.sent_at), max(told.sent_at)
    fits = told.as_of - CLOCKS_MAY_DIFFER <= early and late <= told.as_of + _LONGEST_RUN
    if not fits:
        text = "{path}: the times that the bundle tells of {target} contradict each other. Ask for a new one."
        raise BundleError(Text(text, args))
    if late > admission.now + CLOCKS_MAY_DIFFER:
        text = (
            "{path}: {target} was read at {moment}, which is still to come by the clock of this machine. Correct the "
            "wrong clock, and ask for a new bundle if it was the customer's."
        )
        raise BundleError(Text(text, args | {"moment": late}))


def _require_authorization(told: BundledTarget, admission: Admission, args: Args) -> Authorization:
    """Return the authorization that covers every statement. It is asked for the moment of the first one."""
    sources = admission.registry.sources_of(admission.engagement.targets[told.name].kind)
    moment = min(told.sent_at)
    found = authorize(admission.engagement, told.name, moment, sources, admission.outside_service)
    if found.sha256 != told.authorization_sha256:
        text = (
            "{path}: {target} was read under the authorization {theirs}, and the document of the engagement is another "
            "one, {ours}. Name that of {theirs} in authorization.document."
        )
        values: Args = {"theirs": told.authorization_reference, "ours": found.reference}
        raise BundleError(Text(text, args | values))
    for moment in told.sent_at:
        objection = found.find_time_objection(moment)
        if objection:
            text = "{path}: {target} was read when it was not permitted, so it is not assessed. {objection}"
            raise NotAuthorized(Text(text, args | {"objection": objection}))
    return found


def _refuse_forgotten(told: BundledTarget, authorization: Authorization, admission: Admission, args: Args) -> None:
    days = authorization.retention_days
    if days is not None and told.as_of + timedelta(days=days) <= admission.now:
        text = (
            "{path}: {target} was read at {moment}, and authorization {reference} lets it be kept for {kept_days}. "
            "Delete the bundle, and ask for a new one."
        )
        values: Args = {"moment": told.as_of, "reference": authorization.reference, "kept_days": days}
        raise BundleError(Text(text, args | values))


def _refuse_late(told: BundledTarget, recorded: Sequence[PastAssessment], admission: Admission, args: Args) -> None:
    """Refuse what was read in a period that is over and needs no assessment any more: it is none of a later period."""
    subscription = admission.engagement.subscription
    period = find_current_period(subscription, told.as_of)
    if period is None or admission.now.astimezone(admission.engagement.service.zone).date() < period.end:
        return
    if list_done(subscription, recorded, admission.counts_from_pct)[period.number - 1]:
        text = (
            "{path}: {target} was read in period {number}, which is over and has its assessment. It does not count for "
            "a later one: ask for a new bundle."
        )
        raise BundleError(Text(text, args | {"number": period.number}))


def _open_snapshot(content: bytes, told: BundledTarget, admission: Admission, args: Args) -> Snapshot:
    where = f"{args['path']}, {told.name}"
    found = read_snapshot_content(content, where)
    facts = build_snapshot(found.plain, admission.registry.sources, where)
    same_target = told.is_redacted or facts.target == told.name
    receipt_fits = facts.receipt is None or facts.receipt.journal_sha256 == told.journal_sha256
    same_kind = facts.tenant_kind is admission.engagement.targets[told.name].kind
    is_as_told = bool(found.sealed) == told.is_redacted and facts.as_of == told.as_of
    if not (same_target and receipt_fits and same_kind and is_as_told):
        raise _build_mixed(args)
    return dataclasses.replace(facts, target=told.name)


def _refuse_other_journal(content: bytes, told: BundledTarget, customer: str, args: Args) -> None:
    found = verify_journal_content(content, f"{args['path']}, {told.name}")
    of_this_run = (found.assessment_id, found.customer, found.target) == (told.assessment_id, customer, told.name)
    is_as_told = (found.head, found.sent_at) == (told.journal_sha256, told.sent_at)
    if not (found.state is JournalState.INTACT and of_this_run and is_as_told):
        raise _build_mixed(args)


def _build_mixed(args: Args) -> BundleError:
    text = (
        "{path}: snapshot and journal of {target} do not belong together, or to what the bundle says of them. "
        "Ask for a new bundle."
    )
    return BundleError(Text(text, args))


def _refuse_beyond_scope(facts: Snapshot, authorization: Authorization, args: Args) -> None:
    read = [row for row, found in facts.facts.items() if find_source_spec(row) and isinstance(found, tuple) and found]
    covered = set(list_covered(read, authorization))
    beyond = sorted(row.__name__ for row in read if row not in covered)
    if beyond:
        text = (
            "{path}: the bundle holds {names} of {target}, which authorization {reference} does not cover. Nothing of "
            "it is assessed."
        )
        raise NotAuthorized(Text(text, args | {"names": ", ".join(beyond), "reference": authorization.reference}))
