"""A snapshot opens with its key, for its assessment, and unchanged; and with nothing else."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.archive.history.sealing import HistoryKeys, SealedSnapshot, read_history_keys
from agent.archive.snapshot import PackedSnapshot, pack_snapshot, unpack_snapshot
from agent.support.errors import ConfigError, DamagedHistory, SnapshotError
from agent.support.i18n import render_text
from tests.agent.tiny import memstore, snapshot

OLD, NEW = b"o" * 32, b"n" * 32
FACTS = snapshot([memstore("10.0.0.1", 100), memstore("数据库", 200)])
PACKED = pack_snapshot(FACTS)


def test_what_was_sealed_is_opened_and_tells_nothing_before() -> None:
    keys = HistoryKeys([NEW])
    sealed = keys.seal("a1", PACKED)
    assert keys.open("a1", sealed) == PACKED
    assert unpack_snapshot(keys.open("a1", sealed), (), "a1") == FACTS
    assert sealed.content != keys.seal("a1", PACKED).content, "the same snapshot is never sealed alike"
    assert PACKED.content[:64] not in sealed.content and NEW not in sealed.content and NEW.hex() not in sealed.key_id


def test_the_first_key_seals_and_each_opens() -> None:
    before = HistoryKeys([OLD]).seal("a1", PACKED)
    both = HistoryKeys([NEW, OLD])
    assert both.open("a1", before) == PACKED
    assert both.seal("a2", PACKED).key_id == HistoryKeys([NEW]).seal("a1", PACKED).key_id != before.key_id
    with pytest.raises(ConfigError) as caught:
        HistoryKeys([NEW]).open("a1", before)
    said = render_text(caught.value.text, "en")
    assert before.key_id in said and "a1" in said and "history_key" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: dataclasses.replace(sealed, content=sealed.content[:-1] + bytes([sealed.content[-1] ^ 1])),
        lambda sealed: dataclasses.replace(sealed, content=bytes([sealed.content[0] ^ 1]) + sealed.content[1:]),
        lambda sealed: dataclasses.replace(sealed, content=sealed.content[:-1]),
        lambda sealed: dataclasses.replace(sealed, content=b""),
        lambda sealed: dataclasses.replace(sealed, sha256="0" * 64),
    ],
)
def test_what_was_altered_does_not_open(change: Callable[[SealedSnapshot], SealedSnapshot]) -> None:
    keys = HistoryKeys([NEW])
    with pytest.raises(DamagedHistory) as caught:
        keys.open("a1", change(keys.seal("a1", PACKED)))
    assert "The snapshot of a1 in the history has been altered" in render_text(caught.value.text, "en")


def test_the_snapshot_of_one_assessment_does_not_stand_for_another() -> None:
    keys = HistoryKeys([NEW])
    with pytest.raises(DamagedHistory):
        keys.open("a2", keys.seal("a1", PACKED))


def test_a_snapshot_with_another_hash_is_refused() -> None:
    with pytest.raises(SnapshotError, match="has been altered"):
        unpack_snapshot(PackedSnapshot(PACKED.content, "0" * 64), (), "a1")
    with pytest.raises(SnapshotError, match="not a snapshot"):
        unpack_snapshot(PackedSnapshot(b"nothing", PACKED.sha256), (), "a1")


def test_keys_come_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text(base64.b64encode(NEW).decode() + "\n")
    file.chmod(0o600)
    monkeypatch.setenv("OLD_KEY", base64.b64encode(OLD).decode())
    keys = read_history_keys([f"file:{file}", "env:OLD_KEY"])
    assert keys is not None
    assert keys.seal("a1", PACKED).key_id == HistoryKeys([NEW]).seal("a1", PACKED).key_id
    assert keys.open("a1", HistoryKeys([OLD]).seal("a1", PACKED)) == PACKED
    assert read_history_keys([]) is None


@pytest.mark.parametrize("content", ["nothing", base64.b64encode(b"k" * 31).decode(), "ключ", "k" * 32])
def test_what_is_no_key_is_refused_and_never_repeated(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISTORY_KEY", content)
    with pytest.raises(ConfigError) as caught:
        read_history_keys(["env:HISTORY_KEY"])
    said = render_text(caught.value.text, "en")
    assert said.startswith("history_key: env:HISTORY_KEY holds no key.") and content not in said
