"""The journal: whatever is done to it afterwards is found, and what was cut short is not called altered."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from agent.cli.journal import journal_app
from agent.collection.journal import (
    Journal,
    JournalState,
    VerifiedJournal,
    locate_journal,
    read_customer,
    record_refusal,
    verify_journal,
)
from agent.model.terms import Text
from agent.support.errors import JournalError, SnapshotError
from agent.support.i18n import render_text
from tests.agent.report import sample
from tests.harness import NOW

FILE_NAME = "journal-20261123-060000-abcdef.jsonl"


def written(directory: Path, statements: int = 4, name: str = FILE_NAME) -> Path:
    """A whole journal of so many statements."""
    with Journal(directory / name, "20261123-060000-abcdef", "shop") as journal:
        for number in range(statements):
            journal.sent(f"Source{number}", f"/*ob-health 20261123-060000-abcdef Source{number}*/ SELECT {number}")
            journal.answered(1.25 * number, number, 10 * number, None if number else 1142)
    return directory / name


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written(tmp_path_factory.mktemp("journal")).read_bytes()


def state_of(content: bytes, directory: Path) -> JournalState | None:
    """None for what is no journal at all."""
    path = directory / "changed.jsonl"
    path.write_bytes(content)
    try:
        return verify_journal(path).state
    except SnapshotError:
        return None


def test_a_journal_says_what_was_sent_and_what_came_back(tmp_path: Path) -> None:
    path = written(tmp_path, 2)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["opened", "sent", "answered", "sent", "answered", "closed"]
    assert (lines[0]["target"], lines[0]["assessment"]) == ("shop", "20261123-060000-abcdef")
    assert (lines[0]["format"], lines[0]["previous"]) == (1, "0" * 64), "journals of earlier agents stay intact"
    assert [line["number"] for line in lines[1:-1]] == [1, 1, 2, 2]
    assert lines[2]["error"] == 1142 and (lines[4]["rows"], lines[4]["bytes"], lines[4]["duration_ms"]) == (1, 10, 1.25)
    assert lines[-1]["statements"] == 2
    assert [line["previous"] for line in lines[1:]] == [line["sha256"] for line in lines[:-1]]
    found = verify_journal(path)
    assert found == VerifiedJournal(
        state=JournalState.INTACT,
        assessment_id="20261123-060000-abcdef",
        target="shop",
        sent_at=tuple(datetime.fromisoformat(line["at"]) for line in (lines[1], lines[3])),
        statements=2,
        head=lines[-1]["sha256"],
    )
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_without_its_time_is_not_as_we_write_it(tmp_path: Path) -> None:
    """Somebody may have chained the hashes anew; whoever asks when a statement was sent gets no answer then."""
    path = written(tmp_path, 1)
    for at in ("2026-13-01", "2026-01-01T00:00:00", 7):
        previous, lines = "0" * 64, []
        for line in path.read_text().splitlines():
            content = {**json.loads(line), "previous": previous}
            del content["sha256"]
            if content["event"] == "sent":
                content["at"] = at
            encoded = json.dumps(content, separators=(",", ":"))
            previous = hashlib.sha256(encoded.encode()).hexdigest()
            lines.append(json.dumps({**content, "sha256": previous}, separators=(",", ":")))
        (tmp_path / "chained.jsonl").write_text("\n".join(lines) + "\n")
        assert verify_journal(tmp_path / "chained.jsonl").state is JournalState.ALTERED


def test_times_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    with Journal(tmp_path / FILE_NAME, "20261123-060000-abcdef", "shop") as journal:
        journal.sent("A", "SELECT 1")
        journal.answered(1.23456, 1, 1, None)
    assert json.loads((tmp_path / FILE_NAME).read_text().splitlines()[2])["duration_ms"] == 1.235


MUTATION = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("number", [2, 3, 5])
def test_the_line_at_fault_is_named_and_what_stands_before_it_holds(whole: bytes, tmp_path: Path, number: int) -> None:
    lines = whole.splitlines(keepends=True)
    path = tmp_path / "changed.jsonl"
    path.write_bytes(b"".join([*lines[: number - 1], lines[number - 1].replace(b"20", b"21", 1), *lines[number:]]))
    found = verify_journal(path)
    assert found.state is JournalState.ALTERED and found.reason is not None
    assert found.reason.args == {"line_number": number}
    assert found.head == json.loads(lines[number - 2])["sha256"] and found.statements == (number - 1) // 2


def test_other_line_ends_are_not_called_altered(whole: bytes, tmp_path: Path) -> None:
    """As mail programs leave them; it is not called intact either."""
    path = tmp_path / "mailed.jsonl"
    path.write_bytes(whole.replace(b"\n", b"\r\n"))
    with pytest.raises(SnapshotError) as told:
        verify_journal(path)
    assert "line ends" in told.value.text.msgid and "altered" not in told.value.text.msgid


@MUTATION
@given(data=st.data())
def test_any_changed_byte_is_found(whole: bytes, tmp_path: Path, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[place]))
    assert state_of(whole[:place] + bytes([byte]) + whole[place + 1 :], tmp_path) is not JournalState.INTACT


@MUTATION
@given(data=st.data())
def test_any_inserted_bytes_are_found(whole: bytes, tmp_path: Path, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole)))
    more = data.draw(st.one_of(st.binary(min_size=1, max_size=20), st.just(b" "), st.just(b"\n"), st.just(b"\r")))
    assert state_of(whole[:place] + more + whole[place:], tmp_path) is not JournalState.INTACT


@MUTATION
@given(data=st.data())
def test_any_removed_bytes_are_found(whole: bytes, tmp_path: Path, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(whole) - 1))
    last = data.draw(st.integers(first + 1, len(whole)))
    assert state_of(whole[:first] + whole[last:], tmp_path) is not JournalState.INTACT


@MUTATION
@given(data=st.data())
def test_lines_removed_repeated_or_moved_are_found(whole: bytes, tmp_path: Path, data: st.DataObject) -> None:
    lines = whole.splitlines(keepends=True)
    order = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=len(lines) + 3))
    state = state_of(b"".join(lines[number] for number in order), tmp_path)
    if order == list(range(len(lines))):
        assert state is JournalState.INTACT
    elif order and order == list(range(len(order))):
        assert state is JournalState.CUT
    else:
        assert state in (JournalState.ALTERED, None)


@MUTATION
@given(data=st.data())
def test_a_line_of_another_journal_is_found(whole: bytes, tmp_path: Path, data: st.DataObject) -> None:
    other = written(tmp_path, 3, "other.jsonl").read_bytes().splitlines(keepends=True)
    lines = whole.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(lines)))
    replaced = data.draw(st.booleans())
    lines[place : place + replaced] = [data.draw(st.sampled_from(other))]
    assert state_of(b"".join(lines), tmp_path) in (JournalState.ALTERED, None)
    (tmp_path / "other.jsonl").unlink()


def test_wherever_a_journal_is_cut_it_is_cut_short_and_not_altered(whole: bytes, tmp_path: Path) -> None:
    first = whole.index(b"\n") + 1
    states = {state_of(whole[:length], tmp_path) for length in range(first, len(whole))}
    assert states == {JournalState.CUT}
    assert {state_of(whole[:length], tmp_path) for length in range(first)} == {None}


@pytest.mark.parametrize("key", ["assessment", "statement", "rows", "at", "previous", "statements", "sha256"])
def test_a_value_changed_anywhere_is_found(whole: bytes, tmp_path: Path, key: str) -> None:
    """Even where the line itself is hashed again, the next one tells."""
    lines = [json.loads(line) for line in whole.splitlines()]
    place = next(number for number, line in enumerate(lines) if key in line)
    changed = {**lines[place], key: 7}
    if place < len(lines) - 1 and key != "sha256":
        del changed["sha256"]
        digest = hashlib.sha256(json.dumps(changed, separators=(",", ":")).encode()).hexdigest()
        changed["sha256"] = digest
    lines[place] = changed
    content = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
    assert state_of(content, tmp_path) in (JournalState.ALTERED, None)


def test_a_killed_writer_leaves_all_it_wrote(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from agent.collection.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), 'x', 'shop')\n"
        "journal.sent('A', 'SELECT 1'); journal.answered(1.0, 1, 1, None); journal.sent('B', 'SELECT 2')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / FILE_NAME
    child = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert child.returncode == -signal.SIGKILL
    found = verify_journal(path)
    assert (found.state, found.statements) == (JournalState.CUT, 2)
    assert '"SELECT 2"' in path.read_text().splitlines()[-1], "what was on its way is named"


def test_each_run_has_a_journal_of_its_own(tmp_path: Path) -> None:
    paths = [locate_journal(tmp_path, f"20261123-06000{number}-abcdef") for number in range(3)]
    for path in paths:
        with Journal(path, path.stem.removeprefix("journal-"), "shop", "Acme") as journal:
            journal.sent("A", "SELECT 1")
    assert sorted(tmp_path.iterdir()) == paths
    assert [verify_journal(path).assessment_id in path.name for path in paths] == [True] * 3
    assert {read_customer(path) for path in paths} == {"Acme"}


def test_a_journal_is_never_replaced(tmp_path: Path) -> None:
    before = written(tmp_path).read_bytes()
    with pytest.raises(JournalError):
        written(tmp_path, 1)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"\x00" * 300_000, b'{"customer":"Acme"}\n'])
def test_what_is_no_journal_names_no_customer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal-x.jsonl").write_bytes(content)
    assert read_customer(tmp_path / "journal-x.jsonl") == ""
    assert read_customer(tmp_path / "absent") == read_customer(tmp_path) == ""


@pytest.mark.parametrize(("chars", "is_read"), [(64 * 1024, True), (64 * 1024 + 1, False)])
def test_no_more_than_64_kib_are_read_to_find_the_customer(
    tmp_path: Path, chars: int, is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of another kind may be one line of any length."""
    monkeypatch.setattr("agent.collection.journal.datetime", SimpleNamespace(now=lambda zone: NOW))
    short = Journal(tmp_path / "short", "x", "shop", "A")
    customer = "A" * (1 + chars - len(short.path.read_bytes().rstrip()))
    long = Journal(tmp_path / "long", "x", "shop", customer)
    short.close()
    long.close()
    assert len(long.path.read_bytes().splitlines()[0]) == chars
    assert read_customer(long.path) == (customer if is_read else "")


