"""What ``ob-health report`` does: verifies the files of a report by their manifest, and signs the manifest."""

from __future__ import annotations

from pathlib import Path

from agent.delivery.manifest import MANIFEST, SIGNATURE, require_manifest, sign_manifest, verify_report
from agent.model.terms import Text
from agent.support import console, sshsig
from agent.support.errors import ConfigError
from agent.support.files import read_whole

_INTACT, _NOT_WHOLE, _ALTERED = 0, 1, 2
_KEY_BYTES = 1 << 14


def verify_folder(directory: Path, signer: str | None) -> int:
    """Print whether the files of a report are those that were sent. Return the exit code.

    0: all that is here is intact; 1: a list was written in, or a file is missing; 2: altered, added, or signed by
    somebody else. ``signer`` is the public key of the sender, or a file that holds it. Raises ConfigError if there is
    no manifest.
    """
    expected = _read_signer(signer) if signer else None
    found = verify_report(directory)
    console.say("report {id}: {count} files are as they were sent", id=found.assessment_id, count=len(found.intact))
    for name in found.altered:
        console.warn(Text("{name}: altered after it was sent", {"name": name}))
    for name in found.added:
        console.warn(Text("{name}: no file of this report; it was put here afterwards", {"name": name}))
    for name in found.written_in:
        console.warn(Text("{name}: changed; people write in this list", {"name": name}))
    for name in found.missing:
        console.say("{name}: not here", name=name)
    code = _judge_signer(found.signer, expected)
    if found.altered or found.added or not (found.intact or found.written_in):
        return _ALTERED
    return max(code, _NOT_WHOLE if found.written_in or found.missing else _INTACT)


def _judge_signer(signer: sshsig.PublicKey | None, expected: sshsig.PublicKey | None) -> int:
    """Print who signed. Return the exit code."""
    if signer is None:
        if expected:
            console.warn(Text("{path} is missing: this report is not signed", {"path": SIGNATURE}))
            return _ALTERED
        console.say("{path} is not signed, so anybody could have written it", path=MANIFEST)
        return _INTACT
    key = sshsig.fingerprint_key(signer)
    if expected is None:
        console.say("signed with the key {key}; --signer says whose it must be", key=key)
        return _INTACT
    if sshsig.format_public_key(signer) == sshsig.format_public_key(expected):
        console.say("signed with the key of the sender, {key}", key=key)
        return _INTACT
    args = {"key": key, "expected": sshsig.fingerprint_key(expected)}
    console.warn(Text("signed with the key {key}, and not with {expected}. Do not rely on this report", args))
    return _ALTERED


def _read_signer(given: str) -> sshsig.PublicKey:
    """Return the key of ``--signer``: a line such as ``ssh-ed25519 AAAA...``, or a file with that line first."""
    path = Path(given).expanduser()
    text = given
    if not given.startswith(("ssh-", "ecdsa-")):
        lines = read_whole(path, most_bytes=_KEY_BYTES).decode("utf-8", "replace").splitlines()
        text = next((line for line in lines if line.strip()), "")
    try:
        return sshsig.parse_public_key(text)
    except ValueError:
        message = "--signer takes the sender's public key, such as ssh-ed25519 AAAA..., or a file that holds it."
        raise ConfigError(Text(message)) from None


def sign_folder(directory: Path, key: Path) -> None:
    """Sign the manifest in a folder. Raises ConfigError if there is none, RenderError if it is not signed."""
    require_manifest(directory)
    console.say("written: {path}", path=str(sign_manifest(directory, key)))
