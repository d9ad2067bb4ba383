"""``python -m agent.kernel.guard DIRECTORY PORT PARENT``: the process in which a kernel runs.

It ends with its parent, so that no server is left behind when the parent is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

READY = "ready"


def serve(directory: str, port: int, parent: int) -> None:
    """Serve until SIGTERM, or until the parent ends (Linux). Prints READY once the server is up."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        return
    import pylibseekdb

    pylibseekdb.open_with_service(directory, port)
    print(READY, flush=True)  # noqa: T201 - the parent waits for this line
    while True:
        signal.pause()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
