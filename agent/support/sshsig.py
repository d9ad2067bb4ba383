"""OpenSSH's signatures of files (``ssh-keygen -Y sign``, format SSHSIG 1). A customer needs no other tool to sign.

Keys: ed25519, ECDSA on the NIST curves, RSA of 2048 bits and more with SHA-2. Anything else is refused.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import re
import struct
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
    ssh,
)

from agent.model.terms import Text
from agent.support.errors import NotAuthorized

NAMESPACE = "ob-health"
# Of reports. Another purpose has another namespace: who signs reports gives no permission with that.
REPORT_NAMESPACE = "ob-health-report"
# Of what was collected on the customer's side.
BUNDLE_NAMESPACE = "ob-health-bundle"
MAX_SIGNATURE_BYTES = 1 << 14
_MAGIC = b"SSHSIG"
_VERSION = struct.pack(">I", 1)
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_ARMOR = re.compile(_BEGIN + rb"\r?\n([A-Za-z0-9+/=\r\n]+)" + _END)
_DIGESTS = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_RSA_HASHES = {b"rsa-sha2-256": hashes.SHA256(), b"rsa-sha2-512": hashes.SHA512()}
_CURVES: dict[str, tuple[bytes, hashes.HashAlgorithm]] = {
    "secp256r1": (b"ecdsa-sha2-nistp256", hashes.SHA256()),
    "secp384r1": (b"ecdsa-sha2-nistp384", hashes.SHA384()),
    "secp521r1": (b"ecdsa-sha2-nistp521", hashes.SHA512()),
}
_MIN_RSA_BITS = 2048
KINDS = ("ssh-ed25519", "ssh-rsa", *(name.decode() for name, _ in _CURVES.values()))
# Certificates, keys on hardware tokens, and kinds that OpenSSH no longer makes.
_OTHER_KIND = re.compile(r"(?:sk-)?(?:ssh|ecdsa|rsa|webauthn-sk-ecdsa)-[a-z0-9-]+(?:@openssh\.com)?")

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class UnusableKey(ValueError):
    """A key of a kind that is not accepted, such as a certificate or one on a hardware token; ``kind`` is its name."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"a key of the kind {kind} is not accepted")
        self.kind = kind


def parse_public_key(line: str) -> PublicKey:
    """Parse a line such as ``ssh-ed25519 AAAA... comment``.

    Raises ValueError for a key that is not accepted, UnusableKey if it is for its kind. The kind is looked at first:
    the library takes the key out of a certificate, and that of a hardware token, whose signatures have another form.
    """
    kind = line.split(maxsplit=1)[0] if line.strip() else ""
    if kind not in KINDS:
        raise UnusableKey(kind) if _OTHER_KIND.fullmatch(kind) else ValueError("no public key")
    try:
        key = load_ssh_public_key(line.encode())
    except (UnsupportedAlgorithm, IndexError, struct.error) as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, PublicKey) or (isinstance(key, rsa.RSAPublicKey) and key.key_size < _MIN_RSA_BITS):
        raise ValueError("a kind or size of key that is not accepted")
    return key


def parse_private_key(content: bytes) -> PrivateKey:
    """Parse an OpenSSH private key. Raises ValueError if it is not accepted, TypeError if it has a passphrase."""
    try:
        key = load_ssh_private_key(content, None)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, PrivateKey):
        raise ValueError("a kind of key that is not accepted")
    parse_public_key(format_public_key(key.public_key()))
    return key


def format_public_key(key: PublicKey) -> str:
    """Return the key as a line, without comment."""
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def fingerprint_key(key: PublicKey) -> str:
    """Return the fingerprint as ``ssh-keygen -l`` shows it: ``SHA256:...``."""
    digest = ssh.ssh_key_fingerprint(key, hashes.SHA256())
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def sign_content(content: bytes, key: PrivateKey, namespace: str = NAMESPACE) -> bytes:
    """Return the armored signature, as ``ssh-keygen -Y sign -n ob-health`` writes it."""
    blob = _encode_key(key.public_key())
    signature = _make_raw_signature(key, _build_signed_data(content, b"sha512", namespace))
    whole = _MAGIC + _VERSION + _pack_parts(blob, namespace.encode(), b"", b"sha512", signature)
    return _armor(whole)


def is_as_written(armored: bytes) -> bool:
    """Whether a signature has the very bytes that OpenSSH writes: other bytes can stand for the same signature."""
    match = _ARMOR.fullmatch(armored.strip())
    if match is None:
        return False
    try:
        return _armor(base64.b64decode(match[1].replace(b"\n", b""), validate=True)) == armored
    except binascii.Error:
        return False


def _armor(whole: bytes) -> bytes:
    text = base64.b64encode(whole)
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return b"\n".join([_BEGIN, *lines, _END, b""])


def find_signer(content: bytes, armored: bytes, namespace: str) -> PublicKey | None:
    """Return the key by which the content is signed for this purpose; None if it or its signature was altered.

    Whose key that is, the signature does not say. Raises ValueError for what is no signature of a kind that is
    accepted, or one for another purpose.
    """
    try:
        blob, found, digest, signature = _parse_signature(armored)
        signer = parse_public_key(_format_blob(blob))
    except struct.error as error:
        raise ValueError(str(error)) from None
    if found != namespace.encode():
        raise ValueError("signed for another purpose")
    return signer if _is_signed(signer, signature, digest, content, namespace) else None


