"""What comes of a bundle: the same as of a connection, or one message and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from agent.archive import snapshot
from agent.archive.bundle.container import pack_members, unpack_members
from agent.archive.history.store import History
from agent.cli.actions.assess import AssessOptions
from agent.cli.actions.assess_bundle import assess_bundle
from agent.collection.journal import verify_journal
from agent.engagement.loading import load_engagement
from agent.facts.given import BusinessProfile, EarlierValue
from agent.facts.settings import Variable
from agent.model.bundle import Bundle, TargetParts
from agent.support import sshsig
from agent.support.errors import BundleError, ConfigError, HealthAgentError, HistoryError, NotAuthorized
from agent.support.i18n import render_text
from tests.agent.bundles import NOW, TwoSides, pack_again, sides, sign_bundle
from tests.agent.signing import OTHER_KEY, needs_openssh

__all__ = ["sides"]
pytestmark = needs_openssh
DAY = timedelta(days=1)


def document(sides: TwoSides, target: str) -> Any:
    return json.loads((sides.out / target / "assessment.json").read_text("utf-8"))


def test_it_comes_to_the_same_as_a_connection(sides: TwoSides, capsys: Any) -> None:
    """All targets: document, history and receipt. An earlier assessment of the TAM's is compared with."""
    more = "business: {peak_qps: 7}\n"
    sides.used = 850
    sides.write("tam", more=more)
    sides.share_document()
    assert sides.assess_by_connecting(NOW - DAY) == 0
    sides.used = 950
    remote = sides.root / "tam"
    kept = {path: path.read_bytes() for path in remote.glob("history.sqlite*")}
    assert sides.assess_by_connecting() == 0
    wanted = {target: document(sides, target) for target in ("shop", "stock")}
    read = {target: load(sides, target) for target in wanted}
    for path, content in kept.items():
        path.write_bytes(content)
    assert sides.collect() == 0
    assert sides.assess() == 0
    assert sorted(sides.recorded()) == ["shop", "shop", "stock", "stock"]
    for target, expected in wanted.items():
        found = document(sides, target)
        assert found["receipt"]["journal_sha256"] == verify_journal(journal_of(sides, found)).head
        assert found["comparison"] == expected["comparison"] and expected["comparison"]
        (note,) = [note["en"] for note in found["notes"] if note not in expected["notes"]]
        assert "read on the customer's side" in note and sides.open().sha256 in note
        for each in (found, expected):
            each["receipt"]["journal_sha256"] = each["assessment_id"] = each["notes"] = ""
        assert found == expected
        assert load(sides, target) == read[target]
        assert read[target][BusinessProfile][0].peak_qps == 7 and read[target][EarlierValue]
    assert "written: " in capsys.readouterr().out


def load(sides: TwoSides, target: str) -> Any:
    """The facts that were judged, given ones among them."""
    return snapshot.load_snapshot(sides.out / target / "snapshot.obh").facts


def journal_of(sides: TwoSides, found: Any) -> Path:
    return sides.out / str(found["target"]["name"]) / f"journal-{found['assessment_id']}.jsonl"


def test_one_target_of_it(sides: TwoSides, capsys: Any) -> None:
    assert sides.collect(target="shop") == 0 and [one.name for one in sides.open().head.targets] == ["shop"]
    assert sides.assess() == 0 and sides.recorded() == ["shop"]
    assert "holds nothing of stock" in capsys.readouterr().err
    with pytest.raises(BundleError):
        sides.assess(target="stock")


def test_what_was_read_before_a_period_ended_counts_for_that_one(sides: TwoSides, capsys: Any) -> None:
    assert sides.collect() == 0
    assert sides.assess(now=NOW + 100 * DAY) == 0
    assert document(sides, "shop")["period"]["number"] == 1
    assert "one of period 1, in which the target was read" in capsys.readouterr().err


