"""What ``ob-health fleet site`` does."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from agent.archive.history.store import History
from agent.catalogue import rules
from agent.cli.actions.targets import locate_history, say_damaged
from agent.cli.options import split_words
from agent.engagement.engagement_file import Engagement
from agent.engagement.fleet_files import find_engagements, load_fleet
from agent.report.render import validate_formats
from agent.report.site.write_site import write_site
from agent.service.fleet_overview import list_expected, read_fleet_targets
from agent.support import console
from agent.support.errors import ConfigError, DamagedHistory, NoHistory
from agent.support.i18n import LANGUAGES


def make_fleet_site(out: Path, places: Sequence[Path], named: str | None, lang: str | None, now: datetime) -> int:
    """Write the site into ``out`` and say where. Return the exit code: 2 if a file or an assessment was left out.

    Raises NoHistory if there is none at all, WriteError if nothing can be written.
    """
    languages = list(dict.fromkeys(split_words(lang))) or list(LANGUAGES)
    validate_formats(["html"], languages)
    fleet = load_fleet(find_engagements(places))
    for broken in fleet.broken:
        console.fail(broken.error)
    engagements = [member.engagement for member in fleet.members]
    if places and not engagements:
        raise ConfigError("None of the engagement files can be used, so no site was written.")
    code = ConfigError.exit_code if fleet.broken else 0
    with ExitStack() as stack:
        histories = [stack.enter_context(history) for history in _open_histories(named, engagements)]
        for history in histories:
            code = DamagedHistory.exit_code if say_damaged(history) else code
        least_pct = rules.load_scoring().counts_from_coverage_pct
        targets = read_fleet_targets(histories, list_expected(engagements), now, least_pct)
        written = write_site(targets, out, languages, now, has_agreed=bool(engagements))
    console.say(
        "{tenants_count} tenants of {customers_count} customers: {path}",
        tenants_count=written.targets,
        customers_count=written.customers,
        path=str(written.path),
    )
    return code


def _open_histories(named: str | None, engagements: Sequence[Engagement]) -> list[History]:
    """Open the named history, else those of all engagements, else the usual one. Raises NoHistory if there is none.

    The history of an engagement of which nothing was recorded yet may be missing.
    """
    wanted = [None] if named or not engagements else engagements
    places = dict.fromkeys(locate_history(named, engagement) for engagement in wanted)
    histories: list[History] = []
    missing: NoHistory | None = None
    for place in places:
        try:
            histories.append(History.open(place, create=False))
        except NoHistory as error:
            missing = error
        except BaseException:
            for history in histories:
                history.close()
            raise
    if missing and not (histories or engagements):
        raise missing
    return histories
