"""What ``ob-health preflight`` does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent import pipeline
from agent.cli.actions.targets import (
    for_each_target,
    make_job,
)
from agent.collection.journal import locate_journal
from agent.engagement.engagement_file import Engagement
from agent.facts import find_source_spec
from agent.service.own_folder import refuse_foreign_folder
from agent.support import console


def preflight_all(
    engagement: Engagement, out: Path, target: str | None, now: datetime, outside_service: str = ""
) -> int:
    """Connect to each target and print what is missing. Return the exit code.

    No facts are read. The journal goes to DIR/<target>/.
    """
    from agent.collection.signed_scope import compile_covered
    from agent.model.snapshot import Unavailable

    def work(name: str) -> int:
        refuse_foreign_folder(out / name, engagement.customer.name, name)
        job, run = make_job(engagement, name, None, now, outside_service), pipeline.make_assessment_id(now)
        allowed, seen = pipeline.preflight_target(job, run, out / name)
        console.say(
            "{customer} · {target}: OceanBase {version}, {kind} tenant, account {account}",
            "bold",
            customer=engagement.customer.name,
            target=name,
            version=str(seen.version),
            kind=console.localize(seen.tenant_kind.value),
            account=seen.account,
        )
        for problem in seen.problems:
            console.warn(problem.what)
            if problem.remedy:
                console.say("    {remedy}", remedy=console.localize(problem.remedy.msgid, **problem.remedy.args))
        rows = [row for row in job.sources if find_source_spec(row)]
        compiled = [(row, compile_covered(row, seen, allowed.data_classes, allowed.sources)) for row in rows]
        missing = [(row, found) for row, found in compiled if isinstance(found, Unavailable)]
        console.say(
            "{ready_count} of {all_count} data sources can be read",
            ready_count=len(rows) - len(missing),
            all_count=len(rows),
        )
        told = [
            (row.__name__, console.localize_text(found.reason), console.localize_text(found.remedy))
            for row, found in missing
        ]
        width = 3 if any(remedy for _, _, remedy in told) else 2
        console.print_table(("source", "why not", "what is needed")[:width], [row[:width] for row in told])
        console.say("every statement that was sent: {path}", path=str(locate_journal(out / name, run)))
        return 0 if len(missing) < len(rows) else 4

    return for_each_target(engagement, target, work)
