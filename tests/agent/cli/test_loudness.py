"""Quiet, verbose and debug: who is told what, and that nobody is ever told a secret."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pydantic
import pymysql
import pytest

from agent.archive.history.store import History
from agent.cli.actions import catalogue
from agent.support.credentials import Secret
from agent.support.errors import ConfigError, HealthAgentError
from agent.support.tracebacks import format_origin
from tests.agent.archive.history.documents import document
from tests.agent.cli.typed import run_here
from tests.agent.engagements import MINIMAL

ROOT = Path(__file__).parents[3]
SECRET = "hunter2-very-secret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = MINIMAL.replace("2026-01-31", f"{datetime.now(UTC):%Y}-01-01").replace("orders:", "shop:")
    (tmp_path / "engagement.yaml").write_text(text, "utf-8")
    shutil.copy(ROOT / "tests" / "data" / "before_rooms" / "snapshot.obh", tmp_path / "snapshot.obh")
    with History.open(str(tmp_path / "history.db")) as history:
        history.save(document("20261003-101112-abcdef", band="good"))
    return tmp_path


EVALUATE = ["evaluate", "-s", "snapshot.obh", "-o", "out", "-f", "json"]


@pytest.mark.parametrize(
    "words", [["init", "acme"], ["rules", "validate"], ["schedule", "list"], ["history", "list"], EVALUATE]
)
@pytest.mark.parametrize("place", ["before", "after", "variable"])
def test_quiet_says_nothing_where_nothing_is_wrong(words: list[str], place: str, folder: Path) -> None:
    assert run_here(folder, *words).out
    shutil.rmtree(folder / "acme", ignore_errors=True)
    shutil.rmtree(folder / "out", ignore_errors=True)
    line = ["-q", *words] if place == "before" else [*words, "--quiet"] if place == "after" else words
    ended = run_here(folder, *line, **({"OB_HEALTH_QUIET": "1"} if place == "variable" else {}))
    assert ended.code == 0 and not ended.out + ended.err, ended


def test_quiet_leaves_what_programs_read_and_what_is_wrong(folder: Path) -> None:
    assert run_here(folder, "grants", "-q") == run_here(folder, "grants")
    assert json.loads(run_here(folder, "checks", "list", "--json", "-q", "--code", "CAP001").out)
    assert run_here(folder, "completion", "bash", "-q").out and run_here(folder, "grants", "-q", "--help").out
    wrong = run_here(folder, "assess", "-q", "-o", "out")
    assert wrong.code == 3 and not wrong.out and wrong.err == run_here(folder, "assess", "-o", "out").err


def test_verbose_tells_more_on_standard_error_and_louder_wins(folder: Path) -> None:
    plain, more = run_here(folder, *EVALUATE), run_here(folder, *EVALUATE, "-v")
    assert not plain.err and b"engagement: engagement.yaml" in more.err
    assert re.sub(rb"\d", b"", more.out) == re.sub(rb"\d", b"", plain.out)
    for words in (["-q", *EVALUATE, "-v"], ["-v", *EVALUATE, "-q"]):
        assert b"engagement: engagement.yaml" in run_here(folder, *words).err
    assert b"engagement: engagement.yaml" in run_here(folder, *EVALUATE, "-v", OB_HEALTH_QUIET="1").err


def test_debug_tells_times_and_where_an_error_came_from(folder: Path) -> None:
    plain, more = run_here(folder, "checks", "explain", "X"), run_here(folder, "checks", "explain", "X", "--debug")
    assert plain.code == more.code == 2 and b"File " not in plain.err
    said = more.err.decode()
    assert re.search(r'File ".*catalogue/pages\.py", line \d+, in explain_check', said)
    assert "ConfigError: There is no check X" in said
    assert re.search(r"exit code 0 after [\d.,]+ \w+", run_here(folder, "grants", "--debug").err.decode())


def fail_by(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        password = SECRET
        raise error from ValueError(f"within: {password}")

    monkeypatch.setattr(catalogue, "validate_rules", broken)


class Typed(pydantic.BaseModel):
    password: int


def refused_by_pydantic() -> Exception:
    try:
        Typed.model_validate({"password": SECRET})
    except pydantic.ValidationError as error:
        assert SECRET in str(error)
        return error
    raise AssertionError


# What may hold a value: messages of libraries, arguments, and what our own message took in.
FAULTS = {
    "value": ValueError(SECRET),
    "number": pymysql.OperationalError(1045, f"no entry with {SECRET}"),
    "unicode": UnicodeError(SECRET),
    "pydantic": refused_by_pydantic(),
    "process": subprocess.TimeoutExpired(["pass", "show", SECRET], 60),
    "wrapped": ConfigError(f"cannot use {Secret(SECRET)}"),
    "key": KeyError("GV$OB_UNITS"),
    "attribute": AttributeError("'NoneType' object has no attribute 'rows'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_ours_is_one_message_and_never_code_1(
    fault: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_by(FAULTS[fault], monkeypatch)
    ours = isinstance(FAULTS[fault], HealthAgentError)
    ended = run_here(folder, "rules", "validate")
    assert ended.code == (2 if ours else 4)
    assert b"Traceback" not in ended.err and b"File " not in ended.err and SECRET.encode() not in ended.err
    assert ours or (b"has a defect" in ended.err and b"--debug" in ended.err)


@pytest.mark.parametrize("fault", FAULTS)
def test_debug_shows_no_secret(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(password: str) -> None:
        raise FAULTS[fault] from ValueError(password)

    with pytest.raises(type(FAULTS[fault])) as caught:
        broken(SECRET)
    said = "\n".join(format_origin(caught.value))
    assert SECRET not in said
    assert "in broken" in said and type(FAULTS[fault]).__name__ in said and "builtins.ValueError" in said
    if fault == "number":
        assert "1045" in said
    if fault in ("key", "attribute"):
        assert str(FAULTS[fault]) in said, "names of code are told"


def test_what_an_error_hides_stays_hidden() -> None:
    with pytest.raises(RuntimeError) as caught:
        try:
            raise ValueError(SECRET)
        except ValueError:
            raise RuntimeError("outer") from None
    said = "\n".join(format_origin(caught.value))
    assert "ValueError" not in said and "RuntimeError" in said
