"""Write the list of the pages of OceanBase's documentation: ``python -m tests.data.make_doc_pages REPOSITORY``.

``REPOSITORY`` is a clone of github.com/oceanbase/oceanbase-doc. The tests compare the sources of the checks with it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.data.doc_pages import BRANCHES, write_pages


def list_pages(repository: Path, branch: str) -> list[str]:
    """The paths of all pages of a branch, such as ``en-US/700.reference/...md``."""
    command = ["git", "-C", str(repository), "-c", "core.quotePath=off", "ls-tree", "-r", "--name-only", branch]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted(path for path in listed if path.endswith(".md") and path.startswith(("en-US/", "zh-CN/")))


if __name__ == "__main__":
    write_pages({branch: list_pages(Path(sys.argv[1]), branch) for branch in BRANCHES})
