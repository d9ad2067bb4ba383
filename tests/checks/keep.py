"""``python -m tests.checks.keep`` writes what all cases say anew; look at the difference before committing it."""

from __future__ import annotations

from tests.checks.figures import FOLDER, said_by_check
from tests.harness import shipped


def main() -> None:
    """Write one file for each category, its checks in order of code."""
    FOLDER.mkdir(exist_ok=True)
    specs = shipped()[0].checks.values()
    for category in sorted({spec.category.value for spec in specs}):
        said = [said_by_check(spec.code) for spec in specs if spec.category == category]
        (FOLDER / f"{category}.txt").write_text("\n\n".join(said) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
