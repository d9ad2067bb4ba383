"""``python -m tests.checks.keep`` writes anew what all cases say, and what is said near them."""

from __future__ import annotations

from tests.checks.figures import FOLDER, said_by_check
from tests.checks.neighbours import NEAR, rounds_of, said_near
from tests.harness import shipped


def main() -> None:
    """Write two files for each category, its checks in order of code."""
    NEAR.mkdir(parents=True, exist_ok=True)
    specs = shipped()[0].checks.values()
    for category in sorted({spec.category.value for spec in specs}):
        said = [said_by_check(spec.code) for spec in specs if spec.category == category]
        (FOLDER / f"{category}.txt").write_text("\n\n".join(said) + "\n", encoding="utf-8")
        near = [said_near(spec.code, rounds_of(spec.code)) for spec in specs if spec.category == category]
        (NEAR / f"{category}.txt").write_text("\n\n".join(near) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
