"""The later chapters of report.docx: what is not known, what is hidden, and what was read."""

from __future__ import annotations

from report_templates.docx_source.chapter import CHECK, UNSEEN, bullet, chapter
from report_templates.docx_source.front import severity
from report_templates.docx_source.xml import (
    TEXT_WIDTH_MM,
    Column,
    cell,
    choice_field,
    date_field,
    each,
    listing,
    pairs,
    para,
    row,
    run,
    say,
    steer_row,
    table,
    tag,
    text_field,
    when,
)


def not_assessed() -> str:
    note = say(
        "Not assessed does not mean healthy: each of these checks that takes points lowers the coverage and the low "
        "end of the range."
    )
    needs = (
        "{% if unlock.needs %}"
        + say("What is needed")
        + ": {{ unlock.needs|join('; ') }}{% else %}"
        + say("Nothing to provide: not available in this version, or no data yet")
        + "{% endif %}"
        "{% if unlock.coverage %} (" + say("+{coverage} coverage", coverage="unlock.coverage") + "){% endif %}"
    )
    columns = (
        Column(say("Check"), 64, CHECK + para("TableText", run("{{ line.category }}", "Soft"))),
        Column(
            say("Reason"),
            82,
            when(
                "loop.first",
                para("TableText", run("{{ line.outcome }}", "Soft"))
                + when("line.reason", para("TableText", "{{ line.reason }}")),
                otherwise=para("TableText", run(say("as above"), "Soft")),
            ),
        ),
        Column(say("Risk points at stake"), 24, "{{ '–' if line.carried_from else line.points }}", right=True),
    )
    widths = [column.width_mm for column in columns]
    rows = table(
        "HealthTable",
        widths,
        row(*(cell(column.head, column.width_mm, right=column.right) for column in columns), head=True),
        steer_row("for unlock in report.unlocks", 3, sum(widths)),
        row(cell(para("TableText", run(needs, "Strong"), together=True), sum(widths), span=3)),
        steer_row("for block in unlock.blocks", 3, sum(widths)),
        steer_row("for line in block", 3, sum(widths)),
        row(*(cell(column.cell, column.width_mm, right=column.right) for column in columns)),
        steer_row("endfor", 3, sum(widths)),
        steer_row("endfor", 3, sum(widths)),
        steer_row("endfor", 3, sum(widths)),
    )
    return chapter("not-assessed", note) + when(
        "report.not_assessed",
        rows,
        para("TableEnd"),
        otherwise=para("Normal", say("Every check that applies was assessed.")),
    )


def carried() -> str:
    note = say(
        "Earlier findings of these checks could not be verified this time. They keep their points for two assessments; "
        "after that no grade is given while the check still cannot be assessed at all."
    )
    columns = (
        Column(say("Check"), 80, CHECK + para("TableText", run("{{ line.carried|join(', ') }}", "Mono"))),
        Column(say("Last seen"), 46, "{{ line.carried_from }}"),
        Column(say("Assessments since"), 22, "{{ line.carried_runs }}", right=True),
        Column(say("Points lost"), 22, "{{ line.points }}", right=True),
    )
    return when("report.carried", chapter("carried", note), listing("line in report.carried", columns))


