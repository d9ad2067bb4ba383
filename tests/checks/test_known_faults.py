"""The table of known faults: no build outside a row has its fault, and a wrong row is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.terms import Version
from checks.version.known_faults import COLUMNS, FAULTS, BuildLevel, Fault, read_faults

HEAD = "\t".join(COLUMNS)
ROW = ["4.2.1", "4.2.1.0", "4.2.1.3 BP3 HF0", "4.2.1.3 BP3 HF1", "2", "", "A crash", "https://x"]

levels = st.none() | st.tuples(st.integers(0, 12), st.integers(0, 3))
builds = st.builds(
    BuildLevel,
    st.tuples(st.just(4), st.integers(0, 5), st.integers(0, 6), st.integers(0, 12)),
    levels,
)


def builds_of(fault: Fault) -> st.SearchStrategy[BuildLevel]:
    """Builds of the release that a row names, which may have its fault, and any others."""
    named = [BuildLevel.parse(text).numbers for text in (fault.first, fault.last, fault.fixed)]
    release = st.sampled_from([(*numbers, *(0,) * 4)[:3] for numbers in named])
    near = st.builds(lambda three, last, patch: BuildLevel((*three, last), patch), release, st.integers(0, 12), levels)
    return near | builds


def test_there_are_rows_with_public_sources() -> None:
    assert len(FAULTS) >= 25
    assert all(fault.source.startswith("https://") for fault in FAULTS)


@given(st.sampled_from(FAULTS).flatmap(lambda fault: st.tuples(st.just(fault), builds_of(fault))))
def test_a_build_has_the_fault_within_its_bounds_only(row: tuple[Fault, BuildLevel]) -> None:
    fault, build = row
    first, last = BuildLevel.parse(fault.first), BuildLevel.parse(fault.last)
    fixed = BuildLevel.parse(fault.fixed)
    has = fault.has(build)
    if build.numbers < first.numbers or build.numbers[: len(last.numbers)] > last.numbers:
        assert has is False
    if len(fixed.numbers) == len(build.numbers) and build.numbers > fixed.numbers:
        assert has is False
    if build.numbers == fixed.numbers and fixed.patch and build.patch and build.patch >= fixed.patch:
        assert has is False
    if has is None:
        assert build.patch is None and last.patch


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.series} {fault.what[:30]}")
def test_the_first_build_has_it_and_the_mended_one_does_not(fault: Fault) -> None:
    first, last, fixed = (BuildLevel.parse(text) for text in (fault.first, fault.last, fault.fixed))
    assert fault.has(BuildLevel(first.numbers, (0, 0)))
    if len(last.numbers) == len(first.numbers):
        assert fault.has(BuildLevel(last.numbers, ((*last.patch, 0) if last.patch else (0, 0))[:2]))
    if len(fixed.numbers) == len(first.numbers):
        assert not fault.has(BuildLevel(fixed.numbers, ((*fixed.patch, 0) if fixed.patch else (0, 0))[:2]))


@pytest.mark.parametrize(
    ("comment", "patch"),
    [
        ("OceanBase_CE 4.2.1.3 (r103010052024011916-37a4c62) (Built Jan 19 2024)", (3, 1)),
        ("OceanBase 4.2.1.3 (r103000052024011916-37a4c62) (Built Jan 19 2024)", (3, 0)),
        ("OceanBase 4.2.1.4 (r104000052024011916-37a4c62) (Built Jan 19 2024)", None),  # another server's
        ("OceanBase 4.2.1.3 (r20240119161611-37a4c62) (Built Jan 19 2024)", None),  # a build of one's own
        ("MySQL 8.0", None),
        (None, None),
    ],
)
def test_the_release_number_has_patch_and_hotfix(comment: str | None, patch: tuple[int, int] | None) -> None:
    assert BuildLevel.read(Version(4, 2, 1, 3), comment) == BuildLevel((4, 2, 1, 3), patch)


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("series", "4.2.5", "first and last must be of the series"),
        ("first", "4.2.1", "first is written with four numbers"),
        ("first", "4.2.1.9", "last is before first"),
        ("last", "yesterday", "not a build: 'yesterday'"),
        ("fixed", "4.2.1.2", "fixed must be after last"),
        ("fixed", "4.2.1.3 BP3 HF0", "fixed must be after last"),
        ("harm", "much", "harm must be 1, 2, 3 or 4"),
        ("condition", "only on Tuesdays", "a condition is written name=value"),
        ("what", "", "what happens, and a public https:// source, are needed"),
        ("source", "hearsay", "what happens, and a public https:// source, are needed"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(column: str, text: str, says: str) -> None:
    wrong = [text if name == column else cell for name, cell in zip(COLUMNS, ROW, strict=True)]
    with pytest.raises(ValueError, match=r"known_faults\.tsv:3: ") as error:
        read_faults([HEAD, "\t".join([*ROW[:6], "Another", "https://x"]), "\t".join(wrong)])
    assert says in str(error.value)


def test_all_wrong_rows_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"known_faults\.tsv:2: 8 cells are expected") as error:
        read_faults([HEAD, "4.2.1\t4.2.1.0", "\t".join(ROW), "\t".join(ROW)])
    assert "known_faults.tsv:4: the series has this fault already" in str(error.value)
    with pytest.raises(ValueError, match="the columns must be"):
        read_faults(["a\tb"])
