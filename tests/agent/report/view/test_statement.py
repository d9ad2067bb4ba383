"""Where the time of a statement goes: parts are shares, counts stand by themselves."""

from __future__ import annotations

from typing import Any

from agent.report.view.proof import ProofTeller
from agent.report.view.statement import build_statement
from agent.report.words import Words
from tests.agent.report import sample

WORDS = Words("en")


def told(parts: dict[str, float], *, retries: float = 0.0, rpcs: float = 0.0) -> dict[str, str]:
    document = sample.rich()
    entry: Any = document["sql"][0]
    shares = [{"stage": stage, "pct": pct} for stage, pct in parts.items()]
    entry["times"] = {"record": "audit", "parts": shares, "retries": retries, "rpcs": rpcs}
    return dict(build_statement(entry, WORDS, ProofTeller(document, WORDS)).facts)


def test_parts_of_nothing_are_left_out() -> None:
    assert told({"queue": 0.0, "work": 99.2, "io": 0.8})["Where its time goes"].startswith(
        "CPU and other work 99.2% · disks 0.8% ("
    )
    assert told({"queue": 0.0})["Where its time goes"].startswith("– (")


def test_a_count_stands_beside_the_shares_and_not_among_them() -> None:
    facts = told({"work": 100.0}, retries=0.99, rpcs=2.0)
    assert (facts["Retries in each execution"], facts["RPCs in each execution"]) == ("0.99", "2")
    assert facts["Where its time goes"].count("%") == facts["Where its time goes"].count("·") + 1
    assert not {"Retries in each execution", "RPCs in each execution"} & told({"work": 100.0}).keys()
