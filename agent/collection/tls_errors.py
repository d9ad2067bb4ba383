"""Explains what is wrong with a server's TLS, in one message each. Nothing is ever sent in plain text instead."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from agent.collection.guarded_driver import ANSWERED_IF_VERIFIED
from agent.collection.server_errors import cut_message, cut_name
from agent.collection.tls_pin import CertificateMismatch
from agent.model.terms import Scalar, Text
from agent.support.errors import ConnectError

NO_TLS = 2026  # the client's own: TLS is demanded and the server has none
_ANOTHER_NAME = (62, 63, 64)  # OpenSSL's numbers: host name, e-mail address, IP address
_ANOTHER_TIME = (9, 10)  # not yet valid, expired
_NEVER_ANSWERED = ("dialog", "mysql_clear_password")


def explain_no_tls(args: Mapping[str, Scalar]) -> ConnectError:
    """Return the error for a server without TLS. ``args`` are target, host and port."""
    return ConnectError(
        Text(
            "{target}: {host}:{port} offers no TLS, which tls.mode of the target demands, so nothing was sent."
            " Have TLS switched on there, or choose plain text knowingly with mode: disabled.",
            args,
        )
    )


def explain_withheld(way: str, args: Mapping[str, Scalar]) -> ConnectError:
    """Return the error for a server that asks for the password in a way in which it could learn it."""
    values = {**args, "way": cut_name(way)}
    if way in _NEVER_ANSWERED:
        return ConnectError(
            Text(
                "{target}: {host}:{port} asks for the password in clear ({way}), and was not told it."
                " Have the account log in by mysql_native_password.",
                values,
            )
        )
    if way not in ANSWERED_IF_VERIFIED:
        return ConnectError(
            Text(
                "{target}: {host}:{port} asks for the password by {way}, which is answered to no server, so it was not"
                " told. Have the account log in by mysql_native_password.",
                values,
            )
        )
    return ConnectError(
        Text(
            "{target}: {host}:{port} asks for the password by {way}, by which a server that is not verified could learn"
            " it, so it was not told. Set tls.mode of the target to verify and pin the server's certificate with tls.ca"
            " or tls.fingerprint, or have the account log in by mysql_native_password.",
            values,
        )
    )


def explain_tls_failure(error: ssl.SSLError, args: Mapping[str, Scalar]) -> ConnectError:
    """Return the error for a failed handshake. ``args`` are target, host and port."""
    if isinstance(error, CertificateMismatch):
        return ConnectError(
            Text(
                "{target}: {host}:{port} shows another certificate than the pinned one (SHA-256 {shown}), so nothing"
                " was told. If the server has a new certificate, ask its owner for the fingerprint and write it as"
                " tls.fingerprint of the target; if not, another server answers there.",
                {**args, "shown": error.shown},
            )
        )
    if not isinstance(error, ssl.SSLCertVerificationError):
        values = {**args, "reason": cut_message(error.reason or error)}
        return ConnectError(Text("{target}: TLS with {host}:{port} failed: {reason}", values))
    values = {**args, "reason": cut_message(error.verify_message)}
    if error.verify_code in _ANOTHER_TIME:
        return ConnectError(
            Text(
                "{target}: the certificate of {host}:{port} is not valid today ({reason}). Have it renewed, or "
                "correct the clock of this machine.",
                values,
            )
        )
    if error.verify_code in _ANOTHER_NAME:
        return ConnectError(
            Text(
                "{target}: the certificate of {host}:{port} is made out to another name ({reason})."
                " Write the name in it as host of the target; if the host is right, another server answers there.",
                values,
            )
        )
    return ConnectError(
        Text(
            "{target}: the certificate of {host}:{port} is not signed by a CA that is trusted here ({reason})."
            " Check tls.ca of the target; if it is right, another server answers there.",
            values,
        )
    )
