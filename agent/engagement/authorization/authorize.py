"""Verifies the customer's signed document and each of its terms, before any connection is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from agent.collection.signed_scope import list_covered
from agent.engagement.authorization.request import Request, Revocation, Sampling, SignedTarget, parse_signed
from agent.engagement.authorization.way import list_way
from agent.engagement.engagement_file import AuthorizationBlock, Engagement, TargetBlock
from agent.engagement.permitted import Validity
from agent.engagement.service_terms import find_missing_term
from agent.facts.own_statements.session import DISPENSABLE, list_own_statements
from agent.model.authorization import Authorization
from agent.model.terms import Scalar, Text
from agent.support import sshsig
from agent.support.errors import ConfigError, NotAuthorized
from agent.support.yaml_file import MAX_BYTES

Args = dict[str, Scalar]
_EARLIER_FORM_ENDS = datetime(2027, 1, 1, tzinfo=UTC)


def authorize(
    engagement: Engagement,
    target_name: str,
    now: datetime,
    sources: Iterable[type],
    outside_service: str = "",
    *,
    for_sample: bool = False,
) -> Authorization:
    """Return the authorization to assess a target at ``now`` (aware).

    It leaves out data classes and sources that are not granted. ``outside_service`` is the reason for an
    assessment that the subscription does not cover. ``for_sample``: window and sources are those that were signed for
    samples between assessments. Raises NotAuthorized, which says what is missing, and
    ConfigError for a signed file that cannot be understood.
    """
    args: Args = {"target": target_name, "customer": engagement.customer.name}
    block = _require_block(engagement, args)
    content, request = _read_signed_request(block)
    args["reference"] = request.reference
    _refuse_uncovered_request(request, engagement, target_name, args)
    if for_sample:
        request = _narrow_to_samples(request, args)
    _refuse_out_of_time(request, now, args)
    _refuse_unsigned_statements(request, args)
    found = Authorization(
        reference=request.reference,
        approver=request.approver,
        not_before=request.not_before.astimezone(UTC),
        not_after=request.not_after.astimezone(UTC),
        data_classes=frozenset(request.data_classes),
        targets=tuple(target.name for target in request.targets),
        signer=sshsig.fingerprint_key(sshsig.parse_public_key(block.signer)),
        sha256=hashlib.sha256(content).hexdigest(),
        sources={source.name: source.scope for source in request.sources},
        withheld=frozenset(name for name in DISPENSABLE if not _is_listed(request, name)),
        outside_service=_check_service_terms(engagement, now, outside_service),
        allow_privileges=request.allow_privileges or "",
        retention_days=request.retention_days,
        tenant_kind=engagement.targets[target_name].kind,
        window=request.window.as_model,
        notes=() if request.binds_way else (_describe_unsigned_way(engagement.targets[target_name], args),),
    )
    if not list_covered(sources, found):
        raise _build_refusal(
            "Authorization {reference} lists none of the data sources that this version reads. Ask {customer} to sign "
            "a new request.",
            args,
        )
    return found


def _narrow_to_samples(request: Request, args: Args) -> Request:
    """Return the document as if window and sources of the samples were all that it permits."""
    if request.sampling is None:
        raise _build_refusal(
            "Authorization {reference} does not permit samples between assessments. Ask for them with "
            "ob-health authorize request --sample-hours, and let {customer} sign it.",
            args,
        )
    named = set(request.sampling.sources)
    kept = tuple(source for source in request.sources if source.name in named)
    return request.model_copy(update={"window": request.sampling.window, "sources": kept})


def read_sampling(engagement: Engagement, target_name: str) -> Sampling | None:
    """Return what was signed of samples; None where nothing was, or where the document does not hold."""
    args: Args = {"target": target_name, "customer": engagement.customer.name}
    try:
        _, request = _read_signed_request(_require_block(engagement, args))
        args["reference"] = request.reference
        _refuse_uncovered_request(request, engagement, target_name, args)
    except (NotAuthorized, ConfigError):
        return None
    return request.sampling


def read_validity(engagement: Engagement, target_name: str) -> Validity:
    """Return what the signed document says of time, or why it permits nothing at all. Never raises for a document."""
    args: Args = {"target": target_name, "customer": engagement.customer.name}
    try:
        _, request = _read_signed_request(_require_block(engagement, args))
        args["reference"] = request.reference
        _refuse_uncovered_request(request, engagement, target_name, args)
        _refuse_unsigned_statements(request, args)
    except (NotAuthorized, ConfigError) as error:
        return Validity(refusal=error.text)
    return Validity(
        reference=request.reference,
        not_before=request.not_before.astimezone(UTC),
        not_after=request.not_after.astimezone(UTC),
        window=request.window.as_model,
    )


def _require_block(engagement: Engagement, args: Args) -> AuthorizationBlock:
    if engagement.authorization is None:
        raise _build_refusal(
            "The engagement names no authorization, so nothing may be assessed. Write one with "
            "ob-health authorize request, have {customer} sign it, and name document and signer in the engagement.",
            args,
        )
    return engagement.authorization


def _refuse_uncovered_request(request: Request, engagement: Engagement, name: str, args: Args) -> None:
    """Refuse a document that does not hold, or not for this target, whatever the time is."""
    _refuse_revoked(_require_block(engagement, args), request, args)
    _refuse_earlier_form(request, args)
    _refuse_uncovered(request, engagement, name, args)


def read_end(engagement: Engagement) -> datetime | None:
    """Return when the authorization of an engagement ends (aware, UTC); None if the engagement names none.

    Nothing else of it is judged. Raises NotAuthorized if it is not signed by its signer, or revoked, and ConfigError
    for a signed file that cannot be understood.
    """
    block = engagement.authorization
    if block is None:
        return None
    _, request = _read_signed_request(block)
    _refuse_revoked(block, request, {"customer": engagement.customer.name, "reference": request.reference})
    return request.not_after.astimezone(UTC)


def _build_refusal(msgid: str, args: Args) -> NotAuthorized:
    return NotAuthorized(Text(msgid, args))


def _read_signed_request(block: AuthorizationBlock) -> tuple[bytes, Request]:
    content = _verify_document(block.document, block.signature_file, block)
    return content, parse_signed(Request, content, block.document)


def _verify_document(document: Path, signature: Path, block: AuthorizationBlock) -> bytes:
    """Verify the signature with the pinned key, then return the document's bytes."""
    content = _read_bytes(document, MAX_BYTES)
    armored = _read_bytes(signature, sshsig.MAX_SIGNATURE_BYTES)
    sshsig.verify_signature(content, armored, sshsig.parse_public_key(block.signer), str(document))
    return content


