"""What ``ob-health sample`` does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from agent.archive.history.store import History
from agent.cli.actions.targets import for_each_target, make_job
from agent.engagement.authorization.authorize import read_sampling
from agent.engagement.engagement_file import Engagement
from agent.model.terms import Text
from agent.service.own_folder import refuse_foreign_folder
from agent.service.take_sample import take_sample
from agent.support import console
from agent.support.errors import ConfigError, HistoryError

_INTERVAL = re.compile(r"([1-9]\d{0,3})(m|h)")
_LEAST, _MOST = timedelta(minutes=15), timedelta(days=1)


def parse_sample_interval(given: str) -> timedelta:
    """``1h``, ``30m`` -> the interval. Raises ConfigError for anything else, and outside 15 minutes to a day."""
    found = _INTERVAL.fullmatch(given)
    interval = timedelta(**{{"m": "minutes", "h": "hours"}[found[2]]: int(found[1])}) if found else timedelta(0)
    if not _LEAST <= interval <= _MOST:
        text = "--sample takes an interval from 15m to 24h, such as 1h, not {given}."
        raise ConfigError(Text(text, {"given": given}))
    return interval


def sample_all(
    engagement: Engagement,
    history: History | None,
    *,
    out: Path,
    target: str | None,
    now: datetime,
    only_if_open: bool = False,
) -> int:
    """Take a sample of the targets. Return the exit code.

    ``only_if_open``: a target for which no samples were signed, or not at this hour, is passed over without a word.
    """
    if history is None:
        raise HistoryError("Samples are kept in the history, which cannot be used. Repair it.")

    def work(name: str) -> int:
        if only_if_open:
            sampling = read_sampling(engagement, name)
            if sampling is None or not sampling.window.is_open(now):
                return 0
        refuse_foreign_folder(out / name, engagement.customer.name, name)
        taken = take_sample(make_job(engagement, name, history, now), history, out / name)
        if taken is None:
            console.say(
                "{customer} · {target}: the last sample is not old enough yet",
                customer=engagement.customer.name,
                target=name,
            )
        elif taken.is_kept:
            console.say(
                "{customer} · {target}: sampled {count} values with {statements_count} statements",
                customer=engagement.customer.name,
                target=name,
                count=str(len(taken.sample.values)),
                statements_count=taken.statements,
            )
        return 0

    return for_each_target(engagement, target, work)
