"""Our signatures are OpenSSH's: each verifies the other's, and nothing that differs by one bit passes."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.support import sshsig
from agent.support.errors import NotAuthorized
from agent.support.i18n import render_text
from tests.agent.signing import KEY, OTHER_KEY, needs_openssh, ssh_keygen

CONTENT = "reference: T-1 / 授权\n".encode()
KEYS: dict[str, sshsig.PrivateKey] = {
    "ed25519": KEY,
    "ecdsa-256": ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-384": ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-521": ec.generate_private_key(ec.SECP521R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
}


def saved(key: sshsig.PrivateKey, directory: Path) -> Path:
    path = directory / "key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    return path


def refusal(content: bytes, armored: bytes, pinned: sshsig.PublicKey) -> str:
    with pytest.raises(NotAuthorized) as caught:
        sshsig.verify_signature(content, armored, pinned, "a.yaml")
    assert caught.value.exit_code == 3
    return render_text(caught.value.text, "en")


@needs_openssh
@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_a_signature_of_ssh_keygen_verifies_with_ours(kind: str, digest: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(CONTENT)
    key = saved(KEYS[kind], tmp_path)
    ssh_keygen("-Y", "sign", "-n", "ob-health", "-O", f"hashalg={digest}", "-f", key, tmp_path / "a.yaml")
    armored = (tmp_path / "a.yaml.sig").read_bytes()
    sshsig.verify_signature(CONTENT, armored, KEYS[kind].public_key(), "a.yaml")
    sshsig.verify_signature(CONTENT, armored.replace(b"\n", b"\r\n"), KEYS[kind].public_key(), "a.yaml")  # sent by mail
    assert "was altered afterwards" in refusal(CONTENT + b" ", armored, KEYS[kind].public_key())


@needs_openssh
@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("round_", range(3))
def test_a_signature_of_ours_verifies_with_ssh_keygen(kind: str, round_: int, tmp_path: Path) -> None:
    key = KEYS[kind]
    (tmp_path / "signers").write_text(f"dba@acme {sshsig.format_public_key(key.public_key())}\n")
    (tmp_path / "a.sig").write_bytes(sshsig.sign_content(CONTENT, key))
    command = ["ssh-keygen", "-Y", "verify", "-n", "ob-health", "-I", "dba@acme", "-f", "signers", "-s", "a.sig"]
    for content, code in ((CONTENT, 0), (CONTENT[:-1], 255)):
        done = subprocess.run(command, input=content, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == code, done.stderr
    assert sshsig.fingerprint_key(key.public_key()) in ssh_keygen("-l", "-f", saved(key, tmp_path))


def public_line(kind: str, *parts: bytes) -> str:
    """A public key of any kind as a line, made of its parts."""
    return f"{kind} {base64.b64encode(sshsig._pack_parts(kind.encode(), *parts)).decode()} dba@acme"


RAW = KEY.public_key().public_bytes_raw()
POINT = KEYS["ecdsa-256"].public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
SECURITY_KEYS = {
    "sk-ssh-ed25519@openssh.com": (RAW, b"ssh:"),
    "sk-ecdsa-sha2-nistp256@openssh.com": (b"nistp256", POINT, b"ssh:"),
}


@pytest.mark.parametrize("kind", SECURITY_KEYS)
def test_a_key_on_a_hardware_token_is_refused_for_its_kind(kind: str) -> None:
    with pytest.raises(sshsig.UnusableKey) as caught:
        sshsig.parse_public_key(public_line(kind, *SECURITY_KEYS[kind]))
    assert caught.value.kind == kind


@needs_openssh
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_certificate_is_no_plain_key(kind: str, tmp_path: Path) -> None:
    for name, of_kind in (("ca", "ed25519"), ("key", kind)):
        ssh_keygen("-q", "-t", of_kind, "-N", "", "-f", tmp_path / name)
    ssh_keygen("-q", "-s", tmp_path / "ca", "-I", "dba", "-n", "dba", "-V", "-2d:-1d", tmp_path / "key.pub")
    line = (tmp_path / "key-cert.pub").read_text()
    with pytest.raises(sshsig.UnusableKey) as caught:
        sshsig.parse_public_key(line)
    assert caught.value.kind == line.split()[0] and "-cert-" in caught.value.kind
    assert sshsig.parse_public_key((tmp_path / "key.pub").read_text())


@pytest.mark.parametrize("line", ["ssh-dss AAAA", "ssh-ed448 AAAA", "rsa-sha2-512-cert-v01@openssh.com AAAA"])
def test_other_kinds_are_named(line: str) -> None:
    with pytest.raises(sshsig.UnusableKey, match=line.partition(" ")[0]):
        sshsig.parse_public_key(line)


@pytest.mark.parametrize(
    "line", ["", " ", "AAAA", "ssh-ed25519", "ssh-ed25519 AAAA", "cert-authority ssh-ed25519 AAAA"]
)
def test_what_is_no_key_is_no_kind(line: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the library's words differ
        sshsig.parse_public_key(line)
    assert not isinstance(caught.value, sshsig.UnusableKey)


@pytest.mark.parametrize("kind", SECURITY_KEYS)
def test_a_signature_by_a_hardware_token_is_told_from_an_altered_one(kind: str) -> None:
    blob = sshsig._pack_parts(kind.encode(), *SECURITY_KEYS[kind])
    message = refusal(CONTENT, repacked({0: blob}), KEY.public_key())
    assert f"a key of the kind {kind}, which cannot be verified" in message and "altered" not in message


TEXT = "a: 1\nb: 授权\n\nc: 3\n"
MAILED = {
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "mixed": TEXT.replace("\n", "\r\n", 2).encode(),
    "no end": TEXT.rstrip("\n").encode(),
    "one end more": f"{TEXT}\n".encode(),
    "byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "all": b"\xef\xbb\xbf" + TEXT.rstrip("\n").replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("how", MAILED)
@pytest.mark.parametrize("signed", [TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), TEXT.rstrip("\n").encode()])
def test_line_ends_that_a_mail_changed_are_said_to_be_that(how: str, signed: bytes) -> None:
    armored = sshsig.sign_content(signed, KEY)
    if MAILED[how] == signed:
        return
    message = refusal(MAILED[how], armored, KEY.public_key())
    assert "only the line ends differ" in message and "zip archive" in message and "altered" not in message
    changed = MAILED[how].replace(b"1", b"2")
    assert "altered afterwards" in refusal(changed, armored, KEY.public_key())


def test_an_ed25519_signature_is_the_same_byte_for_byte() -> None:
    assert sshsig.sign_content(CONTENT, KEY) == sshsig.sign_content(CONTENT, KEY)


def test_another_key_is_named() -> None:
    message = refusal(CONTENT, sshsig.sign_content(CONTENT, OTHER_KEY), KEY.public_key())
    assert sshsig.fingerprint_key(OTHER_KEY.public_key()) in message
    assert sshsig.fingerprint_key(KEY.public_key()) in message


@needs_openssh
def test_a_signature_for_another_purpose_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(CONTENT)
    ssh_keygen("-Y", "sign", "-n", "git", "-f", saved(KEY, tmp_path), tmp_path / "a.yaml")
    assert "another purpose" in refusal(CONTENT, (tmp_path / "a.yaml.sig").read_bytes(), KEY.public_key())


def repacked(change: dict[int, bytes]) -> bytes:
    """Our signature with some of its five parts replaced."""
    body = b"".join(sshsig.sign_content(CONTENT, KEY).splitlines()[1:-1])
    parts = sshsig._unpack_parts(base64.b64decode(body)[10:], 5)
    changed = [change.get(index, part) for index, part in enumerate(parts)]
    whole = b"SSHSIG" + (1).to_bytes(4, "big") + sshsig._pack_parts(*changed)
    return b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(whole) + b"\n-----END SSH SIGNATURE-----\n"


def test_repacking_alone_changes_nothing() -> None:
    sshsig.verify_signature(CONTENT, repacked({}), KEY.public_key(), "a.yaml")


@pytest.mark.parametrize(
    "change", [{3: b"sha1"}, {3: b"md5"}, {3: b"sha256"}, {4: b""}, {4: sshsig._pack_parts(b"ssh-rsa", bytes(64))}]
)
def test_weak_or_wrong_parts_are_refused(change: dict[int, bytes]) -> None:
    assert "altered" in refusal(CONTENT, repacked(change), KEY.public_key())


def test_the_signed_name_of_the_algorithm_counts() -> None:
    body = b"".join(sshsig.sign_content(CONTENT, KEY).splitlines()[1:-1])
    _, raw = sshsig._unpack_parts(sshsig._unpack_parts(base64.b64decode(body)[10:], 5)[4], 2)
    assert "altered" in refusal(CONTENT, repacked({4: sshsig._pack_parts(b"ssh-ed448", raw)}), KEY.public_key())


SIGNATURE = sshsig.sign_content(CONTENT, KEY)


@pytest.mark.parametrize(
    "armored",
    [
        b"",
        b"x",
        b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
        b"-----BEGIN PGP SIGNATURE-----\nAAAA\n",
        b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAg==\n-----END SSH SIGNATURE-----",
        SIGNATURE * 2,
        SIGNATURE[:-40],
        SIGNATURE.replace(b"\n", b"\n" + b"A" * 20000, 1),
    ],
)
def test_what_is_no_signature_is_said_with_the_way_to_make_one(armored: bytes) -> None:
    assert "ssh-keygen -Y sign -n ob-health" in refusal(CONTENT, armored, KEY.public_key())


@settings(max_examples=300)
@given(st.data())
def test_no_bit_of_document_or_signature_can_be_flipped(data: st.DataObject) -> None:
    armored = sshsig.sign_content(CONTENT, KEY)
    whole = base64.b64decode(b"".join(armored.splitlines()[1:-1]))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, 8 * len(CONTENT) - 1))
        changed = bytearray(CONTENT)
        changed[at // 8] ^= 1 << at % 8
        refusal(bytes(changed), armored, KEY.public_key())
    else:
        at = data.draw(st.integers(0, 8 * len(whole) - 1))
        blob = bytearray(whole)
        blob[at // 8] ^= 1 << at % 8
        text = base64.b64encode(bytes(blob))
        refusal(CONTENT, b"-----BEGIN SSH SIGNATURE-----\n" + text + b"\n-----END SSH SIGNATURE-----", KEY.public_key())


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_a_traceback(blob: bytes) -> None:
    refusal(CONTENT, blob, KEY.public_key())
    whole = b"SSHSIG" + (1).to_bytes(4, "big") + blob
    armored = b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(whole) + b"\n-----END SSH SIGNATURE-----"
    refusal(CONTENT, armored, KEY.public_key())


@settings(max_examples=200)
@given(st.text(max_size=100) | st.text(max_size=60).map(lambda text: f"ssh-ed25519 {text}"))
def test_any_text_for_a_key_is_a_key_or_a_value_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        sshsig.parse_public_key(line)


def test_weak_keys_are_refused() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    with pytest.raises(ValueError, match="not accepted"):
        sshsig.parse_public_key(sshsig.format_public_key(weak.public_key()))
    content = weak.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    with pytest.raises(ValueError, match="not accepted"):
        sshsig.parse_private_key(content)


@needs_openssh
def test_a_key_with_a_passphrase_is_told_apart(tmp_path: Path) -> None:
    ssh_keygen("-q", "-t", "ed25519", "-N", "a passphrase", "-f", tmp_path / "key")
    with pytest.raises(TypeError):
        sshsig.parse_private_key((tmp_path / "key").read_bytes())
    (tmp_path / "key").unlink()
    ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key")
    opened = sshsig.parse_private_key((tmp_path / "key").read_bytes())
    assert (tmp_path / "key.pub").read_text().startswith(sshsig.format_public_key(opened.public_key()))