def _read_bytes(path: Path, limit: int) -> bytes:
    args: Args = {"path": str(path)}
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _build_refusal(
            "The authorization needs {path}, which cannot be read ({reason}). The customer signs the request with: "
            "ssh-keygen -Y sign -n ob-health -f KEY FILE",
            args | {"reason": getattr(error, "strerror", None) or "invalid path"},
        ) from None
    if len(content) > limit:
        raise _build_refusal("The authorization needs {path}, which is too large to be what the customer signed.", args)
    return content


def _refuse_revoked(block: AuthorizationBlock, request: Request, args: Args) -> None:
    if block.revoked:
        raise _build_refusal(
            "Authorization {reference} has been revoked: {reason}. Ask {customer} for a new one.",
            args | {"reason": block.revoked},
        )
    found = {file: _read_revocation(file, block) for file in block.revocation}
    for file, revocation in sorted(found.items(), key=lambda item: item[1].revokes != request.reference):
        if revocation.revokes == request.reference:
            raise _build_refusal(
                "Authorization {reference} has been revoked by its signer: {reason}. Ask {customer} for a new one.",
                args | {"reason": revocation.reason},
            )
        raise _build_refusal(
            "{file} revokes {revoked}, not {reference}, so nothing runs until it is clear what was meant. Ask "
            "{customer}: if {reference} is meant, let them sign a revocation with this reference; if another one is, "
            "delete authorization.revocation from the engagement.",
            args | {"file": str(file), "revoked": revocation.revokes},
        )


def _read_revocation(file: Path, block: AuthorizationBlock) -> Revocation:
    content = _verify_document(file, file.with_name(file.name + ".sig"), block)
    return parse_signed(Revocation, content, file)


