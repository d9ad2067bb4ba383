"""Runs pytest with one file of the project read as if it held other source: what ``tests.mutants`` does for a change.

``python -m tests.mutated FILE SOURCE ARGUMENTS...``, where the file ``SOURCE`` holds the other source. It is a process
of its own, so that nothing of the project is loaded before the change.
"""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest


def load_instead(path: Path, source: bytes) -> None:
    """Have this file loaded with other source from now on, by name or (as Alembic does) by its place."""
    get_code = SourceFileLoader.get_code

    def get_changed(self: SourceFileLoader, fullname: str) -> CodeType | None:
        place = self.get_filename(fullname)
        return compile(source, place, "exec", dont_inherit=True) if Path(place) == path else get_code(self, fullname)

    SourceFileLoader.get_code = get_changed  # type: ignore[method-assign, assignment]


def main() -> None:
    """End with pytest's exit code."""
    path, source, *arguments = sys.argv[1:]
    load_instead(Path(path), Path(source).read_bytes())
    sys.dont_write_bytecode = True
    sys.exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments])))


if __name__ == "__main__":
    main()
