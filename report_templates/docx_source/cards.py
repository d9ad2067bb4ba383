"""One check with findings in report.docx: a macro, so that all chapters show it alike."""

from __future__ import annotations

from report_templates.docx_source.front import severity
from report_templates.docx_source.slow_sql import place_statement_proof
from report_templates.docx_source.xml import Column, each, listing, pairs, para, run, say, tag, when


def card_macro() -> str:
    """``card(c, counted, level)``: level 3 stands alone, level 4 under its cause."""
    head = "{{ c.code }}  {{ c.title }}"
    return "".join(
        (
            tag("macro card(c, counted, level)"),
            when("level == 3", para("Heading3", head), otherwise=para("Label", head)),
            _build_line(),
            para("Normal", run(say("Why it matters") + " ", "Strong"), "{{ c.impact }}"),
            _build_rows(),
            when("c.unjudged", para("Small", "{{ c.unjudged }}")),
            _build_origin(),
            _build_judged_by(),
            _build_remedy(),
            when(
                "c.symptoms",
                para("Label", say("Same root cause (no further deduction)")),
                each("symptom in c.symptoms", "<w:p><w:r><w:t>{{p card(symptom, counted, 4) }}</w:t></w:r></w:p>"),
            ),
            tag("endmacro"),
        )
    )


def place_card(card: str, counted: bool = True) -> str:
    """Show the card of a Jinja expression."""
    return f"<w:p><w:r><w:t>{{{{p card({card}, {'true' if counted else 'false'}, 3) }}}}</w:t></w:r></w:p>"


def _build_line() -> str:
    tags = (
        "{% if c.change_told %} · {{ c.change_told }}{% endif %}"
        "{% if c.attested %} · " + say("Stated by the customer") + "{% endif %}"
        "{% if c.overridden %} · " + say("Rule overridden") + "{% endif %}"
    )
    toll = (
        "{% if counted %} · "
        + say("Points lost")
        + " {{ c.points_lost }} · "
        + say("Gain when fixed")
        + " {{ c.gain_with or '+' ~ c.gain }}{% endif %}"
    )
    return para("Lead", severity("c"), " · {{ c.category }} · {{ c.actor }}" + tags + toll)


def _build_rows() -> str:
    where = (
        para("TableText", run("{{ row.resource }}", "Mono"))
        + para("TableText", "{{ row.sentence }}")
        + each(
            "sign in row.signs",
            para("TableText", run("{{ sign.code }}", "Mono"), " ", severity("sign"), " {{ sign.sentence }}"),
        )
        + when(
            "row.evidence",
            para(
                "TableText",
                run(
                    "{% for name, value in row.evidence %}{{ name }}: {{ value }}"
                    "{% if not loop.last %} · {% endif %}{% endfor %}",
                    "Soft",
                ),
            ),
        )
        + when(
            "row.outlook",
            each("name, value in row.outlook", para("TableText", run("{{ name }}: ", "Strong"), "{{ value }}")),
        )
        + _build_statement()
        + when(
            "row.tried",
            para(
                "TableText",
                run(say("SQL on the twin") + ": {{ row.tried.label }}", "Strong"),
                run("{% if row.tried.why %} – {{ row.tried.why }}{% endif %}", "Soft"),
            ),
        )
    )
    change = para("TableText", severity("row")) + when(
        "row.change_label", para("TableText", run("{{ row.change_label }}", "Soft"))
    )
    columns = (
        Column(say("Resource"), 100, where),
        Column(say("Value"), 28, "{{ row.value }}", right=True),
        Column(say("Limit"), 24, "{{ row.limit }}", right=True),
        Column(say("Severity"), 18, change),
    )
    more = "c.row_count - c.rows|length"
    return listing("row in c.rows", columns, splits_if="row.statement and row.statement.proof") + when(
        f"{more} > 0",
        para(
            "Small",
            say(
                "{count} more resources are in {file}, sheet “{sheet}”.",
                count=f"({more})",
                file="list_file",
                sheet='_("Findings")',
            ),
        ),
    )


def _build_statement() -> str:
    """What a DBA needs of a statement that the finding is about."""
    facts = (
        "{% for name, value in row.statement.facts %}{{ name }}: {{ value }}"
        "{% if not loop.last %} · {% endif %}{% endfor %}"
    )
    return when(
        "row.statement",
        when(
            "row.statement.text",
            para("TableText", run("{{ row.statement.text }}", "Mono")),
            otherwise=para("TableText", run(say("No text:") + " {{ row.statement.no_text }}", "Soft")),
        ),
        para("TableText", run(facts, "Soft")),
        each("plan in row.statement.plans", para("TableText", run("{{ plan }}", "Soft"))),
        place_statement_proof("row.statement.proof"),
        otherwise=when("row.no_statement", para("TableText", run("{{ row.no_statement }}", "Soft"))),
    )


def _build_origin() -> str:
    origin = (
        "{% for source in c.sources %}{{ source.view }}{% if source.first %} {{ source.numbers }}{% endif %}"
        "{% if source.at %} {{ source.at }}{% endif %}{% if not loop.last %} · {% endif %}{% endfor %}"
    )
    return when("c.sources", para("Small", say("Figures from") + " " + origin))


def _build_judged_by() -> str:
    rungs = "{% for name, value in c.judged %}{{ name }} {{ value }}{% if not loop.last %} · {% endif %}{% endfor %}"
    return when("c.judged", para("Small", say("Judged by") + " " + rungs))


def _build_remedy() -> str:
    return "".join(
        (
            para("Label", say("What to do")),
            para("Normal", "{{ c.advice }}", together=True),
            when(
                "c.signs",
                para("Label", say("Advice of the combined checks")),
                each(
                    "sign in c.signs",
                    para(
                        "Normal",
                        run("{{ sign.code }}", "Mono"),
                        run(" {{ sign.title }}", "Strong"),
                        " – {{ sign.advice }}",
                    ),
                ),
            ),
            when("c.link", para("Small", "{{ c.link }}", together=True)),
            when("c.script_of", para("Small", say("Its statements are in the script of {code}.", code="c.script_of"))),
            each(
                "step in c.steps",
                when("step.label", para("Small", run("{{ step.label }}", "Strong"), together=True)),
                _build_script("step.script", "step.more"),
            ),
            pairs("c.facts", 46, together=True),
            when(
                "c.rollback.count or c.no_rollback",
                para("Label", say("Rollback")),
                _build_script("c.rollback", "c.more_rollback"),
                when("c.no_rollback", para("Normal", "{{ c.no_rollback }}")),
            ),
        )
    )


def _build_script(first: str, more: str) -> str:
    cut = say("Shown in part, or with unusual characters made visible; take the original from assessment.json.")
    rest = say(
        "{count} more statements are in {file}, sheet “{sheet}”.",
        count=f"{more}.count",
        file="list_file",
        sheet='_("Findings")',
    )
    return (
        when(f"{first}.count", para("Code", f"{{{{ {first}.text }}}}"))
        + when(f"{first}.count and not {first}.whole", para("Small", cut))
        + when(f"{more}.count", para("Small", rest))
    )