def test_two_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    first, second = (Journal(locate_journal(tmp_path, name), name, "shop") for name in ("one", "two"))
    for journal in (first, second, first):
        journal.sent("A", "SELECT 1")
    first.close()
    second.close()
    found = {verify_journal(path).assessment_id: verify_journal(path) for path in tmp_path.iterdir()}
    assert {name: (item.state, item.statements) for name, item in found.items()} == {
        "one": (JournalState.INTACT, 2),
        "two": (JournalState.INTACT, 1),
    }


def test_a_refusal_is_an_entry(tmp_path: Path) -> None:
    path = record_refusal(tmp_path / "new", "shop", Text("Authorization {name} is revoked.", {"name": "A-1"}), "id")
    assert "Authorization A-1 is revoked." in path.read_text()
    assert (verify_journal(path).state, verify_journal(path).statements) == (JournalState.INTACT, 0)


def test_a_full_disk_is_one_clear_error_and_the_rest_stays(tmp_path: Path) -> None:
    """The size of a file is limited in a process of its own: what a full disk does to a writer."""
    script = (
        "import resource, sys; from pathlib import Path; from agent.support.errors import JournalError\n"
        "from agent.support.i18n import render_text; from agent.collection.journal import Journal\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "journal = Journal(Path(sys.argv[1]), 'x', 'shop')\n"
        "try:\n"
        "    for _ in range(9): journal.sent('A', 'SELECT 1')\n"
        "except JournalError as error: print(render_text(error.text, 'en'))\n"
    )
    path = tmp_path / FILE_NAME
    child = subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True)
    assert "nothing is sent without it" in child.stdout and child.stderr == ""
    assert verify_journal(path).state is JournalState.CUT


