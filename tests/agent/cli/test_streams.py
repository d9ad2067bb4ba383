"""Closed pipes and poor encodings change no exit code, lose no file and show no traceback, in any command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.archive.history.store import History
from tests.agent.archive.history.documents import document
from tests.agent.cli.typed import make_environment, run_here, run_process
from tests.agent.engagements import MINIMAL

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
# A command for each way of printing: help, tables, lists, pages, JSON, scripts, messages, and errors of each kind.
COMMANDS = {
    "--help": 0,
    "checks": 2,
    "help exit-codes": 0,
    "checks list": 0,
    "checks list --json": 0,
    "checks explain SEC001": 0,
    "completion bash": 0,
    "grants": 0,
    "rules validate": 0,
    "history list": 0,
    "history show 2026": 0,
    "schedule list": 0,
    "journal verify journal.jsonl": 2,
    "asess": 2,
    "grants --kind none": 2,
    "checks explain XYZ001": 2,
    "assess -o out": 3,
    "--version": 0,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A customer's folder with an engagement that nobody has signed, and an assessment in the history."""
    place = tmp_path_factory.mktemp("数据")
    text = MINIMAL.replace("2026-01-31", f"{datetime.now(UTC):%Y}-01-01").replace("orders:", "shop:")
    (place / "engagement.yaml").write_text(text, "utf-8")
    (place / "journal.jsonl").write_text("no journal", "utf-8")
    with History.open(str(place / "history.db")) as history:
        history.save(document("20261003-101112-abcdef", band="good"))
    return place


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_pipe_changes_nothing(command: str, folder: Path) -> None:
    whole = run_here(folder, *command.split())
    assert whole.code == COMMANDS[command], whole
    assert (whole.out or whole.err) and b"Traceback" not in whole.err
    for closed in ("out", "err", "both"):
        ended = run_here(folder, *command.split(), closed=closed)
        assert ended.code == whole.code, closed
        assert ended.out == (whole.out if closed == "err" else b"")
        assert ended.err == (whole.err if closed == "out" else b"")


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
@pytest.mark.parametrize("command", COMMANDS)
def test_letters_that_an_encoding_lacks_are_replaced(command: str, encoding: str, folder: Path) -> None:
    ended = run_here(folder, *command.split(), encoding=encoding, OB_HEALTH_LANG="zh-CN")
    assert ended.code == COMMANDS[command], ended
    said = (ended.out + ended.err).decode(encoding)
    assert said and "Traceback" not in said and "Unicode" not in said


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "gb2312", "big5", "latin-1", "ascii", "cp1252"])
def test_chinese_is_chinese_where_there_are_letters_for_it_and_else_english(encoding: str, folder: Path) -> None:
    ended = run_here(folder, "grants", "--help", encoding=encoding, LC_ALL="zh_CN.GBK")
    has_letters = encoding.startswith(("gb", "big"))
    expected = "用法" if encoding.startswith("gb") else "" if has_letters else "Usage: ob-health grants"
    assert ended.out.decode(encoding).startswith(expected), ended


@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "latin-1", "ascii"])
def test_signs_keep_their_meaning_where_an_encoding_lacks_them(encoding: str, folder: Path) -> None:
    """A limit from above must not look like one from below, nor a loss of points like a riddle."""
    listed = run_here(folder, "checks", "list", "--code", "SEC003", encoding=encoding).out.decode(encoding)
    shutil.copy(ROOT / "tests" / "data" / "before_rooms" / "snapshot.obh", folder / "snapshot.obh")
    words = ("evaluate", "-s", "snapshot.obh", "-o", f"out-{encoding}", "-f", "json", "-l", "en")
    summed_up = run_here(folder, *words, encoding=encoding).out.decode(encoding)
    assert ("≥" in listed or ">=" in listed) and "?" not in listed + summed_up


def test_json_keeps_every_letter_in_every_encoding(folder: Path) -> None:
    records = [
        json.loads(
            run_here(folder, "checks", "list", "--code", "CAP", "--json", encoding=encoding).out.decode(encoding)
        )
        for encoding in ("utf-8", "latin-1", "ascii", "gbk")
    ]
    assert all(each == records[0] for each in records) and "≥" in str(records[0])


@pytest.mark.parametrize("closed", ["", "out", "err", "both"])
def test_an_assessment_goes_on_to_its_end_and_its_findings_are_its_exit_code(closed: str, folder: Path) -> None:
    shutil.copy(ROOT / "tests" / "data" / "before_rooms" / "snapshot.obh", folder / "snapshot.obh")
    out = f"out-{closed}"
    words = ("evaluate", "-s", "snapshot.obh", "-o", out, "-f", "json", "-l", "en", "--fail-on", "low")
    ended = run_here(folder, *words, closed=closed)
    assert ended.code == 1, ended
    assert (folder / out / "assessment.json").is_file()


# As processes of their own, for what happens after the last line of ours.


def test_a_reader_that_takes_one_line(folder: Path) -> None:
    line = '>pipe & code=$!; head -1 <pipe >&2; wait $code; echo "code $?"'
    ended = subprocess.run(
        ["sh", "-c", f'mkfifo pipe; "$0" -m agent checks list {line}', sys.executable],
        cwd=folder,
        env=make_environment(folder),
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert ended.stdout == b"code 0\n" and ended.stderr.startswith(b"code"), ended
    assert ended.stderr.count(b"\n") == 1, "nothing but the line that head took"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", ["checks list", "--help"])
def test_a_full_disk_is_told_and_is_no_finding(command: str, folder: Path) -> None:
    ended = run_process(folder, *command.split(), line=">/dev/full")
    assert ended.code == 4 and b"No space left on device" in ended.err
    assert b"Traceback" not in ended.err and b"Exception ignored" not in ended.err


@pytest.mark.parametrize(("line", "command", "code"), [(">&-", "grants", 0), ("2>&-", "asess", 2)])
def test_a_stream_that_is_not_there(line: str, command: str, code: int, folder: Path) -> None:
    ended = run_process(folder, command, line=line)
    assert ended.code == code and not ended.out + ended.err


def test_a_poor_encoding_from_the_environment(folder: Path) -> None:
    ended = run_process(folder, "grants", "--help", PYTHONIOENCODING="latin-1", OB_HEALTH_LANG="zh-CN")
    assert ended.code == 0 and ended.out.startswith(b"Usage") and not ended.err
