"""Bundles on the customer's side: what is in them, who can open them, and what is told before anything is read."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.archive import snapshot
from agent.archive.history.store import History
from agent.archive.redaction.key import make_redaction_key, read_redaction_key
from agent.archive.redaction.redact import restore_file
from agent.cli.actions.collect import CollectOptions, choose_directory, collect_all
from agent.support.errors import BundleError, ConfigError
from tests.agent.bundles import NOW, TwoSides, sides
from tests.agent.signing import OTHER_KEY, SIGNER, needs_openssh

__all__ = ["sides"]
pytestmark = needs_openssh


def test_a_bundle_is_whole_and_for_its_owner_alone(sides: TwoSides) -> None:
    assert sides.collect() == 0
    bundle, kept = sides.open(), sides.root / "customer" / "out"
    assert [one.name for one in bundle.head.targets] == ["shop", "stock"] and bundle.head.customer == "Acme"
    for one in bundle.head.targets:
        journal = kept / one.name / f"journal-{one.assessment_id}.jsonl"
        assert bundle.parts[one.name].journal == journal.read_bytes()
        assert bundle.parts[one.name].snapshot == (kept / one.name / "snapshot.obh").read_bytes()
        assert len(one.sent_at) == 2
    assert stat.S_IMODE(sides.bundle.stat().st_mode) == 0o600
    assert choose_directory(None, sides.bundle) == sides.root / "acme.obb.files"
    assert choose_directory(kept, sides.bundle) == kept and choose_directory(None, None) is None


def test_without_a_bundle_nothing_else_is_written(sides: TwoSides) -> None:
    engagement, out = sides.engagement("customer"), sides.root / "out"
    with History.open(engagement.history) as history:
        assert collect_all(engagement, history, CollectOptions(out=out), NOW) == 0
    assert sorted(path.name for path in out.glob("*") if path.is_dir()) == ["shop", "stock"]
    assert snapshot.load_snapshot(out / "shop" / "snapshot.obh").target == "shop"


def test_a_target_that_fails_is_left_out_and_named(sides: TwoSides, capsys: Any) -> None:
    sides.failing = {"shop"}
    assert sides.collect() == 4 and [one.name for one in sides.open().head.targets] == ["stock"]
    assert "the bundle lacks shop" in capsys.readouterr().err
    sides.bundle.unlink()
    sides.failing = {"shop", "stock"}
    assert sides.collect() == 4 and not sides.bundle.exists()
    assert "no bundle is written" in capsys.readouterr().err


def test_what_would_spoil_a_bundle_is_told_before_anything_is_read(sides: TwoSides) -> None:
    other = sides.root / "other.key"
    other.touch(0o600)
    other.write_bytes(OTHER_KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    taken = sides.root / "taken.obb"
    taken.write_bytes(b"mine")
    for wish in (
        {"path": taken},
        {"key": other},
        {"key": sides.root / "none"},
        {"key": taken},
        {"encrypt_to": ["age1nobody"]},
        {"redaction_key": sides.root / "none"},
    ):
        with pytest.raises(ConfigError):
            sides.collect(**wish)
    assert taken.read_bytes() == b"mine" and not (sides.root / "customer" / "out").exists()
    assert not sides.bundle.exists() and list(sides.root.glob("*.sig")) == []


def identity(path: Path) -> tuple[str, str]:
    """A reference to a new secret key, and its public key."""
    pyrage = pytest.importorskip("pyrage")
    made = pyrage.x25519.Identity.generate()
    path.touch(0o600)
    path.write_text(f"# created: today\n{made}\n")
    return f"file:{path}", str(made.to_public())


def test_redacted_and_encrypted_it_is_assessed_under_pseudonyms(sides: TwoSides, capsys: Any) -> None:
    reference, public = identity(sides.root / "identity")
    names = sides.root / "names"
    make_redaction_key(names)
    assert sides.collect(encrypt_to=[public, SIGNER], redaction_key=names) == 0
    said = capsys.readouterr().out
    assert "names are pseudonyms in it" in said and "not encrypted" not in said
    content = sides.bundle.read_bytes()
    assert b"bundle.json" not in content
    with pytest.raises(ConfigError):
        sides.assess()
    with pytest.raises(BundleError):
        sides.assess(content[:-1], identity=reference)
    assert sides.recorded() == [] and not sides.out.exists()
    assert sides.assess(content, identity=reference) == 0
    assert sorted(sides.recorded()) == ["shop", "stock"]
    shop = sides.out / "shop"
    assert not list(shop.glob("journal*")), "statements name what is redacted"
    assert "10.0.0.1" not in (shop / "assessment.json").read_text("utf-8")
    assert snapshot.load_snapshot(shop / "snapshot.obh").target == "shop"


def test_the_customer_restores_what_was_redacted(sides: TwoSides) -> None:
    names = sides.root / "names"
    make_redaction_key(names)
    assert sides.collect(redaction_key=names) == 0
    part = sides.open().parts["shop"]
    assert part.journal is None and b"10.0.0.1" not in part.snapshot
    (sides.root / "redacted.obh").write_bytes(part.snapshot)
    restore_file(sides.root / "redacted.obh", read_redaction_key(names), sides.root / "restored.obh")
    kept = sides.root / "customer" / "out" / "shop" / "snapshot.obh"
    assert (sides.root / "restored.obh").read_bytes() == kept.read_bytes()
