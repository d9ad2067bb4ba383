"""Explains what is wrong with a server's TLS, in one message each. Nothing is ever sent in plain text instead."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from agent.model.terms import Scalar, Text
from agent.support.errors import ConnectError

NO_TLS = 2026  # the client's own: TLS is demanded and the server has none
_ANOTHER_NAME = (62, 63, 64)  # OpenSSL's numbers: host name, e-mail address, IP address
_ANOTHER_TIME = (9, 10)  # not yet valid, expired


def explain_no_tls(args: Mapping[str, Scalar]) -> ConnectError:
    """Return the error for a server without TLS. ``args`` are target, host and port."""
    return ConnectError(
        Text(
            "{target}: {host}:{port} offers no TLS, which tls.mode of the target demands, so nothing was sent."
            " Have TLS switched on there, or choose plain text knowingly with mode: disabled.",
            args,
        )
    )


def explain_tls_failure(error: ssl.SSLError, args: Mapping[str, Scalar]) -> ConnectError:
    """Return the error for a failed handshake. ``args`` are target, host and port."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        values = {**args, "reason": error.reason or str(error)}
        return ConnectError(Text("{target}: TLS with {host}:{port} failed: {reason}", values))
    values = {**args, "reason": error.verify_message}
    if error.verify_code in _ANOTHER_TIME:
        return ConnectError(
            Text(
                "{target}: the certificate of {host}:{port} is not valid today ({reason})."
                " Have it renewed, or mend the clock of this machine.",
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
