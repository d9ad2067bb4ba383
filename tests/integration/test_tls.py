"""TLS with CA and host name, on the real kernel with certificates of our own: what is refused, unheard."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from agent.collection.connect import Budget, ReadOnlySession
from agent.engagement import targets
from agent.kernel.start import Kernel, run_kernel
from agent.support.errors import ConnectError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL, load
from tests.integration.reading import rows_of
from tests.sshd import needs_sshd, serving

pytestmark = pytest.mark.kernel
HOST = "localhost"
NOW = datetime.now(UTC)
A_DAY = timedelta(days=1)
ASK = "SELECT COUNT(*) FROM oceanbase.GV$OB_UNITS"


@dataclass
class Authority:
    """A certificate authority of a test."""

    name: str
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def certificate(self) -> bytes:
        signed = self._builder(self.name, self.key, NOW + A_DAY)
        constraint = x509.BasicConstraints(ca=True, path_length=None)
        return _pem(signed.add_extension(constraint, critical=True).sign(self.key, hashes.SHA256()))

    def issue(self, host: str, until: datetime) -> tuple[bytes, bytes]:
        """Certificate and key of a server."""
        key = rsa.generate_private_key(65537, 2048)
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        signed = self._builder(host, key, until).add_extension(names, critical=False).sign(self.key, hashes.SHA256())
        return _pem(signed), key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    def _builder(self, name: str, key: rsa.RSAPrivateKey, until: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 30 * A_DAY)
            .not_valid_after(until)
        )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


AUTHORITY, STRANGER = Authority("the customer's CA"), Authority("another CA")


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel of its own: the shared one speaks plain text."""
    with run_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


def wear(kernel: Kernel, certificate: tuple[bytes, bytes]) -> None:
    """Let the server show this certificate: it reads its files when TLS is switched on."""
    wallet = kernel.directory / "wallet"
    wallet.mkdir(exist_ok=True)
    for name, content in zip(("server-cert.pem", "server-key.pem"), certificate, strict=True):
        (wallet / name).write_bytes(content)
    (wallet / "ca.pem").write_bytes(AUTHORITY.certificate)
    undress(kernel)
    kernel.run(["ALTER SYSTEM SET ssl_client_authentication = TRUE"])
    _await(kernel, certificate[0])


def undress(kernel: Kernel) -> None:
    """Switch TLS off."""
    kernel.run(["ALTER SYSTEM SET ssl_client_authentication = FALSE"])
    _await(kernel, None)


def _await(kernel: Kernel, certificate: bytes | None) -> None:
    deadline = time.monotonic() + 60
    while _shown(kernel) != certificate:
        assert time.monotonic() < deadline, "the server did not change its certificate"
        time.sleep(0.1)


def _shown(kernel: Kernel) -> bytes | None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    try:
        connection = pymysql.connect(
            host=kernel.host, port=kernel.port, user=kernel.user, password=kernel.password, ssl=trusting
        )
    except pymysql.OperationalError:
        return None
    with contextlib.closing(connection):
        shown: bytes | None = connection._sock.getpeercert(binary_form=True)  # type: ignore[attr-defined]
    return _pem(x509.load_der_x509_certificate(shown)) if shown else None


def open_session(kernel: Kernel, directory: Path, tls: str, **changes: object) -> ReadOnlySession:
    """As root of the kernel; the CA lies beside the engagement."""
    (directory / "ca.pem").write_bytes(AUTHORITY.certificate)
    keys: dict[str, object] = {
        "host": HOST,
        "port": kernel.port,
        "user": kernel.user,
        "password": f"file:{directory}/pw",
        "tls": tls,
    }
    (directory / "pw").touch(0o600)
    (directory / "pw").write_text(kernel.password)
    head = MINIMAL.split("    host:")[0]
    content = head + "".join(f"    {key}: {value}\n" for key, value in {**keys, **changes}.items())
    return ReadOnlySession(targets.build_endpoint(load(directory, content), "orders"), Budget(), "tls")


def refusal(kernel: Kernel, directory: Path, tls: str, **changes: object) -> str:
    with pytest.raises(ConnectError) as error:
        open_session(kernel, directory, tls, **changes)
    said = render_text(error.value.text, "en")
    assert said.startswith("orders: ") and f"{HOST}:" in said and kernel.password not in said
    assert "cannot be reached" not in said, "the network is not to blame"
    return said


VERIFY = "{mode: verify, ca: ca.pem}"


@contextlib.contextmanager
def overheard(kernel: Kernel) -> Iterator[tuple[int, bytearray]]:
    """A relay before the kernel, and what clients say to it: all of it, once the block has ended."""
    heard, copies = bytearray(), list[threading.Thread]()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    server = socket.create_connection((kernel.host, kernel.port))
                    for ends in ((server, client, None), (client, server, heard)):
                        copies.append(threading.Thread(target=_copy, args=ends, daemon=True))
                        copies[-1].start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
    for copy in copies:
        copy.join(timeout=30)
    assert copies and not any(copy.is_alive() for copy in copies)