def mutes() -> str:
    stays = say("stays in the score; its check loses {points}", points="line.points_lost")
    muted = (
        Column(
            say("Muted finding"),
            62,
            CHECK
            + para("TableText", run("{{ line.resource }}", "Mono"))
            + when("line.unjudged", para("TableText", run("{{ line.unjudged }}", "Soft"))),
        ),
        Column(
            say("Severity"),
            24,
            para("TableText", severity("line")) + when("line.points_lost", para("TableText", run(stays, "Soft"))),
        ),
        Column(say("Reason"), 40, "{{ line.reason }}"),
        Column(say("Answered for by"), 22, "{{ line.owner }}"),
        Column(say("Until"), 22, "{{ line.until }}"),
    )
    overrides = (
        Column(say("Overridden rule"), 26, "{{ line.code }}"),
        Column(say("Change"), 50, para("TableText", run("{{ line.change }}", "Mono"))),
        Column(say("Reason"), 50, "{{ line.reason }}"),
        Column(say("Answered for by"), 22, "{{ line.owner }}"),
        Column(say("Until"), 22, "{{ line.until }}"),
    )
    hidden = (
        say("Points hidden by mutes")
        + " {{ report.hidden_by_mutes }} · "
        + say("Points hidden by overrides")
        + " {{ report.hidden_by_overrides }}"
    )
    return "".join(
        (
            chapter(
                "mutes",
                say(
                    "Exemptions and rule changes that somebody is responsible for until a date, and "
                    "the points they hide."
                ),
            ),
            para("Normal", hidden),
            when(
                "report.muted",
                listing("line in report.muted", muted),
                otherwise=para("Normal", say("No finding is muted.")),
            ),
            when("report.muted_unseen", para("Small", say(UNSEEN, count="report.muted_unseen"))),
            when(
                "report.overrides",
                listing("line in report.overrides", overrides),
                otherwise=para("Normal", say("No rule is overridden.")),
            ),
            each("text in report.rule_problems", bullet("{{ text }}")),
        )
    )


def by_hand() -> str:
    """The form of what SQL does not show, with fields that people fill in."""
    note = say("SQL does not show this. Whoever verifies it writes the result, the name and the day into the fields.")
    what = para("TableText", run("{{ item.subject }}", "Strong")) + para("TableText", "{{ item.question }}")
    result = para("TableText", choice_field(say("choose"), ("As it should be", "Not so", "Does not apply"))) + para(
        "TableText", text_field(say("note"))
    )
    signed = para("TableText", text_field(say("name"))) + para("TableText", date_field(say("day")))
    columns = (
        Column(say("To verify"), 52, what),
        Column(say("Where to look"), 38, para("TableText", run("{{ item.where }}", "Soft"))),
        Column(say("Known so far"), 34, "{{ item.known }}"),
        Column(say("Result"), 24, result),
        Column(say("By, on"), 22, signed),
    )
    return chapter("by-hand", note) + listing("item in report.by_hand", columns)


def passed() -> str:
    """The checks that passed, in two columns: the list is long and its lines are short."""
    half = TEXT_WIDTH_MM / 2
    line = when(
        "line",
        para(
            "TableText",
            run("✓ ", "Gain"),
            run("{{ line.code }}", "Mono"),
            " {{ line.title }}{% if line.attested %} · "
            + say("Stated by the customer")
            + "{% endif %}{% if line.unjudged %} · {{ line.unjudged }}{% endif %}",
            run("{% if line.measured %} {{ line.measured }}{% endif %}", "Soft"),
        ),
        otherwise=para("TableText"),
    )
    columns = table(
        "HealthPlain",
        (half, half),
        steer_row('for line, next in report.passed|batch(2, "")', 2, TEXT_WIDTH_MM),
        row(cell(line, half), cell(tag("set line = next") + line, half)),
        steer_row("endfor", 2, TEXT_WIDTH_MM),
        head=False,
    ) + para("TableEnd")
    note = say("Checks that ran and found nothing, each with the measured value that comes nearest to its limit.")
    return chapter("passed", note) + when("report.passed", columns, otherwise=para("Normal", say("No check passed.")))


def joined() -> str:
    note = say(
        "The findings of these checks have the same root cause as a finding of another check. They are "
        "combined and counted once, there."
    )
    where = run(" → {{ line.told_with }}{% if line.unjudged %} – {{ line.unjudged }}{% endif %}", "Soft")
    line = bullet(run("{{ line.code }}", "Mono"), " {{ line.title }}", where)
    return when("report.joined", chapter("joined", note), each("line in report.joined", line))


def left_out() -> str:
    why = run(" – {{ line.outcome }}{% if line.reason %}: {{ line.reason }}{% endif %}", "Soft")
    line = bullet(run("{{ line.code }}", "Mono"), " {{ line.title }}", why)
    return chapter("left-out") + when(
        "report.left_out", each("line in report.left_out", line), otherwise=para("Normal", say("Every check applied."))
    )


