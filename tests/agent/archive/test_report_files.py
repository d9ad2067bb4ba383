"""The files of a report are found where they were written or set aside, and are never those of another assessment."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from agent.archive.report_files import find_report_files
from agent.model.fleet import KeptAssessment
from tests.agent.report.site.fleets import NOW


def kept(id: str, place: Path | None) -> KeptAssessment:
    return KeptAssessment(
        id=id, as_of=NOW, period_number=1, period_to=None, score=50.0, band="poor", coverage_pct=90.0,
        agent_version="0.1.0", place=str(place) if place else None, is_complete=True, unwritten=(), findings=(),
    )  # fmt: skip


def write_report(folder: Path, id: str, page: bytes = b"<p>") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "assessment.json").write_text(json.dumps({"schema_version": 1, "assessment_id": id}))
    (folder / "report_Acme_shop.en.html").write_bytes(page)
    (folder / "snapshot.obh").write_bytes(b"not a file of the report")
    return hashlib.sha256(page).hexdigest()


def test_the_newest_lies_in_its_place_and_the_one_before_is_set_aside(tmp_path: Path) -> None:
    write_report(tmp_path / "earlier" / "a1", "a1", b"old")
    digest = write_report(tmp_path, "a2", b"new")
    found = find_report_files([kept("a1", tmp_path), kept("a2", tmp_path)])
    assert [file.path for file in found["a1"]] == [
        tmp_path / "earlier" / "a1" / name for name in ("assessment.json", "report_Acme_shop.en.html")
    ]
    assert {file.sha256 for file in found["a1"]} == {None}, "old files are not read"
    assert {file.path.name: file.sha256 for file in found["a2"]}["report_Acme_shop.en.html"] == digest


def test_hashes_of_a_manifest_are_taken_from_there(tmp_path: Path) -> None:
    write_report(tmp_path / "earlier" / "a1", "a1")
    write_report(tmp_path, "a2")
    told = "ab" * 32
    (tmp_path / "earlier" / "a1" / "SHA256SUMS").write_text(f"# Files\n{told}  report_Acme_shop.en.html\nnonsense\n")
    found = find_report_files([kept("a1", tmp_path), kept("a2", tmp_path)])
    assert {file.path.name: file.sha256 for file in found["a1"]} == {
        "assessment.json": None,
        "report_Acme_shop.en.html": told,
    }


def test_files_of_another_assessment_are_not_taken(tmp_path: Path) -> None:
    write_report(tmp_path, "b1")
    assert find_report_files([kept("a1", tmp_path)]) == {}


def test_a_place_that_is_gone_or_hostile_has_no_files(tmp_path: Path) -> None:
    write_report(tmp_path, "../a1")
    places = [None, tmp_path / "gone", Path("/dev/null"), Path("\0"), tmp_path]
    assert [find_report_files([kept("../a1", place)]) for place in places] == [{}] * 5
    assert find_report_files([kept("a1", Path("\0"))]) == {}