def test_a_journal_of_the_same_name_is_never_replaced(sides: TwoSides, capsys: Any) -> None:
    assert sides.collect(target="shop") == 0
    (one,) = sides.open().head.targets
    shop = sides.out / "shop"
    shop.mkdir(parents=True)
    place = shop / f"journal-{one.assessment_id}.jsonl"
    place.write_bytes(b"mine")
    assert sides.assess(target="shop") == 2 and sides.recorded() == []
    assert "is another journal" in capsys.readouterr().err and place.read_bytes() == b"mine"
    place.write_bytes(sides.open().parts["shop"].journal or b"")
    assert sides.assess(target="shop") == 0, "it may be left of a run that ended before it was recorded"


@dataclass(frozen=True)
class Refusal:
    """A bundle that is refused: how it comes to be, what is said, and with which exit code."""

    made: Callable[[TwoSides], Callable[[], int]]
    told: str
    code: int = 2


def first(bundle: Bundle, **changes: Any) -> bytes:
    """The bundle with its first target told otherwise."""
    one, *others = bundle.head.targets
    told = replace(one, **changes)
    return pack_again(
        replace(bundle.head, targets=(told, *others)), {told.name: bundle.parts[one.name], **bundle.parts}
    )


def with_parts(bundle: Bundle, change: Callable[[TargetParts], TargetParts]) -> bytes:
    name = bundle.head.targets[0].name
    return pack_again(bundle.head, {**bundle.parts, name: change(bundle.parts[name])})


def offered(change: Callable[[Bundle], bytes], **options: Any) -> Callable[[TwoSides], Callable[[], int]]:
    def make(sides: TwoSides) -> Callable[[], int]:
        content = change(sides.open())
        return lambda: sides.assess(content, target="shop", **options)

    return make


def engaged(**written: Any) -> Callable[[TwoSides], Callable[[], int]]:
    """The TAM has another engagement than the one that was collected by."""

    def make(sides: TwoSides) -> Callable[[], int]:
        sides.write("tam", **written)
        return lambda: sides.assess(target="shop")

    return make


def revoked(sides: TwoSides) -> Callable[[], int]:
    path = sides.root / "tam" / "engagement.yaml"
    path.write_text(path.read_text("utf-8").replace("{document:", "{revoked: It is over, document:"), "utf-8")
    return lambda: sides.assess(target="shop")


def offered_later(later: timedelta) -> Callable[[TwoSides], Callable[[], int]]:
    return lambda sides: lambda: sides.assess(now=NOW + later, target="shop")


def members_changed(change: Callable[[dict[str, bytes]], None]) -> Callable[[Bundle], bytes]:
    def make(bundle: Bundle) -> bytes:
        members = dict(unpack_members(pack_again(bundle.head, dict(bundle.parts)), "made").members)
        change(members)
        return pack_members(members, sign_bundle)

    return make


def head_changed(**changes: Any) -> Callable[[Bundle], bytes]:
    def change(members: dict[str, bytes]) -> None:
        head = json.loads(members["bundle.json"])
        members["bundle.json"] = json.dumps({**head, **changes}).encode()

    return members_changed(change)


def bomb(size: int) -> bytes:
    """A small file that says, and keeps, that it expands to this."""
    return zstandard.ZstdCompressor(level=1).compress(bytes(size))


def signed_by_another(sides: TwoSides) -> Callable[[], int]:
    members = unpack_members(sides.bundle.read_bytes(), "made").members
    content = pack_members(members, lambda sums: sign_bundle(sums, OTHER_KEY))
    return lambda: sides.assess(content, target="shop")


def swap_targets(bundle: Bundle) -> bytes:
    one, other = bundle.head.targets
    return pack_again(bundle.head, {one.name: bundle.parts[other.name], other.name: bundle.parts[one.name]})


def told_later(bundle: Bundle, by: timedelta) -> bytes:
    one = bundle.head.targets[0]
    return first(bundle, sent_at=(*one.sent_at, one.sent_at[-1] + by))


def used_before(sides: TwoSides) -> Callable[[], int]:
    assert sides.assess(target="shop") == 0
    return lambda: sides.assess(target="shop")


def older_than_known(sides: TwoSides) -> Callable[[], int]:
    assert sides.assess_by_connecting(NOW + timedelta(minutes=1)) == 0
    return lambda: sides.assess(now=NOW + DAY, target="shop")


