"""The history is locked, gone, read-only or spoilt: the report is there all the same, and says so."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent import pipeline
from agent.archive.history.store import History
from agent.cli.actions.assess import AssessOptions, assess_all
from agent.engagement.loading import load_engagement
from agent.kernel.start import Kernel
from agent.pipeline import AssessedTarget
from tests.faults.site import Site, site_on
from tests.report_files import plain

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def site(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on(kernel, tmp_path_factory.mktemp("history"), "hx_forgotten") as made:
        yield made


@pytest.fixture
def file(site: Site) -> Path:
    """A good history of one assessment."""
    path = site.directory / "history.sqlite"
    path.unlink(missing_ok=True)
    site.run()
    return path


def locked(file: Path, stack: contextlib.ExitStack) -> None:
    other = stack.enter_context(contextlib.closing(sqlite3.connect(file, isolation_level=None)))
    other.execute("BEGIN EXCLUSIVE")


def gone(file: Path, stack: contextlib.ExitStack) -> None:
    file.unlink()


def spoilt(file: Path, stack: contextlib.ExitStack) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.write(b"not a database " * (size // 15))


def emptied(file: Path, stack: contextlib.ExitStack) -> None:
    file.write_bytes(b"")


def no_tables(file: Path, stack: contextlib.ExitStack) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            other.execute(f"DROP TABLE IF EXISTS {name}")


def other_documents(file: Path, stack: contextlib.ExitStack) -> None:
    """Rows that cannot be understood; the next assessment can still be kept."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("UPDATE assessment SET document = ?", (b"\x00" * 50,))


def notes(delivered: AssessedTarget) -> str:
    return " ".join(note["en"] for note in delivered.document["notes"])


@pytest.mark.slow
@pytest.mark.parametrize("harm", [locked, gone, spoilt, emptied, no_tables, other_documents])
def test_harm_after_it_was_opened(
    site: Site, file: Path, harm: Callable[[Path, contextlib.ExitStack], None], record_property: Record
) -> None:
    with contextlib.ExitStack() as stack, History.open(f"sqlite:///{file}?timeout=0.1") as history:
        harm(file, stack)
        delivered = pipeline.assess_target(site.job(history), site.out, ["json", "html"], ["en"])
        document = json.loads((site.out / "assessment.json").read_text(encoding="utf-8"))
    assert document["assessment_id"] == delivered.document["assessment_id"]
    assert {plain(path.name) for path in delivered.files} == {"snapshot.obh", "assessment.json", "report.en.html"}
    said = notes(delivered)
    if harm is not gone:  # what is open can still be read
        assert "history cannot be read" in said and document["comparison"] is None
    if harm is not other_documents:
        assert "could not be recorded" in said and any("history at" in warning.msgid for warning in delivered.warnings)
    if harm is locked:  # nothing is lost: it holds what it held
        assert site.recorded() == 1
    file.unlink(missing_ok=True)
    assert not notes(site.run()).count("history")
    record_property("faults", 1)


def unreadable(file: Path) -> str:
    file.write_bytes(b"this is no database, and long enough to be taken for one" * 100)
    return f"sqlite:///{file}"


def read_only(file: Path) -> str:
    return f"sqlite:///file:{file}?mode=ro&uri=true"


def no_place(file: Path) -> str:
    return f"sqlite:///{file}/below/a/file.sqlite"


@pytest.mark.parametrize("place", [unreadable, read_only, no_place])
def test_harm_before_it_is_opened(
    site: Site,
    file: Path,
    place: Callable[[Path], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    record_property: Record,
) -> None:
    from agent.cli.actions.targets import open_history

    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    url = place(file)
    before = file.read_bytes()
    engagement = load_engagement(site.engagement).model_copy(update={"history": url})
    options = AssessOptions(out=site.directory / "out", formats=["json"], languages=["en"])
    code = assess_all(engagement, open_history(engagement), options, datetime.now(UTC))
    assert code == 5 and "history at" in capsys.readouterr().err
    document = json.loads((site.out / "assessment.json").read_text(encoding="utf-8"))
    assert any("history" in note["en"] for note in document["notes"])
    assert file.read_bytes() == before
    file.unlink()
    record_property("faults", 1)
