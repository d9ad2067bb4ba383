"""What ``ob-health fleet site`` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from agent.archive.history.store import History
from agent.catalogue import rules
from agent.cli.actions.targets import locate_history, say_damaged
from agent.cli.options import USUAL_ENGAGEMENT, split_words
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.model.terms import Text
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
    engagements, code = _load_engagements(places)
    with ExitStack() as stack:
        histories = [stack.enter_context(history) for history in _open_histories(named, engagements)]
        for history in histories:
            code = DamagedHistory.exit_code if say_damaged(history) else code
        least_pct = rules.load_scoring().counts_from_coverage_pct
        fleet = read_fleet_targets(histories, list_expected(engagements), now, least_pct)
        written = write_site(fleet, out, languages, now, has_agreed=bool(engagements))
    console.say(
        "{tenants_count} tenants of {customers_count} customers: {path}",
        tenants_count=written.targets,
        customers_count=written.customers,
        path=str(written.path),
    )
    return code


def _find_engagements(places: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and every engagement.yaml in the folders and below. Raises ConfigError for what is neither."""
    for place in places:
        if place.is_dir():
            files = sorted(path for path in place.rglob(str(USUAL_ENGAGEMENT)) if path.is_file())
            if not files:
                args = {"place": str(place), "file": str(USUAL_ENGAGEMENT)}
                raise ConfigError(Text("{place}: neither this folder nor one below it holds {file}.", args))
            yield from files
        else:
            yield place


def _load_engagements(places: Sequence[Path]) -> tuple[list[Engagement], int]:
    """Return the engagements and the exit code. A file that is wrong is told and left out."""
    loaded, code = [], 0
    for path in dict.fromkeys(_find_engagements(places)):
        try:
            loaded.append(load_engagement(path))
        except ConfigError as error:
            console.fail(error)
            code = ConfigError.exit_code
    if places and not loaded:
        raise ConfigError("None of the engagement files can be used, so no site was written.")
    return loaded, code


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
