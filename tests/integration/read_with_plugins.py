"""Collects a snapshot in a process of its own, which sees the plug-ins that are on its path.

``python -m tests.integration.read_with_plugins HOST PORT USER FILE``
"""

from __future__ import annotations

import sys
from pathlib import Path

from agent.archive import snapshot
from agent.catalogue import registry
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from tests.integration.reading import PASSWORD, read


def main(host: str, port: str, user: str, file: str) -> None:
    """Every source that some check needs, ours and theirs."""
    with ReadOnlySession(
        Endpoint(name="shop", host=host, port=int(port), user=user, password=lambda: PASSWORD), Budget(), "plugin"
    ) as session:
        snapshot.save_snapshot(read(session, registry.load_registry().sources), Path(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
