"""What ``ob-health readiness`` does: judge the newest assessments, write the plan, and tell the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from agent.archive.history.store import History
from agent.cli.actions.documents import DocumentOptions, validate_wish, write_one
from agent.cli.actions.targets import locate_history, say_damaged, select_targets
from agent.engagement.engagement_file import Engagement
from agent.engagement.schedule_block import DaysBlock
from agent.engagement.service_log.entries import Preparation
from agent.engagement.service_log.loading import load_service_log
from agent.engagement.service_terms import Entitlement, require_entitlement
from agent.judgement.readiness import Demand, Readiness, ReadinessVerdict, choose_worst, judge_readiness
from agent.model.terms import Text
from agent.report.documents.readiness_plan import VERDICTS, ProtectionPlan, build_readiness_plan
from agent.report.view.frame import Occasion
from agent.support import console
from agent.support.errors import ConfigError, NoHistory
from agent.support.suggestions import suggest_words

EXIT_CODES = {
    ReadinessVerdict.READY: 0,
    ReadinessVerdict.CONDITIONAL: 1,
    ReadinessVerdict.NOT_READY: 1,
    ReadinessVerdict.UNKNOWN: 5,
}


def write_readiness(
    engagement: Engagement,
    options: DocumentOptions,
    name: str,
    now: datetime,
    *,
    target: str | None,
    factor: float | None,
) -> int:
    """Write the plan for a critical period, print the verdict on each target, and return the exit code."""
    reason = require_entitlement(engagement, Entitlement.PROTECTION, options.outside_service)
    validate_wish(engagement, options)
    names = select_targets(engagement, target)
    period = _find_period(engagement, names, name)
    today = now.astimezone(engagement.service.zone).date()
    if period.last < today:
        args = {"period": name, "day": period.last.isoformat()}
        text = "The critical period “{period}” ended on {day}; a plan is for one that is to come. Correct --period."
        raise ConfigError(Text(text, args))
    preparation = next((one for one in load_service_log(engagement, now).preparations if one.period == name), None)
    zone = engagement.service.zone
    demand = Demand(
        first=period.first,
        last=period.last,
        load_factor=_choose_factor(factor, preparation, name),
        today=today,
        zone=zone,
        peaks=_list_peaks(preparation),
    )
    judged = _judge_targets(engagement, names, demand, now)
    verdict = choose_worst([one.verdict for one in judged])
    occasion = Occasion(
        customer=engagement.customer.name,
        subject=name,
        number="-".join(filter(None, ("PCP", f"{period.first:%Y%m%d}", target or "", f"{today:%Y%m%d}"))),
        made=now,
        outside_service=reason,
    )
    plan = ProtectionPlan(
        period=name,
        demand=demand,
        verdict=verdict,
        targets=judged,
        preparation=preparation,
        occasion=occasion,
    )
    write_one(
        engagement,
        options,
        "protection-plan",
        occasion,
        lambda words, style: build_readiness_plan(plan, words, style),
        subject=name,
    )
    for one in judged:
        console.say("{target}: {verdict}", target=one.target, verdict=console.localize(VERDICTS[one.verdict]))
    return EXIT_CODES[verdict]


def _list_peaks(preparation: Preparation | None) -> dict[str, float]:
    """Return the usual peaks that were entered, by the check that sees only the moment of the assessment."""
    peak = preparation.usual_peak if preparation else None
    told = {"CAP001": peak.memstore_pct, "CAP005": peak.sessions_pct} if peak else {}
    return {code: pct for code, pct in told.items() if pct is not None}


def _find_period(engagement: Engagement, names: Sequence[str], wanted: str) -> DaysBlock:
    periods = {period.name: period for target in names for period in engagement.business_of(target).critical_periods}
    if wanted not in periods:
        args = {"period": wanted, "known": ", ".join(periods) or "–"}
        text = Text(
            "The engagement has no critical period “{period}”; known are {known}. Add it below "
            "business.critical_periods, or correct --period.",
            args,
        )
        raise ConfigError(text, suggest_words([wanted], tuple(periods)))
    return periods[wanted]


def _choose_factor(given: float | None, preparation: Preparation | None, name: str) -> float:
    factor = given if given is not None else preparation.load_factor if preparation else None
    if factor is None:
        text = (
            "The expected load of “{period}” is not known. Give --factor NUMBER (3: three times the usual peak), or "
            "add a preparation to the service log: ob-health service add preparation"
        )
        raise ConfigError(Text(text, {"period": name}))
    if not math.isfinite(factor) or factor <= 0:
        raise ConfigError(Text("--factor is a number above 0, such as 3, not {given}.", {"given": str(factor)}))
    return factor


def _judge_targets(
    engagement: Engagement, names: Sequence[str], demand: Demand, now: datetime
) -> tuple[Readiness, ...]:
    customer = engagement.customer.name
    try:
        with History.open(locate_history(None, engagement), create=False) as history:
            say_damaged(history, customer)
            return tuple(judge_readiness(name, history.last(customer, name, now), demand) for name in names)
    except NoHistory as error:
        console.warn(error.text)
    return tuple(judge_readiness(name, None, demand) for name in names)
