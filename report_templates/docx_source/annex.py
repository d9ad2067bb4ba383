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
        "Not assessed is not healthy: each of these that takes points lowers the coverage and the low end of the range."
    )
    needs = (
        "{% if unlock.needs %}"
        + say("What unlocks it")
        + ": {{ unlock.needs|join('; ') }}{% else %}"
        + say("Nothing to provide: this version does not show it, or there is no data yet")
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
        "What these checks found before could not be looked for again. It keeps its points for two assessments; "
        "after that the grade is withheld where the check still cannot be assessed at all."
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
            chapter("mutes", say("What somebody answers for until a date, and the points it hides.")),
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
            + say("Attested")
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
    note = say("What these checks found is a sign of a cause that another check tells of. It is counted once, there.")
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
        "Score = 100 × exp(−R/100), where R is the sum of the risk points of all checks with findings. A check costs "
        "once, however many resources it found; findings with one cause cost as much as the dearest of them.",
        "The severity sets the class of the risk points, and how far the value lies beyond its limit sets the place "
        "inside the class. Points lost are R dealt out over the checks, so that they add up to 100 minus the score.",
        "Coverage is the share of the risk points at stake that could be assessed. The low end of the range allows "
        "for what the checks not assessed may hide, at the rates set in the rules.",
        "The assessment reads system views by SQL alone. It says what they showed at the time of assessment; it is no "
        "load test, and it has seen neither the hosts nor the business data.",
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
    note = say("Each source is one statement at most. Durations are measured by the agent's own clock.")
    status = para("TableText", "{{ line.status }}{% if line.truncated %} · " + say("cut at its limit") + "{% endif %}")
    columns = (
        Column(
            say("Source"),
            72,
            para("TableText", run("{{ line.source }}", "Mono")) + para("TableText", run("{{ line.view }}", "Soft")),
        ),
        Column(say("Status"), 62, status + when("line.reason", para("TableText", run("{{ line.reason }}", "Soft")))),
        Column(say("Rows"), 16, "{{ line.rows }}", right=True),
        Column(say("Time"), 20, "{{ line.duration }}", right=True),
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


def statements() -> str:
    columns = (
        Column(say("No."), 14, "{{ line.number }}", right=True),
        Column(say("Source"), 84, para("TableText", run("{{ line.source }}", "Mono"))),
        Column(say("Rows"), 22, "{{ line.rows }}", right=True),
        Column(say("Time"), 26, "{{ line.duration }}", right=True),
        Column(say("Error"), 24, "{{ line.error or '–' }}", right=True),
    )
    return when("report.statements", chapter("statements"), listing("line in report.statements", columns))


def load() -> str:
    note = say(
        "Every statement stands in the journal beside this report; the tenant's own SQL audit is asked for them again."
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
