"""The cover, page one and the table of contents of report.docx."""

from __future__ import annotations

from report_templates.docx_source.sign_off import sign_off
from report_templates.docx_source.styles import WASH
from report_templates.docx_source.xml import (
    TEXT_WIDTH_MM,
    cell,
    each,
    field,
    pairs,
    para,
    row,
    run,
    say,
    steer_row,
    tab,
    table,
    tag,
    twips,
    when,
)

HALF_MM = TEXT_WIDTH_MM / 2
BOOKMARK = "_Toc_"
BAR_BLANKS = 28  # no-break spaces of a whole bar
QUARTERS_MM = (42.0, 56.0, 40.0, 32.0)


def severity(of: str) -> str:
    """Mark and word, so that colour is not needed. ``of`` has ``severity`` and ``severity_label``."""
    shown = f'{{{{ marks.get({of}.severity, "") }}}} {{{{ {of}.severity_label }}}}'
    return run(shown, f"Severity{{{{ ({of}.severity or 'low')|capitalize }}}}")


def heading(style: str, text: str, name: str, *, page_break: bool = False) -> str:
    """A heading that the table of contents leads to by ``name``, which may hold Jinja expressions."""
    marked = f'<w:bookmarkStart w:id="0" w:name="{BOOKMARK}{name}"/>{run(text)}<w:bookmarkEnd w:id="0"/>'
    return para(style, marked, page_break=page_break)


def cover() -> str:
    return "".join(
        (
            when("logo", para("Figure", "{{ logo }}")),
            para("Title", "{{ report.cover.title }}"),
            para("Subtitle", "{{ report.cover.customer }}"),
            pairs("report.cover.facts", 45, 130),
            when(
                "house.contacts",
                para("Label", say("Contacts")),
                pairs("house.contacts", 45, 130),
            ),
            sign_off(),
        )
    )


def page_one() -> str:
    """The page for managers, complete in itself."""
    return "".join(
        (
            heading("Heading1", say("Conclusion"), "conclusion", page_break=True),
            para(
                "Small",
                "{{ report.front.customer }} · {{ report.front.target }} · {{ report.front.version }} · "
                "{{ report.front.kind }} · "
                + say("Assessed")
                + " {{ report.front.as_of }} · {{ report.front.period }}",
            ),
            tag("set v = report.front.verdict"),
            tag("set since = report.front.since"),
            _build_headline(),
            _build_verdict(),
            _build_caveat(),
            _build_steps(),
            _build_decisions(),
            _build_assurance(),
            _join_halves(
                _build_bars(),
                _build_severities() + _build_since(),
            ),
        )
    )


def _build_headline() -> str:
    head = "report.front.headline"
    return "".join(
        (
            para("Lead", run(f"{{{{ {head}.verdict }}}}", "Strong")),
            when(f"{head}.consequence", para("TableText", f"{{{{ {head}.consequence }}}}")),
            when(f"{head}.rest", para("Small", f"{{{{ {head}.rest }}}}")),
        )
    )


def _build_assurance() -> str:
    line = para(
        "TableText",
        run("{{ line.label }} · {{ line.state_label }}", "Strong"),
        " {{ line.known }}",
        run("{% if line.unknown %} {{ line.unknown }}{% endif %}", "Soft"),
    )
    title = say("Backup and availability: what is known, and what is not")
    return para("Label", title, together=True) + each("line in report.front.assurance", line)


def _build_verdict() -> str:
    grade = "{% if v.band %}{{ v.band }}{% else %}" + say("Grade withheld") + "{% endif %}"
    outof = "{% if v.assessed %} / 100{% endif %}"
    return table(
        "HealthPlain",
        QUARTERS_MM,
        row(
            cell(
                para("Small", say("Health score")) + para("BigNumber", "{{ v.shown }}", run(outof, "SoftSmall")),
                QUARTERS_MM[0],
                fill=WASH,
            ),
            _build_word_cell(
                say("Grade"),
                grade,
                "{% if v.provisional and v.band %}" + say("Provisional") + "{% endif %}",
                QUARTERS_MM[1],
            ),
            _build_word_cell(say("Range"), "{{ v.range_shown if v.assessed else '–' }}", "", QUARTERS_MM[2]),
            _build_word_cell(say("Coverage"), "{{ v.coverage }}", "", QUARTERS_MM[3]),
        ),
        head=False,
    ) + para("TableEnd")


