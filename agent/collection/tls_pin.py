"""Pins a server's certificate by its fingerprint, for servers whose certificate no CA has signed."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any


class PinnedContext(ssl.SSLContext):
    """Trusts the one certificate whose SHA-256 fingerprint (64 hex digits) is ``fingerprint``, whatever it says."""

    fingerprint: str

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        """Make the handshake. Raises CertificateMismatch before anything else is sent."""
        wrapped = super().wrap_socket(*args, **options)
        shown = hashlib.sha256(wrapped.getpeercert(binary_form=True) or b"").hexdigest()
        if shown != self.fingerprint:
            wrapped.close()
            raise CertificateMismatch(shown)
        return wrapped


class CertificateMismatch(ssl.SSLError):
    """The server shows another certificate; ``shown`` is its fingerprint."""

    def __init__(self, shown: str) -> None:
        super().__init__(ssl.SSL_ERROR_SSL, "another certificate")
        self.shown = shown


def pin_certificate(fingerprint: str) -> PinnedContext:
    """Return a context that trusts the certificate with this SHA-256 fingerprint (64 hex digits) only."""
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.fingerprint = fingerprint
    return context


def verifies_server(context: ssl.SSLContext | None) -> bool:
    """Whether the server must prove with this context that it is the one that is meant."""
    if isinstance(context, PinnedContext):
        return True
    return context is not None and context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED
