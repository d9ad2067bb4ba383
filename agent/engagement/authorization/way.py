"""The way to a target, as the customer signs it: kind of tenant, TLS, jump host."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from agent.engagement.engagement_file import TargetBlock, TlsBlock
from agent.support.files import read_whole


def describe_tls(tls: TlsBlock) -> dict[str, str]:
    """Return the terms of TLS by key. A file stands for its content, as ``<key>_sha256``.

    Raises ConfigError if a file cannot be read.
    """
    return dict(_list_terms(tls))


def _list_terms(tls: TlsBlock) -> Iterator[tuple[str, str]]:
    for key, value in tls:
        if isinstance(value, Path):
            yield f"{key}_sha256", hashlib.sha256(read_whole(value)).hexdigest()
        elif value is not None:
            yield key, str(value)


def list_way(target: TargetBlock) -> dict[str, str]:
    """Return everything on the way to a target that a signature binds, by key; an empty value is a direct way."""
    tls = {f"tls.{key}": value for key, value in describe_tls(target.tls).items()}
    return {
        "host": target.host,
        "port": str(target.port),
        "user": target.user,
        "kind": target.kind.value,
        **tls,
        "via": target.via or "",
    }