def _build_word_cell(label: str, value: str, note: str, width_mm: float) -> str:
    shown = (value, run(f" {note}", "SoftSmall")) if note else (value,)
    return cell(para("Small", label) + para("BigWord", *shown), width_mm, fill=WASH)


def _build_caveat() -> str:
    blind = say("No check could be completed, so there is no score. “Not assessed” lists what is needed.")
    withheld = say(
        "Too many checks could not be assessed, now or for too long, to grade this tenant. “Not assessed” lists what "
        "is needed."
    )
    blocked = say("No grade yet: “excellent” and “good” need every check that can find something critical. Missing:")
    provisional = say("Some checks could not be assessed; the grade may change when they are.")
    return "".join(
        (
            tag("if not v.assessed"),
            para("Small", blind),
            tag("elif v.grade_needs"),
            para("Small", blocked),
            tag("for need in v.grade_needs"),
            para("Small", "{{ need }}"),
            tag("endfor"),
            tag("elif not v.band"),
            para("Small", withheld),
            tag("elif v.provisional"),
            para("Small", provisional),
            tag("endif"),
        )
    )


def _build_steps() -> str:
    title = (
        "{% if report.front.steps|length == 3 %}"
        + say("Three things to do first")
        + "{% else %}"
        + say("What to do first")
        + "{% endif %}"
        + "{% if report.front.score_after_told %} · {{ report.front.score_after_told }}{% endif %}"
    )
    due = "{% if step.due %} · " + say("by {day}", day="step.due") + " ({{ step.deadline }}){% endif %}"
    way = "{% if step.effort %} · {{ step.effort }}{% endif %} · {{ step.owner }}"
    what = (
        para("TableText", run("{{ step.action }}", "Strong"), run(" {{ step.code }}", "Soft"))
        + para(
            "TableText",
            severity("step"),
            " {{ step.title }}",
            run(due, "Strong"),
            run(way, "Soft"),
        )
        + when("step.consequence", para("TableText", run(say("Otherwise:") + " ", "Soft"), "{{ step.consequence }}"))
    )
    widths = (156, 14)
    rows = table(
        "HealthPairs",
        widths,
        steer_row("for step in report.front.steps", 2, sum(widths)),
        row(cell(what, widths[0]), cell(para("TableNumber", run("+{{ step.gain }}", "Gain")), widths[1], right=True)),
        steer_row("endfor", 2, sum(widths)),
        head=False,
    )
    nothing = (
        "{% if v.assessed %}"
        + say("The checks that were assessed found nothing to fix.")
        + "{% else %}"
        + say("First provide what the assessment needs.")
        + "{% endif %}"
    )
    return para("Label", title) + when(
        "report.front.steps",
        rows,
        para("TableEnd"),
        otherwise=para("Normal", nothing),
    )


def _join_halves(left: str, right: str) -> str:
    """Two halves side by side; no paragraph follows them, which might begin a page of its own."""
    return table("HealthPlain", (HALF_MM, HALF_MM), row(cell(left, HALF_MM), cell(right, HALF_MM)), head=False)


def _build_bars() -> str:
    """Bars of coloured blanks, which every program draws alike; a style would not be drawn by all of them.

    Categories without points stand in one line, or page one would not be one page.
    """
    blank = (
        "{% for bar in report.front.bars if not bar.width %}{{ bar.label }} – {{ bar.note or bar.points_lost }}"
        "{% if not loop.last %}; {% endif %}{% endfor %}"
    )
    length = f"(bar.width * {BAR_BLANKS} / 100)|round(0, 'ceil')|int"
    drawn = (
        '<w:r><w:rPr><w:shd w:val="clear" w:color="auto" w:fill="{{ house.accent[1:]|upper }}"/></w:rPr>'
        f"<w:t xml:space=\"preserve\">{{{{ '\\u00a0' * ({length}) }}}}</w:t></w:r>"
    )
    bar = para("BarLine", "{{ bar.label }}", tab(), drawn, tab(), "{{ bar.points_lost }}")
    return para("Label", say("Points lost by category")) + when(
        "report.front.bars",
        each("bar in report.front.bars if bar.width", bar),
        para("Small", blank),
        otherwise=para("Small", say("No category has a check that applies.")),
    )


