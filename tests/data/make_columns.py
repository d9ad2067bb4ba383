"""Makes columns.json and types.json from lists of the server's views: what the views that our sources read truly have.

    python -m tests.data.make_columns DIRECTORY

DIRECTORY holds ``views_<version>_<kind>_tenant.tsv`` files with the columns view, column and type, made from the output
of ``DESC`` or from the documentation. A view that a server lacks is absent from columns.json, too. Types hardly differ
between versions, so types.json has one per column: what ``DESC`` says where it is known, for the documentation errs.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

from agent.facts import find_source_spec, list_sources

DESCRIBED = "4.3.0"  # by its own DESC; the others are from the documentation
TARGETS = ("4.2.5 user", "4.2.5 sys", "4.3.0 user", "4.3.0 sys", "4.3.3 user", "4.3.3 sys")


def main(directory: Path) -> None:
    """Write both beside this file: target -> view -> columns, separated by blanks; and view -> column -> type."""
    wanted = {view.upper() for row in list_sources() if (spec := find_source_spec(row)) for view in spec.views}
    found: dict[str, dict[str, str]] = {}
    types: dict[str, dict[str, str]] = {}
    for target in TARGETS:
        version, kind = target.split()
        columns: dict[str, list[str]] = {}
        with (directory / f"views_{version}_{kind}_tenant.tsv").open(encoding="utf-8") as file:
            for line in csv.DictReader(file, delimiter="\t"):
                if line["view"].upper() in wanted:
                    columns.setdefault(line["view"], []).append(line["column"].upper())
                    known = types.setdefault(line["view"], {})
                    if version == DESCRIBED or line["column"].upper() not in known:
                        known[line["column"].upper()] = line["type"].lower()
        found[target] = {view: " ".join(columns[view]) for view in sorted(columns)}
    keep("columns.json", found)
    keep("types.json", {view: types[view] for view in sorted(types)})


def keep(name: str, content: Any) -> None:
    """Write a file beside this one."""
    (Path(__file__).parent / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