def verify_signature(content: bytes, armored: bytes, pinned: PublicKey, document: str) -> None:
    """Verify the signature of ``document`` by the pinned key. Raises NotAuthorized, which says what is wrong."""
    args = {"document": document, "pinned": fingerprint_key(pinned)}
    try:
        blob, namespace, digest, signature = _parse_signature(armored)
        signer = parse_public_key(_format_blob(blob))
    except UnusableKey as error:
        raise NotAuthorized(
            Text(
                "{document} was signed with a key of the kind {kind}, which cannot be verified. Ask the customer to "
                "sign it with a key of one of these kinds: {kinds}",
                args | {"kind": error.kind, "kinds": ", ".join(KINDS)},
            )
        ) from None
    except (ValueError, struct.error):
        raise NotAuthorized(
            Text(
                "The signature of {document} is no SSH signature that can be read. Ask the customer to sign it again: "
                "ssh-keygen -Y sign -n ob-health -f KEY {document}",
                args,
            )
        ) from None
    if namespace != NAMESPACE.encode():
        raise NotAuthorized(
            Text("{document} was signed for another purpose. Ask the customer to sign it with: -n ob-health", args)
        )
    if _encode_key(signer) != _encode_key(pinned):
        raise NotAuthorized(
            Text(
                "{document} was signed with the key {found}, but authorization.signer of the engagement is {pinned}. "
                "Ask the customer which key is theirs.",
                args | {"found": fingerprint_key(signer)},
            )
        )
    if not _is_signed(pinned, signature, digest, content):
        if any(_is_signed(pinned, signature, digest, other) for other in _list_mailed(content)):
            raise NotAuthorized(
                Text(
                    "{document}: only the line ends differ from what the customer signed, as mail programs change "
                    "them. Ask for both files in a zip archive, and use them as they are.",
                    args,
                )
            )
        raise NotAuthorized(
            Text(
                "{document} is not what the customer signed: it or its signature was altered afterwards. "
                "Use the original file, byte by byte, or ask the customer to sign this one.",
                args,
            )
        )


def _is_signed(key: PublicKey, signature: bytes, digest: bytes, content: bytes, namespace: str = NAMESPACE) -> bool:
    try:
        _check_signature(key, signature, _build_signed_data(content, digest, namespace))
    except (InvalidSignature, ValueError, KeyError, struct.error):
        return False
    return True


def _list_mailed(content: bytes) -> Iterator[bytes]:
    """Yield what the content may have been before a mail program or an editor changed its line ends."""
    plain = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = plain.rstrip(b"\n")
    for body in (plain, lines, lines + b"\n", lines + b"\n\n"):
        for mark in (b"", codecs.BOM_UTF8):
            yield mark + body
            yield mark + body.replace(b"\n", b"\r\n")


def _parse_signature(armored: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return public key, namespace, digest name and signature. Raises ValueError or struct.error."""
    match = _ARMOR.fullmatch(armored.strip())
    if match is None or len(armored) > MAX_SIGNATURE_BYTES:
        raise ValueError("no armored signature")
    whole = base64.b64decode(match[1].replace(b"\r", b"").replace(b"\n", b""), validate=True)
    if not whole.startswith(_MAGIC + _VERSION):
        raise ValueError("not version 1")
    blob, namespace, _reserved, digest, signature = _unpack_parts(whole[len(_MAGIC + _VERSION) :], 5)
    return blob, namespace, digest, signature


def _build_signed_data(content: bytes, digest: bytes, namespace: str = NAMESPACE) -> bytes:
    return _MAGIC + _pack_parts(namespace.encode(), b"", digest, _DIGESTS[digest](content).digest())


def _make_raw_signature(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return _pack_parts(b"ssh-ed25519", key.sign(data))
    if isinstance(key, rsa.RSAPrivateKey):
        return _pack_parts(b"rsa-sha2-512", key.sign(data, padding.PKCS1v15(), hashes.SHA512()))
    name, digest = _CURVES[key.curve.name]
    pair = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    # An SSH integer begins with a zero bit, so a number that fills its bytes needs one byte more.
    return _pack_parts(name, _pack_parts(*(number.to_bytes(number.bit_length() // 8 + 1, "big") for number in pair)))


def _check_signature(key: PublicKey, signature: bytes, data: bytes) -> None:
    name, raw = _unpack_parts(signature, 2)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(raw, data, padding.PKCS1v15(), _RSA_HASHES[name])
        return
    if isinstance(key, ec.EllipticCurvePublicKey):
        expected, digest = _CURVES[key.curve.name]
        first, second = (int.from_bytes(number, "big") for number in _unpack_parts(raw, 2))
        key.verify(utils.encode_dss_signature(first, second), data, ec.ECDSA(digest))
    else:
        expected = b"ssh-ed25519"
        key.verify(raw, data)
    if name != expected:
        raise InvalidSignature


def _encode_key(key: PublicKey) -> bytes:
    """Return the key in SSH's binary form."""
    return binascii.a2b_base64(format_public_key(key).split()[1])


def _format_blob(blob: bytes) -> str:
    """Return a key in SSH's binary form as a line."""
    (length,) = struct.unpack_from(">I", blob)
    return f"{blob[4 : 4 + length].decode('ascii')} {base64.b64encode(blob).decode()}"


def _pack_parts(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def _unpack_parts(data: bytes, count: int) -> list[bytes]:
    """Return exactly ``count`` parts. Each stands after its length. Raises ValueError or struct.error."""
    parts = []
    while data:
        (length,) = struct.unpack_from(">I", data)
        if len(data) < 4 + length:
            raise ValueError("cut short")
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    if len(parts) != count:
        raise ValueError("another number of parts")
    return parts
