"""The entry point of the image of tests/container/run: the kernel as a server on port 2881.

As in the official image ``OB_TENANT_PASSWORD`` becomes the administrator's password once all else is done. Every host
is let in: only the machine that runs the container can reach its network.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time

import pylibseekdb

PORT = 2881
_PATIENCE_S = 180.0


def main() -> None:
    """Serve until the container ends."""
    password = os.environ.get("OB_TENANT_PASSWORD", "")
    if not re.fullmatch(r"[\w-]+", password):
        sys.exit("OB_TENANT_PASSWORD must be set: letters, digits, _ and - only")
    pylibseekdb.open_with_service("/var/lib/kernel", PORT)
    cursor = _patiently("CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()")  # packages come a little later
    cursor.execute("SET GLOBAL ob_tcp_invited_nodes = '%'")
    cursor.execute(f"ALTER USER root IDENTIFIED BY '{password}'")
    sys.stderr.write("ready\n")
    while True:
        signal.pause()


def _patiently(statement: str) -> pylibseekdb.Cursor:
    """A cursor that has run this; a new one each time, as one opened too early never learns of its database."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            cursor = pylibseekdb.connect("oceanbase", True).cursor()
            cursor.execute(statement)
            return cursor
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


if __name__ == "__main__":
    main()