def _build_severities() -> str:
    shown = "{{ marks[key] }} {{ label }} {{ count }}{% if not loop.last %} · {% endif %}"
    loop = "{% for key, label, count in report.front.severities %}" + shown + "{% endfor %}"
    note = (
        say("By the worst severity of each check; {count} findings in all.", count="report.front.finding_count")
        + "{% if report.front.platform_count %} "
        + say("{count} more are for the cloud platform.", count="report.front.platform_count")
        + "{% endif %}"
    )
    return para("Label", say("Checks with findings")) + para("TableText", loop) + para("Small", note)


def _build_since() -> str:
    moved = "{{ since.scores }}{% if since.delta %} ({{ since.delta }}){% endif %}"
    counts = (
        '{% for key, label, count in since.counts if key != "unchanged" %}{{ label }} {{ count }}'
        "{% if not loop.last %} · {% endif %}{% endfor %}"
    )
    rules = (
        "{% if since.not_compared %} {{ since.not_compared }}{% endif %}{% if since.ruleset_changed %} "
        + say("The rules changed in between; part of the difference may come from that.")
        + "{% endif %}"
    )
    return para("Label", say("Since last time")) + when(
        "since",
        para("TableText", run(moved, "Strong")),
        para("TableText", counts),
        para(
            "Small",
            say("Against report {number} of {date}.", number="since.baseline_number", date="since.baseline") + rules,
        ),
        otherwise=para("Small", say("First assessment: there is nothing earlier to compare with.")),
    )


def _build_decisions() -> str:
    return when(
        "report.decisions",
        para("Label", say("Decisions asked of the customer"), together=True),
        each(
            "decision in report.decisions",
            para(
                "TableText",
                "{{ loop.index }}. {{ decision.text }}",
                run(" → {{ decision.chapter_title }}", "Soft"),
            ),
        ),
    )


def figure(name: str) -> str:
    """A chart with its caption."""
    return para("Figure", f"{{{{ charts.{name}.picture }}}}") + para("Caption", f"{{{{ charts.{name}.title }}}}")


def contents() -> str:
    """The table of contents. Word adds the page numbers when it updates its fields."""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    return "".join(
        (
            para("ContentsHeading", say("Contents"), page_break=True),
            para("toc1", begin + _build_entry(say("Conclusion"), "conclusion")),
            tag("for heading in headings"),
            para(
                "toc1", _build_entry("{{ heading.number }}  {{ heading.title }}", "{{ heading.id|replace('-', '_') }}")
            ),
            each(
                "key, title in heading.parts",
                para("toc2", _build_entry("{{ title }}", "{{ key|replace('-', '_') }}")),
            ),
            tag("endfor"),
            para("TableEnd", end),
        )
    )


def _build_entry(text: str, name: str) -> str:
    number = field(f"PAGEREF {BOOKMARK}{name} \\h", "")
    return f'<w:hyperlink w:anchor="{BOOKMARK}{name}" w:history="1">{run(text)}{tab()}{number}</w:hyperlink>'


def header() -> str:
    """Customer and target, and the classification."""
    return (
        '<w:p><w:pPr><w:pStyle w:val="header"/></w:pPr>'
        + run("{{ report.cover.customer }} · {{ report.cover.target }}")
        + tab()
        + run("{{ report.cover.classification }}")
        + "</w:p>"
    )


def footer() -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="footer"/><w:tabs><w:tab w:val="right" w:pos="{twips(TEXT_WIDTH_MM)}"/></w:tabs>'
        f"</w:pPr>{run('{{ report.cover.title }} · {{ report.cover.number }}')}{tab()}{field('PAGE')}{run(' / ')}"
        f"{field('NUMPAGES')}</w:p>"
    )