def of_a_done_period(sides: TwoSides) -> Callable[[], int]:
    """The period had its assessment before the bundle was made, and the bundle was kept back until the next one."""
    assert sides.assess_by_connecting(NOW - timedelta(minutes=1)) == 0
    return lambda: sides.assess(now=NOW + 100 * DAY, target="shop")


def beyond_what_was_signed(sides: TwoSides) -> Callable[[], int]:
    for path in (sides.bundle, *(sides.root / "customer" / "out").glob("*")):
        path.unlink() if path.is_file() else None
    sides.write("customer", sources=[Variable])
    sides.write("tam")
    sides.share_document()
    assert sides.collect(now=NOW + timedelta(seconds=1)) == 0
    return lambda: sides.assess(target="shop")


def told_redacted(bundle: Bundle) -> bytes:
    one, *others = bundle.head.targets
    head = replace(bundle.head, targets=(replace(one, is_redacted=True), *others))
    return pack_again(head, {**bundle.parts, one.name: replace(bundle.parts[one.name], journal=None)})


MIXED = "do not belong together"
UNFIT = "does not fit what it says of itself"
REFUSALS = {
    "another customer": Refusal(engaged(customer="Bravo"), "this is a bundle of Acme, and the engagement is of Bravo"),
    "another document": Refusal(engaged(reference="T-2"), "under the authorization T-1"),
    "another key": Refusal(signed_by_another, "signed with the key SHA256:"),
    "a target that nobody knows": Refusal(
        lambda sides: lambda: sides.assess(first(sides.open(), name="bank")), "has no target bank"
    ),
    "a permission that was taken back": Refusal(revoked, "has been revoked: It is over", code=3),
    "used before": Refusal(used_before, "was assessed from this bundle before"),
    "older than what is known": Refusal(older_than_known, "has a newer assessment"),
    "of a period that is done": Refusal(of_a_done_period, "read in period 1, which is over"),
    "to be forgotten": Refusal(offered_later(400 * DAY), "lets it be kept for 400 days"),
    "still to come": Refusal(offered_later(-DAY), "still to come by the clock of this machine"),
    "times that contradict": Refusal(offered(lambda b: told_later(b, 2 * DAY), now=NOW + 3 * DAY), "contradict"),
    "the time of another period": Refusal(offered(lambda b: first(b, as_of=NOW - 2 * DAY)), "contradict"),
    "another time within a day": Refusal(offered(lambda b: first(b, as_of=NOW - DAY / 2)), MIXED),
    "another assessment": Refusal(offered(lambda b: first(b, assessment_id="20260101-000000-abcdef")), MIXED),
    "another journal": Refusal(offered(lambda b: first(b, journal_sha256="0" * 64)), MIXED),
    "a statement that is not told": Refusal(offered(lambda b: told_later(b, timedelta(seconds=1))), MIXED),
    "targets swapped": Refusal(offered(swap_targets), MIXED),
    "said to be redacted": Refusal(offered(told_redacted), MIXED),
    "a journal without its end": Refusal(
        offered(lambda b: with_parts(b, lambda p: replace(p, journal=(p.journal or b"")[:-40]))), MIXED
    ),
    "a snapshot that is none": Refusal(
        offered(lambda b: with_parts(b, lambda p: replace(p, snapshot=b"none"))), "not a snapshot"
    ),
    "a snapshot that expands": Refusal(
        offered(lambda b: with_parts(b, lambda p: replace(p, snapshot=bomb((1 << 28) + 1)))), "not a snapshot"
    ),
    "a journal that expands": Refusal(
        offered(members_changed(lambda m: m.update({"target-1/journal.jsonl.zst": bomb((1 << 26) + 1)}))), UNFIT
    ),
    "a member too many": Refusal(offered(members_changed(lambda m: m.update({"target-9/snapshot.obh": b""}))), UNFIT),
    "a member less": Refusal(offered(members_changed(lambda m: m.__delitem__("target-1/snapshot.obh"))), UNFIT),
    "no head": Refusal(offered(members_changed(lambda m: m.__delitem__("bundle.json"))), UNFIT),
    "a head of another form": Refusal(offered(head_changed(form="1")), UNFIT),
    "a head of a newer agent": Refusal(offered(head_changed(form=2)), "written by a newer agent"),
    "a head without targets": Refusal(offered(head_changed(targets=[])), UNFIT),
    "a path for an id": Refusal(offered(lambda b: first(b, assessment_id="../../x")), UNFIT),
    "the same target twice": Refusal(offered(lambda b: first(b, name="stock")), UNFIT),
    "nothing sent": Refusal(offered(lambda b: first(b, sent_at=())), UNFIT),
    "beyond what was signed": Refusal(beyond_what_was_signed, "does not cover", code=3),
}


