"""A tree of engagements: what is found, where its files go, and that a broken one is named and stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.engagement.fleet_files import find_engagements, load_fleet
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL


def put(path: Path, customer: str = "Acme", target: str = "orders") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MINIMAL.replace("Acme", customer).replace("  orders:", f"  {target}:"), encoding="utf-8")
    return path


def test_a_tree_is_walked_and_each_engagement_has_a_folder_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "customers"
    for name in (
        "engagement.yaml",
        "north/acme/engagement.yaml",
        "north/bravo.engagement.yml",
        "south/acme/engagement.yaml",
    ):
        put(root / name)
    for name in (
        ".git/engagement.yaml",
        "north/acme/authorization.yaml",
        "north/acme/old-engagement.yaml",
        "north/.engagement.yaml",
    ):
        put(root / name)
    (root / "link").symlink_to(root / "north", target_is_directory=True)
    found = find_engagements([root, root / "north", root / "north/acme/engagement.yaml"])
    assert {str(one.file.relative_to(root)): str(one.place) for one in found} == {
        "engagement.yaml": "customers",
        "north/acme/engagement.yaml": "north/acme",
        "north/bravo.engagement.yml": "north/bravo",
        "south/acme/engagement.yaml": "south/acme",
    }


def test_a_file_that_is_named_may_have_any_name(tmp_path: Path) -> None:
    (one,) = find_engagements([put(tmp_path / "acme" / "shop.yaml")])
    assert one.place == Path("acme/shop")
    (usual,) = find_engagements([put(tmp_path / "acme" / "engagement.yaml")])
    assert usual.place == Path("acme")


def test_folders_of_customers_may_be_named_one_by_one(tmp_path: Path) -> None:
    named = [put(tmp_path / name / "engagement.yaml", name).parent for name in ("acme", "bravo")]
    fleet = load_fleet(find_engagements(named), is_written=True)
    assert [str(member.found.place) for member in fleet.members] == ["acme", "bravo"] and not fleet.broken


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_nothing_found_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError) as caught:
        find_engagements([tmp_path / name])
    assert str(tmp_path / name) in render_text(caught.value.text, "en")


def test_a_broken_file_is_named_with_its_line_and_the_others_are_loaded(tmp_path: Path) -> None:
    put(tmp_path / "a" / "engagement.yaml", "A")
    broken = put(tmp_path / "b" / "engagement.yaml", "B")
    broken.write_text(broken.read_text().replace("port: 3306", "port: many"))
    unreadable = put(tmp_path / "c" / "engagement.yaml", "C")
    unreadable.write_bytes(b"\xff\xfe: [")
    put(tmp_path / "d" / "engagement.yaml", "D")
    fleet = load_fleet(find_engagements([tmp_path]))
    assert [member.engagement.customer.name for member in fleet.members] == ["A", "D"]
    assert [one.file for one in fleet.broken] == [broken, unreadable]
    (problem,) = fleet.broken[0].error.problems
    line = broken.read_text().splitlines().index("    port: many") + 1
    assert render_text(problem, "en").startswith(f"{broken}:{line}")


def test_two_files_of_one_target_are_not_both_assessed(tmp_path: Path) -> None:
    """History and claims know a target by customer and name."""
    put(tmp_path / "a" / "engagement.yaml")
    put(tmp_path / "b" / "engagement.yaml")
    put(tmp_path / "c" / "engagement.yaml", target="stock")
    fleet = load_fleet(find_engagements([tmp_path]))
    assert [member.found.file.parent.name for member in fleet.members] == ["a", "c"]
    said = render_text(fleet.broken[0].error.text, "en")
    assert str(tmp_path / "a" / "engagement.yaml") in said and str(tmp_path / "b" / "engagement.yaml") in said


def test_two_files_never_write_to_one_folder(tmp_path: Path) -> None:
    named = [
        put(tmp_path / "one" / "acme" / "engagement.yaml", "A"),
        put(tmp_path / "two" / "acme" / "engagement.yaml", "B"),
    ]
    assert len(load_fleet(find_engagements(named)).members) == 2, "where nothing is written, both are good"
    fleet = load_fleet(find_engagements(named), is_written=True)
    assert len(fleet.members) == 1 and "same folder" in render_text(fleet.broken[0].error.text, "en")
