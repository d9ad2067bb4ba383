"""The chapters of report.docx, in the order of ``agent.report.view.contents``."""

from __future__ import annotations

from report_templates.docx_source import annex, instance, slow_sql
from report_templates.docx_source.cards import card_macro, place_card
from report_templates.docx_source.chapter import CHECK, UNSEEN, chapter
from report_templates.docx_source.front import contents, cover, figure, heading, page_one, severity
from report_templates.docx_source.xml import (
    Column,
    cell,
    each,
    listing,
    pairs,
    para,
    row,
    run,
    say,
    steer_row,
    table,
    when,
)


def body() -> str:
    """Return everything between the first and the last paragraph."""
    return "".join(
        (
            slow_sql.proof_macro(),
            card_macro(),
            cover(),
            page_one(),
            contents(),
            _build_own_chapters("front"),
            _build_scope(),
            instance.overview(),
            _build_changes(),
            _build_top(),
            _build_roadmap(),
            slow_sql.slow_sql(),
            _build_categories(),
            _build_platform(),
            _build_points(),
            annex.not_assessed(),
            annex.carried(),
            annex.by_hand(),
            annex.mutes(),
            annex.passed(),
            annex.joined(),
            annex.left_out(),
            annex.method(),
            annex.sources(),
            annex.load(),
            _build_own_chapters("end"),
            annex.glossary(),
        )
    )


def _build_own_chapters(place: str) -> str:
    """The sender's own chapters."""
    number = f"{{{{ numbers['own-{place}-' ~ loop.index] }}}}"
    title = heading("Heading1", number + "  {{ section.title }}", f"own_{place}_{{{{ loop.index }}}}")
    return each(
        f'section in house.placed("{place}")', title, each("text in section.paragraphs", para("Normal", "{{ text }}"))
    )


def _build_scope() -> str:
    """What was assessed, by whose leave, and what that cost the database."""
    return "".join(
        (
            chapter("scope", page_break=True),
            pairs("report.scope", 75),
            para("Label", say("Authorization")),
            when(
                "report.front.authorization",
                pairs("report.front.authorization", 75),
                otherwise=para("Small", say("No authorization is recorded in this document.")),
            ),
            para("Label", say("What this assessment cost the database")),
            pairs("report.front.cost", 75),
        )
    )


def _build_points() -> str:
    columns = (
        Column(say("Check"), 76, CHECK),
        Column(say("Category"), 34, "{{ line.category }}"),
        Column(say("Severity"), 22, para("TableText", severity("line"))),
        Column(say("Points lost"), 22, "{{ line.points }}", right=True),
        Column(say("Share"), 16, "{{ line.share }}%", right=True),
    )
    note = say(
        "Score = 100 × exp(−R/100), where R is the sum of the risk points of all checks with findings. A check counts "
        "once, however many objects it found; of findings with the same root cause the most expensive one counts."
    )
    return (
        chapter("points", note)
        + when("uncharted", para("Small", "{{ uncharted }}"))
        + "".join(when(f'"{name}" in charts', figure(name)) for name in ("score", "score_line"))
        + when(
            "report.losses",
            listing("line in report.losses", columns),
            otherwise=para("Normal", say("No check that was assessed found anything.")),
        )
        # After the table, whose rows fill the page that a large picture leaves.
        + "".join(when(f'"{name}" in charts', figure(name)) for name in ("losses", "categories"))
    )


def _build_changes() -> str:
    note = say(
        "Each finding against report {number} of {date}. Resolved means that the check ran again and found nothing.",
        number="report.front.since.baseline_number",
        date="report.front.since.baseline",
    )
    steps = (Column(say("Reason"), 120, "{{ step.label }}"), Column(say("Points"), 50, "{{ step.points }}", right=True))

    def state(severity_of: str, value: str) -> str:
        shown = f"{{{{ {severity_of} or '–' }}}}{{% if {value} %}} · {{{{ {value} }}}}{{% endif %}}"
        return para("TableText", shown)

    columns = (
        Column(say("Change"), 20, "{{ line.kind_label }}"),
        Column(say("Check"), 50, CHECK),
        Column(say("Resource"), 42, para("TableText", run("{{ line.resource }}", "Mono"))),
        Column(say("Was"), 29, state("line.was_severity", "line.was_value")),
        Column(say("Is"), 29, state("line.severity", "line.value")),
    )
    more = say(
        "{count} more changes are in {file}, sheet “{sheet}”.",
        count="(report.changes|length - 20)",
        file="list_file",
        sheet='_("Changes")',
    )
    return when(
        "report.front.since",
        chapter("changes", note),
        when(
            "report.bridge",
            para("Label", "{{ report.bridge.was }} → {{ report.bridge.now }}"),
            listing("step in report.bridge.steps", steps, together=True),
        ),
        when(
            "report.changes",
            listing("line in report.changes[:20]", columns),
            otherwise=para("Normal", say("No finding appeared, went or changed.")),
        ),
        when("report.changes|length > 20", para("Small", more)),
        when("report.changes_unseen", para("Small", say(UNSEEN, count="report.changes_unseen"))),
    )