def test_a_closing_line_that_cannot_be_written_leaves_a_journal_that_is_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = tmp_path / FILE_NAME, os.write
    journal = Journal(path, "x", "shop")
    journal.sent("A", "SELECT 1")
    handle = journal._file
    with monkeypatch.context() as patched:
        patched.setattr("agent.collection.journal.os.write", lambda file, line: write(file, line[: len(line) // 2]))
        with pytest.raises(JournalError) as error:
            journal.close()
    assert "no space is left for the line" in render_text(error.value.text, "en")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)
    size = path.stat().st_size
    journal.close()
    assert path.stat().st_size == size, "closing again does nothing"
    assert (verify_journal(path).state, verify_journal(path).statements) == (JournalState.CUT, 1)


def test_a_line_that_was_half_written_is_followed_by_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closing line behind half of another would look like tampering."""
    path, write = tmp_path / FILE_NAME, os.write
    with Journal(path, "x", "shop") as journal, monkeypatch.context() as patched:
        patched.setattr("agent.collection.journal.os.write", lambda file, line: write(file, line[:9]))
        with pytest.raises(JournalError):
            journal.sent("A", "SELECT 1")
    assert verify_journal(path).state is JournalState.CUT


def test_a_first_line_of_a_megabyte_names_no_customer(tmp_path: Path) -> None:
    for name, customer in (("short", "A" * 60_000), ("long", "A" * 1_000_000)):
        with Journal(tmp_path / name, "x", "shop", customer):
            pass
        assert read_customer(tmp_path / name) == (customer if name == "short" else "")


def test_a_device_is_left_where_it_is() -> None:
    with pytest.raises(JournalError):
        Journal(Path("/dev/null"), "x", "shop")
    assert Path("/dev/null").is_char_device()


def test_a_directory_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError) as error:
        Journal(tmp_path / "file" / FILE_NAME, "x", "shop")
    assert str(tmp_path) in render_text(error.value.text, "en")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda content: content, 0, "Intact"),
        (lambda content: content[:-30], 1, "Cut short"),
        (lambda content: content.replace(b"SELECT 2", b"SELECT 9"), 2, "Altered"),
    ],
)
def test_the_command(whole: bytes, tmp_path: Path, change: object, code: int, said: str) -> None:
    assert callable(change)
    path = tmp_path / FILE_NAME
    path.write_bytes(change(whole))
    result = CliRunner().invoke(journal_app, ["verify", str(path)])
    assert result.exit_code == code and said in result.output, result.output


def beside_report(whole: bytes, directory: Path, assessment_id: str, sha256: str) -> Path:
    """The journal beside an assessment.json of this id, whose receipt has this hash."""
    report = sample.rich()
    report["assessment_id"] = assessment_id
    report["receipt"]["journal_sha256"] = sha256
    (directory / "assessment.json").write_text(json.dumps(report), "utf-8")
    path = directory / FILE_NAME
    path.write_bytes(whole)
    return path


OWN_ID = "20261123-060000-abcdef"


@pytest.mark.parametrize("by_folder", [False, True])
def test_the_command_compares_with_the_report_beside_it(whole: bytes, tmp_path: Path, by_folder: bool) -> None:
    head = json.loads(whole.splitlines()[-1])["sha256"]
    path = beside_report(whole, tmp_path, OWN_ID, head)
    result = CliRunner().invoke(journal_app, ["verify", str(tmp_path if by_folder else path)])
    assert result.exit_code == 0 and "the journal of the report beside it" in result.output, result.output
    beside_report(whole, tmp_path, OWN_ID, "0" * 64)
    result = CliRunner().invoke(journal_app, ["verify", str(tmp_path if by_folder else path)])
    assert result.exit_code == 2 and "the report has " + "0" * 64 in result.output, result.output


def test_the_journal_of_another_run_is_never_called_that_of_the_report(whole: bytes, tmp_path: Path) -> None:
    path = beside_report(whole, tmp_path, "20261003-020000-000001", "0" * 64)
    result = CliRunner().invoke(journal_app, ["verify", str(path)])
    assert result.exit_code == 0 and "not the journal of the report beside it" in result.output
    assert "the journal of the report beside it." not in result.output
    refused = record_refusal(tmp_path, "shop", Text("Refused."), "20261124-060000-abcdef", "Acme")
    result = CliRunner().invoke(journal_app, ["verify", str(refused)])
    assert "0 statements" in result.output and "20261003-020000-000001" in result.output
    result = CliRunner().invoke(journal_app, ["verify", str(tmp_path)])
    assert isinstance(result.exception, SnapshotError), "that of the report is not there"


def test_without_a_report_every_journal_of_the_folder_is_verified(whole: bytes, tmp_path: Path) -> None:
    record_refusal(tmp_path, "shop", Text("Refused."), "20261124-060000-abcdef", "Acme")
    (tmp_path / FILE_NAME).write_bytes(whole)
    result = CliRunner().invoke(journal_app, ["verify", str(tmp_path)])
    assert result.exit_code == 0 and result.output.count("Intact") == 2 and "beside it" not in result.output
    (tmp_path / FILE_NAME).write_bytes(whole.replace(b"SELECT 2", b"SELECT 9"))
    assert CliRunner().invoke(journal_app, ["verify", str(tmp_path)]).exit_code == 2


def test_the_command_on_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(os.urandom(200) + b"\n")
    for path in (tmp_path / "x", tmp_path / "absent", tmp_path):
        result = CliRunner().invoke(journal_app, ["verify", str(path)])
        assert isinstance(result.exception, SnapshotError)