def outcome(run: Callable[[], int], capsys: Any) -> tuple[int, str]:
    """The exit code and what is said: an error that ends the command is printed by it, others are already."""
    capsys.readouterr()
    try:
        return run(), capsys.readouterr().err
    except HealthAgentError as error:
        return error.exit_code, render_text(error.text, "en")


def test_each_bundle_is_refused_with_one_message_and_leaves_nothing(sides: TwoSides, capsys: Any) -> None:
    assert sides.collect() == 0
    made = sides.bundle.read_bytes()
    wrong = {}
    shutil.copytree(sides.root / "tam", sides.root / "kept")
    for name, refusal in REFUSALS.items():
        shutil.rmtree(sides.root / "tam")
        shutil.copytree(sides.root / "kept", sides.root / "tam")
        sides.bundle.write_bytes(made)
        run = refusal.made(sides)
        before = state(sides)
        code, said = outcome(run, capsys)
        if code != refusal.code or refusal.told not in said or len(said.strip().splitlines()) != 1:
            wrong[name] = (code, said)
        elif state(sides) != before:
            wrong[name] = (code, "it left something")
    assert wrong == {}


def state(sides: TwoSides) -> tuple[object, ...]:
    files = sorted(path for path in sides.out.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    return files, [path.stat().st_mtime_ns for path in files], sides.recorded()


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=2)])
def test_what_was_read_outside_the_signed_window_is_refused_as_it_would_have_been(
    sides: TwoSides, later: timedelta, capsys: Any
) -> None:
    window = {
        "opens": f"{NOW - timedelta(hours=1):%H:%M}",
        "closes": f"{NOW + timedelta(hours=1):%H:%M}",
        "timezone": "UTC",
    }
    sides.write("customer", window=window)
    sides.share_document()
    assert sides.collect() == 0
    bundle = sides.open()
    one = bundle.head.targets[0]
    moments = tuple(moment + timedelta(hours=3) for moment in one.sent_at)
    if later:
        moments = (one.sent_at[0], *moments[1:])
    content = first(bundle, sent_at=moments)
    code, said = outcome(lambda: sides.assess(content, now=NOW + DAY / 2, target="shop"), capsys)
    assert code == 3 and ("window" in said) and sides.recorded() == []


def test_what_does_not_go_together_is_told_before_anything_is_read(sides: TwoSides) -> None:
    with pytest.raises(ConfigError):
        sides.assess(b"", if_due=True)
    engagement = load_engagement(sides.root / "tam" / "engagement.yaml")
    options = AssessOptions(out=sides.out, formats=["json"])
    with pytest.raises(HistoryError):
        assess_bundle(engagement, None, options, NOW, path=sides.bundle)
    unsigned = engagement.model_copy(update={"authorization": None})
    sides.bundle.write_bytes(b"")
    with History.open(engagement.history) as history, pytest.raises(NotAuthorized):
        assess_bundle(unsigned, history, options, NOW, path=sides.bundle)


def test_a_key_of_who_signs_bundles(sides: TwoSides) -> None:
    """It is another than that of who signs authorizations, and then that one signs none."""
    signer = sshsig.format_public_key(OTHER_KEY.public_key())
    assert sides.collect() == 0
    members = unpack_members(sides.bundle.read_bytes(), "made").members
    path = sides.root / "tam" / "engagement.yaml"
    text = path.read_text("utf-8").replace(
        "document: authorization.yaml,", f"document: authorization.yaml, bundle_signer: {signer},"
    )
    path.write_text(text, "utf-8")
    with pytest.raises(BundleError):
        sides.assess()
    assert sides.assess(pack_members(members, lambda sums: sign_bundle(sums, OTHER_KEY))) == 0