def _copy(source: socket.socket, sink: socket.socket, heard: bytearray | None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if heard is not None:
                heard += data
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("tls", [VERIFY, "{mode: required}"])
def test_the_right_certificate_is_accepted_and_all_is_encrypted(secure: Kernel, tmp_path: Path, tls: str) -> None:
    wear(secure, AUTHORITY.issue(HOST, NOW + A_DAY))
    with overheard(secure) as (port, heard), open_session(secure, tmp_path, tls, port=port) as session:
        assert session.fetch(ASK, "units") == [(1,)]
        sessions = "SELECT SSL_CIPHER FROM oceanbase.GV$OB_PROCESSLIST WHERE COMMAND = 'Sleep'"
        assert any(cipher for (cipher,) in rows_of(secure, sessions)), "the server says so too"
    assert heard and b"root" not in heard and b"GV$OB_UNITS" not in heard


def test_another_ca_is_refused(secure: Kernel, tmp_path: Path) -> None:
    wear(secure, STRANGER.issue(HOST, NOW + A_DAY))
    said = refusal(secure, tmp_path, VERIFY)
    assert "is not signed by a CA that is trusted here" in said and "Check tls.ca" in said
    assert "is not signed by a CA" in refusal(secure, tmp_path, "{mode: verify}"), "nor by one of this machine"


def test_another_hosts_certificate_is_refused(secure: Kernel, tmp_path: Path) -> None:
    wear(secure, AUTHORITY.issue("db.example.com", NOW + A_DAY))
    assert "is made out to another name (Hostname mismatch" in refusal(secure, tmp_path, VERIFY)
    with pytest.raises(ConnectError) as error:
        open_session(secure, tmp_path, VERIFY, host="127.0.0.1")
    assert "another name (IP address mismatch" in render_text(error.value.text, "en")


def test_a_pinned_certificate_needs_no_ca_and_no_name(secure: Kernel, tmp_path: Path) -> None:
    """Self-signed ones have neither; another certificate of the same name is refused before the login."""
    certificate = STRANGER.issue("whatever.example", NOW - A_DAY)
    wear(secure, certificate)
    pinned = x509.load_pem_x509_certificate(certificate[0]).fingerprint(hashes.SHA256()).hex(":").upper()
    with open_session(secure, tmp_path, f'{{mode: verify, fingerprint: "{pinned}"}}') as session:
        assert session.fetch(ASK, "units") == [(1,)]
    wear(secure, STRANGER.issue("whatever.example", NOW + A_DAY))
    with overheard(secure) as (port, heard):
        said = refusal(secure, tmp_path, f'{{mode: verify, fingerprint: "{pinned}"}}', port=port)
    assert "another certificate than the pinned one" in said and heard and b"root" not in heard


def test_an_expired_certificate_is_refused(secure: Kernel, tmp_path: Path) -> None:
    wear(secure, AUTHORITY.issue(HOST, NOW - A_DAY))
    assert "is not valid today (certificate has expired)" in refusal(secure, tmp_path, VERIFY)


@pytest.mark.parametrize("tls", [VERIFY, "{mode: required}"])
def test_a_server_without_tls_hears_nothing_from_us(secure: Kernel, tmp_path: Path, tls: str) -> None:
    undress(secure)
    with overheard(secure) as (port, heard):
        assert "offers no TLS" in refusal(secure, tmp_path, tls, port=port)
    assert heard == b"", "not even the account's name"


@pytest.mark.parametrize("certificate", [STRANGER.issue(HOST, NOW + A_DAY), AUTHORITY.issue("x.example", NOW + A_DAY)])
def test_a_refused_server_hears_neither_account_nor_password(
    secure: Kernel, tmp_path: Path, certificate: tuple[bytes, bytes]
) -> None:
    wear(secure, certificate)
    with overheard(secure) as (port, heard):
        refusal(secure, tmp_path, VERIFY, port=port)
    assert heard and b"root" not in heard, "the handshake, and no login"


@needs_sshd
def test_behind_a_jump_host_the_databases_own_name_is_verified(
    secure: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with serving(tmp_path / "jump") as jump:
        way = {"via": jump.url, "via_key": jump.key, "via_known_hosts": jump.known_hosts}
        wear(secure, AUTHORITY.issue(HOST, NOW + A_DAY))
        with open_session(secure, tmp_path, VERIFY, **way) as session:
            assert session.fetch(ASK, "units") == [(1,)]
        wear(secure, AUTHORITY.issue("jump.example.com", NOW + A_DAY))
        assert "is made out to another name" in refusal(secure, tmp_path, VERIFY, **way)
