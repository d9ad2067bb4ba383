"""A snapshot file comes back equal, or is refused with a reason."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from agent.archive import snapshot
from agent.archive.snapshot import FORMAT, load_snapshot, save_snapshot
from agent.facts.given import Attestation, Build, BusinessProfile, Clock, CriticalPeriod, EarlierValue
from agent.facts.resources import Memstore
from agent.facts.schema import Table
from agent.facts.settings import Tenant, Variable
from agent.model.cost import Cost
from agent.model.snapshot import Problem, Snapshot, SourceRecord, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version
from agent.support.errors import SnapshotError, WriteError
from agent.support.i18n import render_text
from tests.agent.tiny import NOW, memstore

MOMENT = datetime(2026, 11, 23, 5, 59, 58, 123456, tzinfo=UTC)
GONE = Unavailable(
    UnavailableKind.TIMEOUT, Text("{source} took {took_ms}", {"source": "x", "took_ms": 7.5}), Text("later")
)
FACTS: dict[type, Any] = {
    Memstore: (memstore("10.0.0.1", 5), memstore("名\x00\x1b\u202e'`", 1 << 62)),
    Variable: (Variable(name="v", value=None),),
    Table: (
        Table(
            table_schema="s", table_name="t", table_rows=None, data_length=0, table_collation=None, create_time=MOMENT
        ),
    ),
    Tenant: GONE,
    Build: (Build(version=Version(4, 2, 5, 1), tenant_kind=TenantKind.USER, embedded=False),),
    Clock: (Clock(as_of=NOW),),
    BusinessProfile: (BusinessProfile(peak_qps=1.5, concurrency=None, growth_pct_per_year=0.1),),
    CriticalPeriod: (CriticalPeriod(name="双十一", start=date(2026, 11, 1), end=date(2026, 11, 12)),),
    Attestation: (
        Attestation(key="a", value=True, by="Li", on=date(2026, 1, 1), valid_until=date(2026, 12, 1)),
        Attestation(key="b", value=1.5, by="Li", on=date(2026, 1, 1), valid_until=date(2026, 12, 1)),
    ),
    EarlierValue: (EarlierValue(code="CAP901", resource="r", value=7.0, as_of=MOMENT),),
}
SNAPSHOT = Snapshot(
    target="shop",
    tenant_kind=TenantKind.USER,
    version=Version(4, 2, 5, 1),
    as_of=NOW,
    facts=FACTS,
    records=(
        SourceRecord(source="Memstore", view="oceanbase.X", status="ok", rows=2, duration_ms=1.5, truncated=True),
        SourceRecord(source="Tenant", view="oceanbase.Y", status="timeout", reason=GONE.reason),
    ),
    problems=(
        Problem(Text("seen at {at}", {"at": MOMENT}), Text("mend it")),
        Problem(Text("no remedy")),
        Problem(Text("{source} ended: {reason}", {"source": "Tenant", "reason": Text("at {at}", {"at": MOMENT})})),
    ),
    cost=Cost(statements=3, database_ms=4.5, longest_ms=2.5, rows=6),
    embedded=True,
)


def test_round_trip_is_equal(tmp_path: Path) -> None:
    save_snapshot(SNAPSHOT, tmp_path / "s.obh")
    assert load_snapshot(tmp_path / "s.obh") == SNAPSHOT
    assert [path.name for path in tmp_path.iterdir()] == ["s.obh"], "no half-written file stays behind"


def test_equal_snapshots_make_equal_bytes(tmp_path: Path) -> None:
    backwards = dataclasses.replace(SNAPSHOT, facts=dict(reversed(FACTS.items())))
    assert save_snapshot(SNAPSHOT, tmp_path / "a") == save_snapshot(backwards, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    save_snapshot(load_snapshot(tmp_path / "a"), tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == (tmp_path / "a").read_bytes()
    assert save_snapshot(dataclasses.replace(SNAPSHOT, target="other"), tmp_path / "d") != save_snapshot(
        SNAPSHOT, tmp_path / "a"
    )


def opened(path: Path) -> dict[str, Any]:
    outer: dict[str, Any] = json.loads(zstandard.ZstdDecompressor().decompress(path.read_bytes()))
    return outer


def packed(path: Path, outer: Any, *, rehash: bool = False) -> Path:
    if rehash:
        outer["sha256"] = hashlib.sha256(outer["body"].encode()).hexdigest()
    path.write_bytes(zstandard.ZstdCompressor().compress(json.dumps(outer).encode()))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SnapshotError) as error:
        load_snapshot(path)
    said = render_text(error.value.text, "en")
    assert str(path) in said
    return said


def changed(path: Path, old: str, new: str) -> Path:
    save_snapshot(SNAPSHOT, path)
    outer = opened(path)
    assert old in outer["body"]
    return packed(path, {**outer, "body": outer["body"].replace(old, new, 1)}, rehash=True)


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    save_snapshot(SNAPSHOT, tmp_path / "s")
    outer = opened(tmp_path / "s")
    packed(tmp_path / "s", {**outer, "body": outer["body"].replace('"embedded":true', '"embedded":false')})
    assert "altered" in refusal(tmp_path / "s")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    assert "newer agent" in refusal(changed(tmp_path / "s", f'"format":{FORMAT}', f'"format":{FORMAT + 1}'))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("agent.facts.resources:Memstore", "agent.facts.resources:Nothing"),
        ("agent.facts.resources:Memstore", "agent.facts.no_such:Row"),
        ("agent.facts.resources:Memstore", "agent.facts.resources:COUNTERS"),
        ("memstore_used", "memory_used"),
        ('"kind":"timeout"', '"kind":"tired"'),
        ('"target":"shop",', ""),
        ('"version":[4,2,5,1]', '"version":[]'),
        (NOW.isoformat(), "yesterday"),
        ('"facts":{', '"facts":[],"x":{'),
    ],
)
def test_facts_that_do_not_fit_this_agent_are_refused(tmp_path: Path, old: str, new: str) -> None:
    assert "does not fit this version" in refusal(changed(tmp_path / "s", old, new))


@dataclasses.dataclass(frozen=True)
class Theirs:
    """A row type of a plug-in."""

    size: int


def test_facts_of_a_plug_in_are_read_only_where_it_is_known(tmp_path: Path) -> None:
    path = changed(tmp_path / "s", "agent.facts.resources:Memstore", "tests.no_such_plugin:Memstore")
    found = load_snapshot(path)
    assert found.facts == {row: facts for row, facts in FACTS.items() if row is not Memstore}
    assert "tests.no_such_plugin:Memstore" in render_text(found.problems[-1].what, "en")
    save_snapshot(dataclasses.replace(SNAPSHOT, facts={**FACTS, Theirs: (Theirs(7),)}), path)
    assert load_snapshot(path, [Theirs]).facts[Theirs] == (Theirs(7),)
    assert load_snapshot(path, [Theirs]).problems == SNAPSHOT.problems


def test_no_module_is_imported_by_a_name_out_of_the_file(tmp_path: Path) -> None:
    path = changed(tmp_path / "s", "agent.facts.resources:Memstore", "turtledemo:Memstore")
    assert len(load_snapshot(path).facts) == len(FACTS) - 1
    assert "turtledemo" not in sys.modules


@pytest.mark.parametrize(
    "outer", [[], 7, {}, {"body": "{}"}, {"body": 7, "sha256": "x"}, {"body": None, "sha256": None}]
)
def test_another_file_is_refused(tmp_path: Path, outer: Any) -> None:
    assert refusal(packed(tmp_path / "s", outer))


@pytest.mark.parametrize("body", ["{}", "[]", "7", "not json", "[" * 100_000, '{"format": "x"}', '{"format": null}'])
def test_a_right_hash_over_nonsense_is_refused(tmp_path: Path, body: str) -> None:
    assert "not a snapshot" in refusal(packed(tmp_path / "s", {"body": body}, rehash=True))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", zstandard.ZstdCompressor().compress(b"\xff\xfe")]
)
def test_a_file_that_is_no_snapshot_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s").write_bytes(content)
    assert "not a snapshot" in refusal(tmp_path / "s")


def test_a_missing_file_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    assert "nowhere cannot be read (No such file or directory)" in refusal(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(WriteError) as error:
        save_snapshot(SNAPSHOT, tmp_path / "file" / "snapshot.obh")
    assert "cannot be written" in render_text(error.value.text, "en")


@pytest.mark.parametrize(
    "as_of",
    [
        "9999-12-31T23:59:59+00:00",
        "0001-01-01T00:00:00+00:00",
        "1970-01-01T00:00:00+00:00",
        "2026-11-23T06:00:00",
        "x",
        7,
        None,
    ],
)
def test_a_clock_that_no_assessment_can_have_is_refused(as_of: object, tmp_path: Path) -> None:
    plain = snapshot._serialize_snapshot(SNAPSHOT)
    snapshot.write_body(snapshot.serialize_body({**plain, "as_of": as_of}), tmp_path / "a.obh")
    with pytest.raises(SnapshotError, match="does not fit this version") as caught:
        snapshot.load_snapshot(tmp_path / "a.obh")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "msgid",
    ["{x:999999999}", "{x!r}", "{x:{x}}", "{x.__class__}", "{x[0]}", "{0}", "{", "}", "{}", "{x:>999999999}{x}", "{y}"],
)
def test_a_message_with_more_than_names_in_its_braces_is_refused_and_takes_no_memory(
    msgid: str, tmp_path: Path
) -> None:
    plain = snapshot._serialize_snapshot(SNAPSHOT)
    text = {"msgid": msgid, "args": {"x": "a"}}
    for wrong in ({"problems": [{"what": text, "remedy": None}]}, {"facts": {**plain["facts"], WRITTEN: broken(text)}}):
        snapshot.write_body(snapshot.serialize_body({**plain, **wrong}), tmp_path / "a.obh")
        with pytest.raises(SnapshotError, match="does not fit this version"):
            snapshot.load_snapshot(tmp_path / "a.obh")


WRITTEN = "agent.facts.resources:Memstore"


def broken(text: Mapping[str, object]) -> dict[str, object]:
    return {"unavailable": {"kind": "privilege", "reason": text, "remedy": None}}


def _count_facts(found: Snapshot, given: str) -> tuple[str, list[int]]:
    return given, [len(found.facts)]


def test_what_is_asked_of_a_snapshot_again_is_worked_out_once_and_by_each_anew() -> None:
    found = Snapshot(
        target="t", tenant_kind=TenantKind.USER, version=Version(4, 2, 5, 1), as_of=NOW, facts={Memstore: ()}
    )
    first = found.work_out(_count_facts, "a")
    assert first == ("a", [1]) and found.work_out(_count_facts, "a") is first
    assert found.work_out(_count_facts, "b") == ("b", [1])
    other = dataclasses.replace(found, facts={Memstore: (), Table: ()})
    assert other.work_out(_count_facts, "a") == ("a", [2]), "another snapshot knows nothing of it"
    assert found == dataclasses.replace(found), "nor is it part of what the snapshot says"
