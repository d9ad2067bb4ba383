"""Each fault of a server's TLS has one message that says what to do; nothing is sent in plain text instead."""

from __future__ import annotations

import ssl

import pytest

from agent.collection.tls_errors import explain_no_tls, explain_tls_failure, explain_withheld
from agent.collection.tls_pin import CertificateMismatch, pin_certificate, verifies_server
from agent.support.errors import ConnectError
from agent.support.i18n import render_text

ARGS = {"target": "shop", "host": "db", "port": "2881"}


def said(error: ConnectError) -> str:
    text = render_text(error.text, "en")
    assert text.startswith("shop: ") and "db:2881" in text
    return text


def unverified(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, words
    return error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, "is not valid today (its words)"),
        (10, "is not valid today (its words)"),
        (62, "is made out to another name (its words)"),
        (63, "is made out to another name (its words)"),
        (64, "is made out to another name (its words)"),
        (8, "is not signed by a CA that is trusted here (its words)"),
        (11, "is not signed by a CA that is trusted here (its words)"),
        (18, "is not signed by a CA that is trusted here (its words)"),
        (61, "is not signed by a CA that is trusted here (its words)"),
        (65, "is not signed by a CA that is trusted here (its words)"),
    ],
)
def test_a_certificate_that_does_not_verify(code: int, words: str) -> None:
    assert words in said(explain_tls_failure(unverified(code, "its words"), ARGS))


@pytest.mark.parametrize(("reason", "shown"), [("NO_PROTOCOLS", "NO_PROTOCOLS"), (None, "the whole message")])
def test_a_handshake_that_fails_says_why(reason: str | None, shown: str) -> None:
    error = ssl.SSLError(1, "the whole message")
    error.reason = reason  # type: ignore[assignment]  # OpenSSL gives none for some
    text = said(explain_tls_failure(error, ARGS))
    assert text.startswith("shop: TLS with db:2881 failed: ")
    assert text.endswith(": NO_PROTOCOLS") if reason else shown in text


def test_a_server_without_tls_and_one_with_another_certificate() -> None:
    assert "no TLS, which tls.mode of the target demands" in said(explain_no_tls(ARGS))
    shown = said(explain_tls_failure(CertificateMismatch("ab" * 32), ARGS))
    assert f"another certificate than the pinned one (SHA-256 {'ab' * 32}), so nothing" in shown


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("mysql_clear_password", "in clear (mysql_clear_password)"),
        ("dialog", "in clear (dialog)"),
        ("caching_sha2_password", "by caching_sha2_password, by which a server that is not verified could learn it"),
        ("sha256_password", "by sha256_password, by which a server that is not verified could learn it"),
        ("a_new_one", "by a_new_one, which is answered to no server"),
    ],
)
def test_why_the_password_was_not_told(way: str, words: str) -> None:
    assert words in said(explain_withheld(way, ARGS))


def test_only_a_context_that_checks_certificate_and_name_verifies_a_server() -> None:
    plain = ssl.create_default_context()
    assert verifies_server(plain)
    assert not verifies_server(None)
    plain.check_hostname = False
    assert not verifies_server(plain), "any certificate of a known CA would do"
    plain.verify_mode = ssl.CERT_NONE
    assert not verifies_server(plain)


def test_a_pinned_certificate_stands_for_ca_and_name() -> None:
    pinned = pin_certificate("ab" * 32)
    assert verifies_server(pinned) and pinned.fingerprint == "ab" * 32
    assert not pinned.check_hostname and pinned.verify_mode is ssl.CERT_NONE
