"""Builds what an assessment needs from an engagement's target: endpoint, limits, and facts that the customer gives."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from agent.collection.connect import Budget, Endpoint
from agent.collection.tls_pin import pin_certificate
from agent.engagement.engagement_file import Engagement, TargetBlock, TlsBlock
from agent.facts.given import Administrator, Attestation, BusinessProfile, CriticalPeriod, EarlierValue
from agent.model.assessment import Colophon
from agent.model.comparison import Earlier
from agent.model.cost import BusyLimits
from agent.model.result import list_signs
from agent.model.terms import Text
from agent.support.credentials import hide_passwords, resolve_reference
from agent.support.errors import ConfigError
from agent.support.installation import advise_install

_JUMP_TIMEOUT_S = 15.0
# What ``list_given_facts`` yields.
GIVEN: tuple[type, ...] = (BusinessProfile, CriticalPeriod, Attestation, Administrator, EarlierValue)


def build_endpoint(engagement: Engagement, name: str) -> Endpoint:
    """Return where to connect. The password is resolved only when the connection opens."""
    target = engagement.targets[name]
    return Endpoint(
        name=name,
        host=target.host,
        port=target.port,
        user=target.user,
        password=lambda: resolve_reference(target.password),
        tls=_build_tls(target.tls),
        via=target.via or "",
        dial=_build_dialler(target, name, target.via) if target.via else None,
    )


def _build_dialler(target: TargetBlock, name: str, via: str) -> Callable[[], socket.socket]:
    def dial() -> socket.socket:
        try:
            with hide_passwords():  # the SSH library runs ldconfig and gcc to find other libraries
                from agent.collection import tunnel
        except ImportError:
            text = "A jump host (via) needs a package that is not installed; {install}"
            raise ConfigError(Text(text, {"install": advise_install("ssh")})) from None
        jump = tunnel.parse_jump_host(via, target.via_key, target.via_known_hosts)
        return tunnel.open_tunnel(tunnel.TunnelRoute(jump, name, target.host, target.port, _JUMP_TIMEOUT_S))

    return dial


def _build_tls(tls: TlsBlock) -> ssl.SSLContext | None:
    if tls.mode == "disabled":
        return None
    if tls.fingerprint:
        return pin_certificate(tls.fingerprint)
    try:
        context = ssl.create_default_context(cafile=str(tls.ca) if tls.ca else None)
    except (OSError, ssl.SSLError) as error:
        args = {"path": str(tls.ca), "reason": str(error)}
        raise ConfigError(Text("tls.ca {path} is no usable certificate file: {reason}", args)) from None
    if tls.mode == "required":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def build_budget(engagement: Engagement, name: str) -> Budget:
    """Return what one assessment may cost the target."""
    limits = engagement.targets[name].limits
    return Budget(float(limits.statement_timeout_s), float(limits.total_database_ms), limits.max_rows, limits.max_bytes)


def build_busy_limits(engagement: Engagement, name: str) -> BusyLimits:
    """Return the limits above which the target is too busy to be assessed."""
    limits = engagement.targets[name].limits
    return BusyLimits(
        limits.busy_sessions_per_core, limits.busy_cpu_pct, limits.busy_queue_ms, float(limits.busy_wait_s)
    )


def build_colophon(engagement: Engagement, as_of: datetime) -> Colophon:
    """Return who answers for the report, and until when it should be relied on."""
    report = engagement.report
    day = as_of.astimezone(engagement.service.zone).date()
    return Colophon(
        report.prepared_by, report.reviewed_by, report.classification, day + timedelta(days=report.valid_days)
    )


def list_given_facts(engagement: Engagement, name: str, as_of: datetime, earlier: Earlier | None) -> Iterator[object]:
    """Yield the fact rows that no view holds: business profile, valid attestations, values of the last assessment."""
    business = engagement.business_of(name)
    yield BusinessProfile(
        peak_qps=business.peak_qps,
        concurrency=business.concurrency,
        growth_pct_per_year=business.growth_pct_per_year,
        workload=business.workload,
    )
    for period in business.critical_periods:
        yield CriticalPeriod(name=period.name, start=period.first, end=period.last)
    today = as_of.astimezone(engagement.service.zone).date()
    for key, attestation in engagement.attestations_of(name).items():
        if attestation.valid_until >= today:
            yield Attestation(
                key=key,
                value=_make_scalar(attestation.value),
                by=attestation.by,
                on=attestation.date,
                valid_until=attestation.valid_until,
            )
    for account in engagement.targets[name].administrators:
        user, _, host = account.partition("@")
        yield Administrator(user_name=user, host=host)
    if earlier:
        yield from _list_earlier_values(earlier)


def _list_earlier_values(earlier: Earlier) -> Iterator[EarlierValue]:
    signs = {
        (sign.code, sign.finding.resource): sign.finding.value
        for result in earlier.results.values()
        for finding in result.findings
        for sign in list_signs(result.code, finding)
    }
    for (code, resource), value in signs.items():
        if isinstance(value, int | float):
            yield EarlierValue(code=code, resource=resource, value=float(value), as_of=earlier.as_of)


def _make_scalar(value: Any) -> str | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)
