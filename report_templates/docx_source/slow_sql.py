"""The chapter on slow SQL in report.docx: the load, the proven indexes, and how far the proof goes."""

from __future__ import annotations

from report_templates.docx_source.chapter import UNSEEN, bullet, chapter
from report_templates.docx_source.front import figure
from report_templates.docx_source.instance import top_statements
from report_templates.docx_source.xml import Column, each, listing, pairs, para, run, say, tag, when

PIN_NOTE = (
    "An outline takes the place of all hints of its statement, and is found by SQL_ID: a statement whose text changes "
    "is no longer kept. It keeps the plan even when data grow: drop it once the index has proved itself."
)
PIN_CHECK = "Make sure that they are kept: DATABASE_NAME is right, and OUTLINE_ID is not -1 once the statement has run"


def proof_macro() -> str:
    """``index_proof(i)``: one index with all that belongs to making it."""
    return "".join(
        (
            tag("macro index_proof(i)"),
            para("Label", run("{{ i.place }}", "Mono"), " · {{ i.judged.label }}"),
            para("Small", _join_pairs("i.facts")),
            when(
                "i.card",
                each("change in i.changes", _build_gain("change")),
                para("Small", say("SQL, plans and rollback: {code}", code="i.card")),
                otherwise=_build_whole_proof(),
            ),
            tag("endmacro"),
        )
    )


def _build_whole_proof() -> str:
    """What belongs to an index that no card shows."""
    return "".join(
        (
            when(
                "i.pins.count",
                para("Small", run(say("First keep the plans of these statements"), "Strong"), together=True),
                each("line in i.pinned", para("Small", "{{ line }}")),
                _build_script("i.pins"),
                para("Small", say(PIN_NOTE)),
                when(
                    "i.pin_check.count",
                    para("Small", run(say(PIN_CHECK), "Strong"), together=True),
                    _build_script("i.pin_check"),
                ),
                para("Small", run(say("Then make the index"), "Strong"), together=True),
            ),
            _build_script("i.create"),
            each("change in i.changes", _build_change("change")),
            para("Small", run(say("Rollback"), "Strong"), together=True),
            _build_script("i.rollback"),
        )
    )


def place_statement_proof(told: str) -> str:
    """What the twin says of the statement of a finding, inside the cell of a table."""
    return when(
        told,
        para(
            "TableText",
            run(say("On the twin") + f": {{{{ {told}.judged.label }}}}", "Strong"),
            f"{{% if {told}.judged.why %}} – {{{{ {told}.judged.why }}}}{{% endif %}}",
        ),
        para("TableText", run(_join_pairs(f"{told}.facts"), "Soft")),
        when(
            f"{told}.change",
            _build_plans(f"{told}.change", "TableText"),
        ),
        each(
            f"index in {told}.indexes",
            para("TableText", run("{{ index.place }}", "Mono"), " · {{ index.judged.label }}"),
            para("TableText", run(_join_pairs("index.facts"), "Soft")),
            when(
                "index.card",
                para("TableText", say("SQL, plans and rollback: {code}", code="index.card")),
                otherwise=_place_script_of_index(),
            ),
        ),
    )


def _place_script_of_index() -> str:
    """What is run for an index, inside a cell."""
    return "".join(
        (
            when(
                "index.pins.count",
                para("TableText", run(say("First keep the plans of these statements"), "Strong")),
                each("line in index.pinned", para("TableText", "{{ line }}")),
                para("TableText", run("{{ index.pins.text }}", "Mono")),
                para("TableText", run(say(PIN_NOTE), "Soft")),
                when(
                    "index.pin_check.count",
                    para("TableText", run(say(PIN_CHECK), "Strong")),
                    para("TableText", run("{{ index.pin_check.text }}", "Mono")),
                ),
            ),
            para("TableText", run(say("Index"), "Strong")),
            para("TableText", run("{{ index.create.text }}", "Mono")),
            para("TableText", run(say("Rollback"), "Strong")),
            para("TableText", run("{{ index.rollback.text }}", "Mono")),
        )
    )


def _join_pairs(of: str) -> str:
    pair = "{{ name }}: {{ value }}{% if not loop.last %} · {% endif %}"
    return f"{{% for name, value in {of} %}}" + pair + "{% endfor %}"


def _build_script(script: str) -> str:
    return when(f"{script}.count", para("Code", f"{{{{ {script}.text }}}}"))


def _build_gain(change: str) -> str:
    head = (
        say("Expected gain (estimate)")
        + f" {{{{ {change}.gain }}}} · "
        + say("Estimated cost")
        + f" {{{{ {change}.cost }}}}"
    )
    return para("Small", run(f"{{{{ {change}.sql_id }}}}", "Mono"), " " + head, together=True)