def method() -> str:
    texts = (
        "Score = 100 × exp(−R/100), where R is the sum of the risk points of all checks with findings. A check counts "
        "once, however many objects it found; of findings with the same root cause the most expensive one counts.",
        "The severity sets the class of the risk points, and how far the value exceeds its limit sets the place "
        "inside the class. R is distributed over the checks as points lost, so that they add up to 100 minus the "
        "score.",
        "Coverage is the share of the risk points at stake that could be assessed. The low end of the range assumes "
        "that checks that were not assessed fail as often as usual.",
        "The assessment reads system views by SQL only and shows their state at the time of assessment. It is no load "
        "test, and reads neither host data nor business data.",
    )
    about = (
        '((_("Ruleset SHA-256"), report.ruleset_sha256), (_("Agent version"), report.agent_version), '
        '(_("Assessment"), report.assessment_id))'
    )
    return "".join(
        (
            chapter("method"),
            each("note in report.notes", bullet("{{ note }}")),
            *(para("Normal", say(text)) for text in texts),
            pairs(about),
        )
    )


def sources() -> str:
    """Every statement that was sent, with the number that figures name, and the sources that were not asked for."""
    note = say(
        "Every statement that was sent, in this order, with the number that figures name; the journal holds its full "
        "text. Durations are measured by the agent's own clock."
    )
    status = para(
        "TableText",
        "{{ line.status }}{% if line.truncated %} · "
        + say("cut at its limit")
        + "{% endif %}{% if line.error %} · "
        + say("Error")
        + " {{ line.error }}{% endif %}",
    )
    columns = (
        Column(say("No."), 13, para("TableText", run("{{ line.id or '–' }}", "Mono"))),
        Column(
            say("Source"),
            66,
            para("TableText", run("{{ line.source }}", "Mono")),
        ),
        Column(say("Status"), 52, status + when("line.reason", para("TableText", run("{{ line.reason }}", "Soft")))),
        Column(say("Rows"), 16, "{{ line.rows }}", right=True),
        Column(say("Time"), 23, "{{ line.duration }}{% if line.at %} · {{ line.at }}{% endif %}", right=True),
    )
    problem = bullet("{{ problem.what }}", run("{% if problem.remedy %} {{ problem.remedy }}{% endif %}", "Soft"))
    return "".join(
        (
            chapter("sources", note),
            when(
                "report.problems",
                para("Label", say("What limits this assessment")),
                each("problem in report.problems", problem),
            ),
            when(
                "report.sources",
                listing("line in report.sources", columns),
                otherwise=para("Normal", say("No source was read.")),
            ),
        )
    )


def load() -> str:
    note = say(
        "Every statement is in the journal beside this report, and is checked against the SQL audit of the tenant."
    )

    def three(loop: str, heads: tuple[str, str, str], names: tuple[str, str, str]) -> str:
        return listing(
            loop,
            tuple(
                Column(say(head), width, f"{{{{ {name} }}}}", right=index > 0)
                for index, (head, width, name) in enumerate(zip(heads, (90, 40, 40), names, strict=True))
            ),
        )

    return when(
        "report.proof",
        chapter("load", note),
        tag("set p = report.proof"),
        when(
            "p.budget",
            three(
                "what, spent, allowed in p.budget", ("Load budget", "Spent", "Allowed"), ("what", "spent", "allowed")
            ),
        ),
        when(
            "p.figures",
            para("Normal", "{{ p.way }}"),
            three("what, sent, found in p.figures", ("Receipt", "Journal", "SQL audit"), ("what", "sent", "found")),
            when(
                "p.differences",
                each("text in p.differences", bullet("{{ text }}")),
                otherwise=para("Normal", say("Journal and SQL audit agree.")),
            ),
            otherwise=para("Normal", say("Nothing was read back from the SQL audit."), " {{ p.reason }}"),
        ),
        when("p.journal_sha256", pairs('((_("Hash of the journal\'s last line"), p.journal_sha256),)')),
    )


def glossary() -> str:
    return chapter("glossary") + pairs("report.glossary", 36)