def _build_top() -> str:
    note = say("Sorted by points lost. Findings with the same root cause are listed under it and deducted once.")
    return when(
        "report.top",
        chapter("top", note),
        each("risk in report.top", place_card("risk")),
        otherwise=chapter("top", note) + para("Normal", say("No check that was assessed found anything.")),
    )


def _build_roadmap() -> str:
    columns = (10.0, 64.0, 22.0, 38.0, 16.0, 20.0)
    heads = ("No.", "Action", "Severity", "Effort", "Gain", "Score then")
    right = ("No.", "Gain", "Score then")
    what = para("TableText", run("{{ unit.action }}", "Strong")) + para(
        "TableText",
        run("{{ unit.title }} · {{ unit.codes|join(', ') }} · {{ unit.actor }} · {{ unit.run_as }}", "Soft"),
    )
    cells = (
        "{{ unit.number }}",
        what,
        para("TableText", severity("unit")),
        "{{ unit.effort_label }}",
        "+{{ unit.gain }}",
        "{{ unit.score_after }}",
    )
    stage = para("TableText", run("{{ stage.label }}", "Strong"))
    rows = table(
        "HealthTable",
        columns,
        row(
            *(cell(say(head), width, right=head in right) for head, width in zip(heads, columns, strict=True)),
            head=True,
        ),
        steer_row("for stage in report.roadmap", 6, sum(columns)),
        row(
            cell(stage, sum(columns[:5]), span=5),
            cell("{{ stage.score_after }}", columns[5], right=True),
            together=True,
        ),
        steer_row("for unit in stage.units", 6, sum(columns)),
        row(
            *(
                cell(content, width, right=head in right)
                for head, content, width in zip(heads, cells, columns, strict=True)
            )
        ),
        steer_row("endfor", 6, sum(columns)),
        steer_row("endfor", 6, sum(columns)),
    )
    note = say(
        "In this order. One action that resolves several findings is one row; the score is the one after all rows so "
        "far."
    )
    return when(
        "report.roadmap",
        chapter("roadmap", note),
        when('"roadmap" in charts', figure("roadmap")),
        rows,
        para("TableEnd"),
    )


def _build_categories() -> str:
    key = "category_{{ chapter.key|replace('-', '_') }}"
    line = (
        say("Points lost")
        + " {{ chapter.points_lost or '–' }} · "
        + say("Coverage")
        + " {{ chapter.coverage }} · "
        + say("Passed")
        + " {{ chapter.passed }} · "
        + say("Not assessed")
        + " {{ chapter.not_assessed }} · "
        + say("Muted")
        + " {{ chapter.muted }}{% if chapter.joined %} · "
        + say("Combined with another finding")
        + " {{ chapter.joined }}{% endif %}"
    )
    risks = (
        "{% for risk in chapter.top %}{{ risk.code }} {{ risk.title }}{% if not loop.last %}; {% endif %}{% endfor %}"
    )
    above = para("Normal", say("Among the top risks:") + " " + risks)
    chart = "".join(
        when(f'chapter.key == "capacity" and "{name}" in charts', figure(name)) for name in ("capacity", "limits")
    )
    elsewhere = say("The statements that take most of the time, and proven indexes:") + " {{ titles['slow-sql'] }}"
    return when(
        "report.chapters",
        chapter("chapters"),
        each(
            "chapter in report.chapters",
            heading("Heading2", "{{ chapter.label }}", key),
            para("Lead", line),
            when('chapter.key == "sql" and report.slow_sql', para("Small", elsewhere)),
            when("chapter.top", above),
            chart,  # behind the text: a chart that goes to the next page leaves the heading where it is
            each("found in chapter.cards", place_card("found")),
            when("chapter.note", para("Normal", "{{ chapter.note }}")),
        ),
    )


def _build_platform() -> str:
    note = say(
        "The customer cannot fix these, so they take no points. The technical account manager follows them up with the "
        "cloud platform."
    )
    return when(
        "report.platform",
        chapter("platform", note),
        each("found in report.platform", place_card("found", counted=False)),
    )
