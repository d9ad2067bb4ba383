"""Makes agent/collection/views.tsv from lists of the server's views: which version has which view.

    python -m tests.data.make_views DIRECTORY

DIRECTORY holds the files that ``make_columns`` takes, and ``views_seekdb-<version>.tsv`` of the embedded kernel. Views
are listed with the versions that have them, and so are the columns of views that are granted column by column.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from agent.collection.server_views import PLACE, TARGETS
from agent.facts import MIXED_VIEWS


def main(directory: Path) -> None:
    """Write the table: a line for each view or ``VIEW.COLUMN``, with an x under each target that has it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for target in TARGETS:
        version, _, kind = target.partition(" ")
        (path,) = directory.glob(f"views_{version}_{kind}_tenant.tsv" if kind else "views_seekdb-*.tsv")
        with path.open(encoding="utf-8") as file:
            for line in csv.DictReader(file, delimiter="\t"):
                schema, _, view = line["view"].partition(".")
                if schema == "oceanbase":
                    found[view.upper()].add(target)
                    if f"oceanbase.{view}" in MIXED_VIEWS:
                        found[f"{view}.{line['column']}".upper()].add(target)
    with Path("agent/collection", PLACE).open("w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(("name", *TARGETS)) + "\n")
        for name in sorted(found):
            file.write("\t".join((name, *("x" if target in found[name] else "" for target in TARGETS))) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
