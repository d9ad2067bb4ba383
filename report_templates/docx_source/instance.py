"""The overview of the instance, and its dearest statements, in report.docx."""

from __future__ import annotations

from report_templates.docx_source.chapter import chapter
from report_templates.docx_source.front import figure
from report_templates.docx_source.xml import Column, listing, pairs, para, run, say, tag, when


def overview() -> str:
    """Specification, size, load, the largest tables and what is not at its default."""
    note = say("What the instance is and how busy it was at the assessment. Nothing of this is a judgement.")
    return "".join(
        (
            chapter("instance", note),
            tag("set i = report.instance"),
            pairs("i.facts", 62),
            when("i.units", para("Label", say("Specification and replicas by zone"), together=True), _list_units()),
            *(when(f'"{name}" in charts', figure(name)) for name in ("statements_line", "sessions_line")),
            para("Label", say("Largest tables"), together=True),
            when(
                "i.tables",
                _list_tables(),
                para(
                    "Small",
                    "{{ i.tables_order }}" + _tell_more_tables(),
                ),
                otherwise=para("Normal", say("The size of no business table is known.")),
            ),
            para("Label", say("Parameters not at default"), together=True),
            _list_settings(),
        )
    )


def _list_units() -> str:
    columns = (
        Column(say("Zone"), 24, para("TableText", run("{{ row.zone }}", "Mono"))),
        Column(say("Units"), 13, "{{ row.units }}", right=True),
        Column(say("Cores"), 15, "{{ row.cores }}", right=True),
        Column(say("Memory"), 19, "{{ row.memory }}", right=True),
        Column(say("Log disk"), 20, "{{ row.log_disk }}", right=True),
        Column(say("Data disk"), 21, "{{ row.data_disk }}", right=True),
        Column(say("In use"), 21, "{{ row.used }}", right=True),
        Column(say("Replicas"), 37, "{{ row.replicas }}"),
    )
    return listing("row in i.units", columns)


def _list_tables() -> str:
    columns = (
        Column(say("Table"), 110, para("TableText", run("{{ row.table }}", "Mono"))),
        Column(say("Rows"), 30, "{{ row.rows }}", right=True),
        Column(say("Data"), 30, "{{ row.size }}", right=True),
    )
    return listing("row in i.tables", columns)


def _tell_more_tables() -> str:
    told = say("{count} smaller tables, or tables without statistics, are not shown.", count="i.more_tables")
    return "{% if i.more_tables %} " + told + "{% endif %}"


def _list_settings() -> str:
    columns = (
        Column(say("Parameter"), 66, para("TableText", run("{{ row.name }}", "Mono"))),
        Column(say("Value"), 56, para("TableText", run("{{ row.value }}", "Mono"))),
        Column(say("Default"), 48, para("TableText", run("{{ row.default }}", "Mono"))),
    )
    nothing = (
        "{% if i.settings_known %}"
        + say("All parameters are at their defaults.")
        + "{% else %}"
        + say("The server does not tell the defaults of its parameters.")
        + "{% endif %}"
    )
    return when(
        "i.settings",
        listing("row in i.settings", columns),
        when("i.more_settings", para("Small", say("{count} more parameters are not shown.", count="i.more_settings"))),
        otherwise=para("Normal", nothing),
    )


def top_statements() -> str:
    """The dearest statements with their texts."""
    who = (
        '{% if line.database != "–" %} · '
        + say("database {name}", name="line.database")
        + "{% endif %}"
        + '{% if line.user != "–" %} · '
        + say("user {name}", name="line.user")
        + "{% endif %}"
    )
    what = para("TableText", run("{{ line.sql_id }}", "Mono"), run(who, "Soft")) + when(
        "line.has_text",
        para("TableText", run("{{ line.text }}", "Mono")),
        otherwise=when("texts", para("TableText", run("{{ line.text }}", "Soft"))),
    )
    twin = say("On the twin: {match}", match="line.match") + "{% if line.outcome %} · {{ line.outcome }}{% endif %}"
    what += when("line.match", para("TableText", run(twin, "Soft")))
    columns = (
        Column(say("No."), 9, "{{ line.number }}", right=True),
        Column(say("Statement"), 61, what),
        Column(say("Executions"), 21, "{{ line.executions }}", right=True),
        Column(say("Average"), 21, "{{ line.average }}", right=True),
        Column(say("Longest"), 17, "{{ line.longest }}", right=True),
        Column(say("Total"), 15, "{{ line.total }}", right=True),
        Column(say("Share"), 13, "{{ line.share }}", right=True),
        Column(say("Sum"), 13, "{{ line.sum }}", right=True),
    )
    note = say(
        "Our own statements and those of the server itself are left out. The longest execution is known only while the "
        "SQL audit holds it."
    )
    texts = tag('set texts = s.statements|selectattr("has_text")|list')
    why = "{% if not texts %}{{ s.statements[0].text }} {% endif %}"
    return texts + listing("line in s.statements", columns) + para("Small", why + note)