def _build_change(change: str) -> str:
    return "".join(
        (
            _build_gain(change),
            when(f"{change}.text", para("Small", run(f"{{{{ {change}.text }}}}", "Mono"))),
            _build_plans(change, "Small"),
        )
    )


def _build_plans(change: str, style: str) -> str:
    return "".join(
        para(style, run(say(title), "Soft"), together=True) + para(style, run(f"{{{{ {change}.{key} }}}}", "Mono"))
        for title, key in (("Plan before", "before"), ("Plan after", "after"))
    )


def slow_sql() -> str:
    """The chapter."""
    note = say(
        "Who takes the time, and which indexes are proven to help. Indexes are tried on a twin: a kernel of our own "
        "with the tenant's tables and optimizer statistics, and not one row or literal of its data."
    )
    unproven = say(
        "Indexes are unverified: nothing was tried on a twin for this report. ob-health verify does so from the "
        "snapshot, without connecting."
    )
    return when(
        "report.slow_sql",
        chapter("slow-sql", note),
        tag("set s = report.slow_sql"),
        when("s.problem", para("Normal", run("{{ s.problem }}", "Strong"))),
        when("not s.is_proven", para("Normal", run(unproven, "Strong"))),
        when('"top_sql" in charts', figure("top_sql")),
        when("s.statements", top_statements()),
        when("s.is_proven", _build_proof()),
    )


def _build_proof() -> str:
    return "".join(
        (
            when(
                "s.facts",
                para("Label", say("How far the twin stands for the tenant"), together=True),
                pairs("s.facts", 100),
            ),
            para("Label", say("Proven indexes"), together=True),
            each("index in s.indexes", "<w:p><w:r><w:t>{{p index_proof(index) }}</w:t></w:r></w:p>"),
            when("not s.indexes", para("Normal", say("No index is proven to help these statements."))),
            _build_unproven(),
            _build_spare(),
            _build_remedies(),
            when(
                "s.lacks",
                para("Label", say("What the twin lacks"), together=True),
                each("line in s.lacks", bullet("{{ line }}")),
            ),
            para("Label", say("Limits of the proof"), together=True),
            each("line in s.limits", bullet("{{ line }}")),
        )
    )


def _list_places(loop: str, reason: str) -> str:
    columns = (
        Column(say("Index"), 90, para("TableText", run("{{ line.place }}", "Mono"))),
        Column(say("Reason"), 80, f"{{{{ line.{reason} }}}}"),
    )
    return listing(f"line in {loop}", columns)


def _build_unproven() -> str:
    return when(
        "s.unproven",
        para("Label", say("Tried and not proven: do not make these"), together=True),
        _list_places("s.unproven", "why"),
        when("s.more_unproven", para("Small", say(UNSEEN, count="s.more_unproven"))),
    )


def _build_spare() -> str:
    note = say(
        "With all of them hidden, no plan of the dearest statements gets worse. Hide them first, and drop them after a "
        "month's end has passed."
    )
    unknown = say("None is named: whether an index is needed cannot be told yet.") + " {{ s.no_spare }}"
    none = when(
        "s.no_spare",
        para("Label", say("Indexes that can go, as one set"), together=True),
        para("Small", unknown),
    )
    return none + when(
        "s.spare",
        para("Label", say("Indexes that can go, as one set"), together=True),
        para("Small", note, together=True),
        _list_places("s.spare", "reason"),
        _build_script("s.hide"),
        para("Small", run(say("Rollback"), "Strong"), together=True),
        _build_script("s.show"),
    )


def _build_remedies() -> str:
    columns = (
        Column(say("Check"), 20, para("TableText", run("{{ line.code }}", "Mono"))),
        Column(say("Resource"), 60, para("TableText", run("{{ line.resource }}", "Mono"))),
        Column(
            say("Verdict"),
            90,
            para(
                "TableText",
                run("{{ line.judged.label }}", "Strong"),
                "{% if line.judged.why %} – {{ line.judged.why }}{% endif %}",
            ),
        ),
    )
    meaning = say(
        "Verified: the server takes it in the tenant's schema, it does what it says, the rollback restores what was "
        "before, and no plan of the dearest statements costs more."
    )
    return when(
        "s.remedies",
        para("Label", say("SQL of the findings, tried on the twin"), together=True),
        listing("line in s.remedies", columns),
        para("Small", meaning),
        when("s.more_remedies", para("Small", say(UNSEEN, count="s.more_remedies"))),
    )