def _refuse_earlier_form(request: Request, args: Args) -> None:
    """The earlier form ends: otherwise new documents could be written in it, to be bound by less."""
    if not request.binds_way and request.not_before >= _EARLIER_FORM_ENDS:
        raise _build_refusal(
            "Authorization {reference} has the form of an earlier version, which does not say how {target} is reached, "
            "and it begins after {day}. Ask {customer} to sign a new request.",
            args | {"day": f"{_EARLIER_FORM_ENDS:%Y-%m-%d}"},
        )


def _describe_unsigned_way(target: TargetBlock, args: Args) -> Text:
    return Text(
        "Authorization {reference} was signed in the form of an earlier version: kind of tenant ({kind}), TLS ({tls}) "
        "and jump host ({via}) are as the engagement says, and the customer has not signed them. The next request "
        "asks for them.",
        args | {"kind": target.kind.value, "tls": target.tls.mode, "via": target.via or "-"},
    )


def _refuse_uncovered(request: Request, engagement: Engagement, name: str, args: Args) -> None:
    """Refuse a customer, target or way to it that was not signed, and limits above the signed ones."""
    if request.customer != engagement.customer.name:
        raise _build_refusal(
            "Authorization {reference} is of the customer {signed}, not of {customer}. "
            "Use the engagement that it belongs to.",
            args | {"signed": request.customer},
        )
    signed = next((target for target in request.targets if target.name == name), None)
    if signed is None:
        raise _build_refusal(
            "Authorization {reference} does not name target {target}. Ask {customer} to sign a request that does.", args
        )
    _refuse_other_way(signed, engagement, args)
    limits = engagement.targets[name].limits
    for key, value in limits:
        if value > getattr(signed.budget, key):
            raise _build_refusal(
                "Authorization {reference} allows {key} up to {signed} on {target}; the engagement says {given}. "
                "Lower limits.{key}, or ask {customer} to sign a new request.",
                args | {"key": key, "signed": str(getattr(signed.budget, key)), "given": str(value)},
            )


def _refuse_other_way(signed: SignedTarget, engagement: Engagement, args: Args) -> None:
    bound, given = signed.list_way(), list_way(engagement.targets[signed.name])
    if not signed.tls:
        given = {key: value for key, value in given.items() if key in bound}
    for key in sorted(bound | given, key=list(given | bound).index):
        if bound.get(key, "") != given.get(key, ""):
            raise _build_refusal(
                "Authorization {reference} names another {key} for target {target}: {signed}, not {given}. "
                "Correct the engagement, or ask {customer} to sign a new request.",
                args | {"key": key, "signed": bound.get(key) or "-", "given": given.get(key) or "-"},
            )


def _refuse_out_of_time(request: Request, now: datetime, args: Args) -> None:
    if now < request.not_before:
        raise _build_refusal(
            "Authorization {reference} is valid only from {moment} on. "
            "Assess {target} after that, or ask {customer} to sign an earlier one.",
            args | {"moment": _format_moment(request.not_before)},
        )
    if now >= request.not_after:
        raise _build_refusal(
            "Authorization {reference} expired at {moment}. Ask {customer} to sign a new request.",
            args | {"moment": _format_moment(request.not_after)},
        )
    if not request.window.is_open(now):
        raise _build_refusal(
            "Authorization {reference} allows statements in this window only: {window}. "
            "Assess {target} then, or ask {customer} to sign another one.",
            args | {"window": str(request.window)},
        )


def _format_moment(moment: datetime) -> str:
    """Keep the time zone that the customer signed; ``format_value`` would make it UTC."""
    return moment.isoformat(" ", "minutes")


def _refuse_unsigned_statements(request: Request, args: Args) -> None:
    """Session and preflight send these statements unchanged, so each must be signed."""
    for name, sql in list_own_statements().items():
        if name not in DISPENSABLE and not _is_listed(request, name):
            raise _build_refusal(
                "Authorization {reference} does not list the statement {name} of this version of the agent: {sql}. "
                "Ask {customer} to sign a new request.",
                args | {"name": name, "sql": sql},
            )


def _is_listed(request: Request, name: str) -> bool:
    return request.statements.get(name) == list_own_statements()[name]


def _check_service_terms(engagement: Engagement, now: datetime, reason: str) -> str:
    missing = find_missing_term(engagement, now)
    if missing is None:
        return ""
    if not reason.strip():
        raise NotAuthorized(missing)
    return reason.strip()
