"""Where a history lies: reads its place, opens it, and explains what is wrong with it. No message shows a password."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SAWarning, SQLAlchemyError

from agent.model.terms import Text
from agent.support.errors import HistoryError, HistoryPlaceError, NoHistory
from agent.support.files import make_folder

PLACE_VARIABLE = "OB_HEALTH_HISTORY"
_FILE_NAME = re.compile(r"([A-Za-z]:)?[^:@]+")  # anything else may be a mistyped URL, and a URL may hold a password
_URL_WITHOUT_COLON = re.compile(r"(sqlite|mysql|mariadb)(\+\w+)?//")
_FAILURES = (SQLAlchemyError, OSError, ImportError)
_MYSQL = ("mysql", "mariadb")


def parse_place(named: str | None) -> URL:
    """Return where the history is: as named, else by OB_HEALTH_HISTORY, else in the user's data directory."""
    place = named or os.environ.get(PLACE_VARIABLE, "")
    if not place:
        return URL.create("sqlite", database=str(user_data_path("ob-health", appauthor=False) / "history.sqlite"))
    if _FILE_NAME.fullmatch(place) and not _URL_WITHOUT_COLON.match(place):
        return URL.create("sqlite", database=str(Path(place).expanduser().absolute()))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        url = None
    if url is None or "@" in (url.host or ""):  # the host then holds the rest of a password with a bare @
        raise HistoryPlaceError(
            "The place of the history is not understood. Write a file name, sqlite:///FILE or "
            "mysql+pymysql://USER:PASSWORD@HOST:PORT/DATABASE, special characters of the password as %40 for @."
        )
    if url.drivername in _MYSQL:
        raise _build_other_driver(url)
    if url.get_backend_name() == "sqlite" and (url.database or "") in ("", ":memory:"):
        text = "The history at {where} would be forgotten at the end of the run. Name a file: sqlite:///FILE"
        raise HistoryPlaceError(Text(text, {"where": str(url)}))
    return url


def _build_other_driver(url: URL) -> HistoryPlaceError:
    args = {"where": hide_password(url), "scheme": f"{url.get_backend_name()}+pymysql://"}
    return HistoryPlaceError(
        Text("The history at {where} needs the driver that comes with ob-health: write {scheme} instead.", args)
    )


@contextmanager
def explain_wrong_place(url: URL) -> Iterator[None]:
    """Raise what the spelling of the place causes as HistoryPlaceError: an unknown driver or argument, a bad value."""
    try:
        yield
    except (ArgumentError, SAWarning) as error:
        raise _build_place_error(url, error) from None
    except ImportError as error:
        raise (
            _build_other_driver(url) if url.get_backend_name() in _MYSQL else _build_place_error(url, error)
        ) from None
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise _build_place_error(url, error) from None


def _build_place_error(url: URL, error: Exception) -> HistoryPlaceError:
    return HistoryPlaceError(
        Text(
            "The place of the history cannot be used as written ({where}): {reason}. Correct the URL.",
            {"where": hide_password(url), "reason": _name_cause(url, error)},
        )
    )


def open_engine(url: URL) -> Engine:
    """Return SQLAlchemy's engine. Nothing is connected yet."""
    with explain_wrong_place(url), warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)  # arguments that would be ignored
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if engine.dialect.name in _MYSQL:
        event.listen(engine, "begin", _begin_transaction)
    return engine


def _begin_transaction(connection: Connection) -> None:
    """Send BEGIN: the server reports autocommit as off although it is on. Without it a rollback undoes nothing."""
    connection.exec_driver_sql("BEGIN")


def hide_password(url: URL) -> str:
    """The place without passwords. The query is removed too, because it may hold one."""
    is_file = url.get_backend_name() == "sqlite"
    return str(url.database) if is_file else url.set(query={}).render_as_string(hide_password=True)


def build_no_history(url: URL) -> NoHistory:
    """Return the error for a place at which there is no history."""
    text = "There is no history at {where}. Check the place and its spelling; the first assessment makes the history."
    return NoHistory(Text(text, {"where": hide_password(url)}))


def prepare_file(url: URL, create: bool) -> None:
    """Create the file so that only the user can read it: it describes the databases of customers."""
    name = str(url.database)  # a place without a name was refused when it was read
    if url.get_backend_name() != "sqlite" or name.startswith("file:"):
        return
    path = Path(name)
    if not path.exists():
        if not create:
            raise build_no_history(url)
        make_folder(path.parent)
        path.touch(mode=0o600)


@contextmanager
def report_failures(url: URL) -> Iterator[None]:
    """Raise failures of the database, the driver and the disk as HistoryError."""
    try:
        yield
    except _FAILURES as error:
        raise HistoryError(
            Text(
                "The history at {where} cannot be used: {reason}. Correct that, or name another place in "
                "OB_HEALTH_HISTORY.",
                {"where": hide_password(url), "reason": _name_cause(url, error)},
            )
        ) from error


def _name_cause(url: URL, error: Exception) -> str:
    """The first line of what the database or its driver says, without what the URL keeps secret."""
    cause = getattr(error, "orig", None) or error
    reason = next(iter(str(cause.args[-1] if cause.args else cause).splitlines()), type(cause).__name__)
    quoted = [repr(value) for value in url.query.values()]  # a password may stand under a mistyped name
    for secret in (url.password, url.query.get("password"), url.query.get("passwd"), *quoted):
        reason = reason.replace(str(secret), "***") if secret else reason
    return reason.rstrip(".")
