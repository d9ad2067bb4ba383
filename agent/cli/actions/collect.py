"""What the command collect does: read targets, and put what was read into a bundle for somebody elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import agent
from agent import pipeline
from agent.archive import snapshot
from agent.archive.bundle.contents import pack_bundle
from agent.archive.bundle.encryption import encrypt_content, parse_recipients
from agent.archive.folder import set_earlier_aside
from agent.archive.history.store import History
from agent.archive.redaction.key import RedactionKey, read_redaction_key
from agent.archive.redaction.redact import redact_file
from agent.cli.actions.targets import for_each_target, make_job, select_targets, show_progress
from agent.collection.journal import locate_journal, verify_journal
from agent.engagement.engagement_file import Engagement
from agent.model.bundle import BundledTarget, BundleHead, TargetParts
from agent.model.terms import Scalar, Text
from agent.model.unread import find_early_end_of_snapshot
from agent.pipeline import CollectedTarget
from agent.service.bundle_admission import find_bundle_signer
from agent.service.outcome import PARTIAL, describe_early_end
from agent.service.own_folder import refuse_foreign_folder
from agent.support import console, sshsig
from agent.support.errors import BundleError, ConfigError, RenderError, WriteError
from agent.support.files import lock_directory, make_workplace, read_whole, write_once
from agent.support.ssh_keygen import sign_by_program

if TYPE_CHECKING:
    from agent.archive.bundle.encryption import Recipient

_SNAPSHOT = "snapshot.obh"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleWish:
    """Which bundle is wanted. ``key`` signs it: a private key, or a public one whose private key is in the ssh-agent.

    ``encrypt_to`` are public keys of the readers, or files of these; none: it is not encrypted. With a
    ``redaction_key`` names are replaced by pseudonyms, and no journal goes along.
    """

    path: Path
    key: Path
    encrypt_to: Sequence[str] = ()
    redaction_key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOptions:
    """Options of ``collect``. ``out`` is the directory of snapshots and journals."""

    out: Path
    target: str | None = None
    outside_service: str = ""
    bundle: BundleWish | None = None


def choose_directory(out: Path | None, bundle: Path | None) -> Path | None:
    """Return where snapshots and journals go: the named directory, or one beside the bundle. None: nothing says."""
    return out or (bundle.with_name(f"{bundle.name}.files") if bundle else None)


def collect_all(engagement: Engagement, history: History | None, options: CollectOptions, now: datetime) -> int:
    """Write a snapshot of each target to DIR/<target>/snapshot.obh, and what is wanted of a bundle.

    Return the exit code. Raises ConfigError for what would spoil the bundle, before anything is connected.
    """
    bundler = _Bundler(engagement, options.bundle, options.out) if options.bundle else None

    def work(name: str) -> int:
        with show_progress() as show:
            job = make_job(engagement, name, history, now, options.outside_service).with_progress(show)
            path = options.out / name / _SNAPSHOT
            refuse_foreign_folder(path.parent, engagement.customer.name, name)
            with lock_directory(path.parent):
                collected = pipeline.collect_target(job, pipeline.make_assessment_id(now), path.parent)
                set_aside = set_earlier_aside(path.parent)
                digest = snapshot.save_snapshot(collected.facts, path)
        console.say("written: {path} (sha256 {digest})", path=str(path), digest=digest[:16])
        if set_aside:
            console.say("  the files of the assessment before are in {path}", "dim", path=str(set_aside))
        if bundler:
            bundler.add(name, collected)
        early = find_early_end_of_snapshot(collected.facts)
        if early:
            console.warn(describe_early_end(early))
        return PARTIAL if early else 0

    code = for_each_target(engagement, options.target, work)
    if bundler:
        bundler.finish(select_targets(engagement, options.target), now)
    return code


class _Bundler:
    """Gathers what was read, and writes one bundle of it. All that can be wrong with its options is told at once."""

    def __init__(self, engagement: Engagement, wish: BundleWish, out: Path) -> None:
        self._customer, self._wish, self._out = engagement.customer.name, wish, out
        if wish.path.exists():
            text = "{file} already exists and is never overwritten; choose another name, or move it away"
            raise ConfigError(Text(text, {"file": str(wish.path)}))
        self._recipients: list[Recipient] = parse_recipients(wish.encrypt_to)
        self._redaction_key = read_redaction_key(wish.redaction_key) if wish.redaction_key else None
        self._sign: Callable[[bytes], bytes] = partial(_sign_content, key=wish.key)
        _require_signer(self._sign, find_bundle_signer(engagement), wish.key)
        self._targets: list[BundledTarget] = []
        self._parts: dict[str, TargetParts] = {}

    def add(self, name: str, collected: CollectedTarget) -> None:
        """Take what lies in the folder of a target that was just read."""
        directory = self._out / name
        journal = locate_journal(directory, collected.assessment_id)
        found, redaction_key = verify_journal(journal), self._redaction_key
        content = _redact(directory, redaction_key) if redaction_key else read_whole(directory / _SNAPSHOT)
        self._parts[name] = TargetParts(content, None if redaction_key else read_whole(journal))
        self._targets.append(
            BundledTarget(
                name=name,
                assessment_id=collected.assessment_id,
                as_of=collected.facts.as_of,
                authorization_reference=collected.authorization.reference,
                authorization_sha256=collected.authorization.sha256,
                server_clock=collected.clock.server,
                local_clock=collected.clock.local,
                journal_sha256=found.head,
                sent_at=found.sent_at,
                is_redacted=redaction_key is not None,
            )
        )

    def finish(self, wanted: Sequence[str], now: datetime) -> None:
        """Write the bundle, and say what it lacks. Nothing is written if no target was read."""
        missing = [name for name in wanted if name not in self._parts]
        args: dict[str, Scalar] = {"path": str(self._wish.path), "names": ", ".join(missing)}
        if not self._targets:
            console.warn(Text("{path}: no bundle is written, because no target was read.", args))
            return
        head = BundleHead(self._customer, agent.__version__, now, tuple(self._targets))
        content = pack_bundle(head, self._parts, self._sign)
        if self._recipients:
            content = encrypt_content(content, self._recipients)
        try:
            write_once(self._wish.path, content)
        except OSError as error:
            text = "{path}: the bundle cannot be written ({reason}). Make room there or choose another place."
            raise WriteError(Text(text, args | {"reason": error.strerror or str(error)})) from None
        console.say("written: {path} ({size_bytes})", "bold", path=str(self._wish.path), size_bytes=len(content))
        self._say_what_it_holds()
        if missing:
            console.warn(Text("{path}: the bundle lacks {names}; these targets could not be read.", args))

    def _say_what_it_holds(self) -> None:
        if self._redaction_key:
            console.say("  names are pseudonyms in it, and the journals stay here")
        if not self._recipients:
            console.say("  it is signed and not encrypted: whoever has the file can read it")
        console.say("  the same snapshots and journals are in {path}, for you", "dim", path=str(self._out))


def _redact(directory: Path, key: RedactionKey) -> bytes:
    with make_workplace(directory, "redacted") as place:
        redact_file(directory / _SNAPSHOT, key, place / _SNAPSHOT)
        return read_whole(place / _SNAPSHOT)


def _sign_content(content: bytes, *, key: Path) -> bytes:
    """Let ``ssh-keygen`` sign the content. Raises BundleError if there is no signature in the end."""
    try:
        with make_workplace(None, "signing") as place:
            file = place / "content"
            write_once(file, content)
            return sign_by_program(file, key, sshsig.BUNDLE_NAMESPACE).read_bytes()
    except OSError as error:
        text = "The bundle cannot be signed ({reason}). ssh-keygen must be installed, and its key be there."
        raise BundleError(Text(text, {"reason": error.strerror or str(error)})) from None
    except RenderError as error:
        text = (
            "The bundle cannot be signed with {key}: {detail}. A key with a passphrase must be in your ssh-agent "
            "(ssh-add)."
        )
        raise BundleError(Text(text, {"key": str(key), "detail": error.text})) from None


def _require_signer(sign: Callable[[bytes], bytes], pinned: str, key: Path) -> None:
    """Try the key before anything is read. Raises BundleError if it does not sign, or is not the one that is pinned."""
    probe = b"ob-health"
    try:
        signer = sshsig.find_signer(probe, sign(probe), sshsig.BUNDLE_NAMESPACE)
    except ValueError:
        signer = None
    expected = sshsig.parse_public_key(pinned)
    if signer is None or sshsig.format_public_key(signer) != sshsig.format_public_key(expected):
        text = (
            "{key} is the key {found}, and bundles of this customer are signed with {pinned}. Sign with that one, or "
            "let authorization.bundle_signer of the engagement name yours."
        )
        found = sshsig.fingerprint_key(signer) if signer else "–"
        args = {"key": str(key), "found": found, "pinned": sshsig.fingerprint_key(expected)}
        raise BundleError(Text(text, args))
