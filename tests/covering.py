"""Which test module covers a module of ``agent`` that has none of its own name.

``tests/test_covering.py`` holds that every module is covered, and that the test module comes to what it covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

COVERING: Mapping[str, str] = {
    "agent/__init__.py": "tests/agent/test_pipeline.py",
    "agent/__main__.py": "tests/agent/cli/test_help.py",
    "agent/api.py": "tests/agent/catalogue/test_packages.py",
    # archive
    "agent/archive/document_earlier.py": "tests/agent/archive/test_document.py",
    "agent/archive/document_outlook.py": "tests/agent/archive/test_document_schema.py",
    "agent/archive/document_result.py": "tests/agent/archive/test_document.py",
    "agent/archive/folder.py": "tests/faults/test_files.py",
    "agent/archive/history/entries.py": "tests/agent/archive/history/test_store.py",
    "agent/archive/history/models.py": "tests/agent/archive/history/test_migrate.py",
    "agent/archive/json_values.py": "tests/agent/archive/test_document.py",
    "agent/archive/redaction/key.py": "tests/agent/archive/redaction/test_redact.py",
    "agent/archive/redaction/pseudonyms.py": "tests/agent/archive/redaction/test_redact.py",
    "agent/archive/snapshot_records.py": "tests/agent/archive/test_snapshot.py",
    # catalogue
    "agent/catalogue/contract.py": "tests/agent/catalogue/test_packages.py",
    "agent/catalogue/rule_entry.py": "tests/agent/catalogue/test_rules.py",
    "agent/catalogue/rule_problems.py": "tests/agent/catalogue/test_rules.py",
    "agent/catalogue/scoring_entry.py": "tests/agent/catalogue/test_rules.py",
    # cli
    "agent/cli/actions/catalogue.py": "tests/agent/catalogue/test_pages.py",
    "agent/cli/actions/history.py": "tests/agent/cli/test_history_and_schedule.py",
    "agent/cli/actions/journal.py": "tests/agent/collection/test_journal.py",
    "agent/cli/actions/preflight.py": "tests/integration/test_cli.py",
    "agent/cli/actions/redacted.py": "tests/agent/cli/test_redacted.py",
    "agent/cli/actions/schedule.py": "tests/agent/cli/test_history_and_schedule.py",
    "agent/cli/actions/statement_reading.py": "tests/agent/cli/test_sql.py",
    "agent/cli/actions/statements.py": "tests/agent/cli/test_sql.py",
    "agent/cli/actions/targets.py": "tests/agent/cli/actions/test_assess.py",
    "agent/cli/app.py": "tests/agent/cli/test_help.py",
    "agent/cli/catalogue.py": "tests/agent/catalogue/test_pages.py",
    "agent/cli/command_classes.py": "tests/agent/cli/test_help.py",
    "agent/cli/help_page.py": "tests/agent/cli/test_help.py",
    "agent/cli/help_topics.py": "tests/agent/cli/test_help.py",
    "agent/cli/history.py": "tests/agent/cli/test_history_and_schedule.py",
    "agent/cli/journal.py": "tests/agent/collection/test_journal.py",
    "agent/cli/options.py": "tests/agent/cli/test_assessment.py",
    "agent/cli/preparation.py": "tests/integration/test_cli.py",
    "agent/cli/schedule.py": "tests/agent/cli/test_history_and_schedule.py",
    "agent/cli/snapshot.py": "tests/agent/cli/test_redacted.py",
    "agent/cli/usage_errors.py": "tests/agent/cli/test_help.py",
    "agent/cli/variables.py": "tests/agent/cli/test_help.py",
    # collection
    "agent/collection/only_row.py": "tests/agent/collection/test_receipt.py",
    "agent/collection/server_views.py": "tests/agent/collection/test_grants.py",
    "agent/collection/tls_pin.py": "tests/agent/collection/test_tls_errors.py",
    # demo
    "agent/demo/command.py": "tests/agent/cli/test_help.py",
    "agent/demo/run_demo.py": "tests/integration/test_cli.py",
    "agent/demo/shop.py": "tests/integration/test_cli.py",
    # engagement
    "agent/engagement/authorization/drafting.py": "tests/agent/cli/actions/test_request_and_sign.py",
    "agent/engagement/authorization/summary.py": "tests/agent/cli/actions/test_request_and_sign.py",
    "agent/engagement/authorization/way.py": "tests/agent/engagement/authorization/test_authorize.py",
    "agent/engagement/report_block.py": "tests/agent/report/test_house_style.py",
    "agent/engagement/service_terms.py": "tests/agent/test_pipeline.py",
    "agent/engagement/stand_in.py": "tests/agent/cli/test_assessment.py",
    # facts
    "agent/facts/__init__.py": "tests/agent/collection/test_statements.py",
    "agent/facts/accounts.py": "tests/agent/collection/test_statements.py",
    "agent/facts/backup.py": "tests/checks/test_seen_from_sys.py",
    "agent/facts/cluster.py": "tests/checks/test_streams.py",
    "agent/facts/definitions.py": "tests/agent/collection/test_definition_reading.py",
    "agent/facts/dialect.py": "tests/agent/facts/test_lexed_sql.py",
    "agent/facts/given.py": "tests/agent/archive/test_snapshot.py",
    "agent/facts/own_statements/busy.py": "tests/agent/collection/test_gate.py",
    "agent/facts/own_statements/receipt.py": "tests/faults/test_hostile_server.py",
    "agent/facts/own_statements/session.py": "tests/agent/collection/test_gate.py",
    "agent/facts/plans.py": "tests/agent/facts/test_plan_tree.py",
    "agent/facts/reserved_words.py": "tests/agent/archive/redaction/test_redact.py",
    "agent/facts/resources.py": "tests/agent/collection/test_statements.py",
    "agent/facts/schema.py": "tests/agent/collection/test_statements.py",
    "agent/facts/sessions.py": "tests/agent/collection/test_statements.py",
    "agent/facts/settings.py": "tests/checks/test_parameter_family.py",
    "agent/facts/sql.py": "tests/agent/collection/test_statements.py",
    "agent/facts/texts.py": "tests/agent/archive/redaction/test_redact.py",
    # judgement
    "agent/judgement/assessed.py": "tests/agent/judgement/test_evaluate.py",
    "agent/judgement/carrying.py": "tests/agent/judgement/test_score_carried.py",
    # kernel
    "agent/kernel/guard.py": "tests/agent/kernel/test_start.py",
    # model
    "agent/model/address.py": "tests/checks/test_streams.py",
    "agent/model/assessment.py": "tests/agent/test_pipeline.py",
    "agent/model/check.py": "tests/agent/judgement/test_evaluate.py",
    "agent/model/comparison.py": "tests/agent/judgement/test_compare.py",
    "agent/model/document.py": "tests/agent/archive/test_document_schema.py",
    "agent/model/figures.py": "tests/agent/judgement/test_figures.py",
    "agent/model/labels.py": "tests/agent/report/test_formats_agree.py",
    "agent/model/result.py": "tests/agent/judgement/test_evaluate.py",
    "agent/model/roadmap.py": "tests/agent/judgement/test_roadmap.py",
    "agent/model/rule.py": "tests/agent/judgement/test_evaluate.py",
    "agent/model/snapshot.py": "tests/agent/archive/test_snapshot.py",
    "agent/model/sources.py": "tests/checks/test_sources.py",
    "agent/model/terms.py": "tests/agent/support/test_i18n.py",
    "agent/model/unread.py": "tests/agent/report/view/test_roadmap.py",
    # report
    "agent/report/charts/capacity.py": "tests/agent/report/charts/test_draw.py",
    "agent/report/charts/curves.py": "tests/agent/report/charts/test_canvas.py",
    "agent/report/charts/fonts.py": "tests/agent/report/charts/test_draw.py",
    "agent/report/charts/painting.py": "tests/agent/report/charts/test_canvas.py",
    "agent/report/charts/plots.py": "tests/agent/report/charts/test_draw.py",
    "agent/report/charts/rows.py": "tests/agent/report/charts/test_canvas.py",
    "agent/report/charts/sheet.py": "tests/agent/report/charts/test_hostile.py",
    "agent/report/charts/types.py": "tests/agent/report/charts/test_canvas.py",
    "agent/report/docx/render_docx.py": "tests/agent/report/docx/test_parts.py",
    "agent/report/html/render_html.py": "tests/agent/report/html/test_page.py",
    "agent/report/json/render_json.py": "tests/agent/archive/test_document_schema.py",
    "agent/report/pdf/render_pdf.py": "tests/agent/report/test_render.py",
    "agent/report/style.py": "tests/agent/report/docx/test_house.py",
    "agent/report/view/cards.py": "tests/agent/report/view/test_report.py",
    "agent/report/view/chapters.py": "tests/agent/report/view/test_contents.py",
    "agent/report/view/check_lines.py": "tests/agent/report/view/test_report.py",
    "agent/report/view/cover.py": "tests/agent/report/view/test_roadmap.py",
    "agent/report/view/impact.py": "tests/agent/report/view/test_roadmap.py",
    "agent/report/view/not_assessed.py": "tests/agent/report/view/test_report.py",
    "agent/report/view/points.py": "tests/agent/report/view/test_roadmap.py",
    "agent/report/view/sources.py": "tests/agent/report/view/test_load_and_receipt.py",
    "agent/report/view/work_lines.py": "tests/agent/report/xlsx/test_render_xlsx.py",
    "agent/report/words.py": "tests/agent/report/test_formats_agree.py",
    "agent/report/write_report.py": "tests/agent/test_pipeline.py",
    "agent/report/xlsx/book.py": "tests/agent/report/xlsx/test_render_xlsx.py",
    "agent/report/xlsx/bounds.py": "tests/agent/report/xlsx/test_update.py",
    "agent/report/xlsx/cells.py": "tests/agent/report/xlsx/test_render_xlsx.py",
    "agent/report/xlsx/columns.py": "tests/agent/report/xlsx/test_update.py",
    "agent/report/xlsx/list_sheets.py": "tests/agent/report/xlsx/test_render_xlsx.py",
    "agent/report/xlsx/packing.py": "tests/agent/report/xlsx/test_render_xlsx.py",
    "agent/report/xlsx/written.py": "tests/agent/report/xlsx/test_update.py",
    # service
    "agent/service/outcome.py": "tests/agent/cli/actions/test_assess.py",
    "agent/service/own_folder.py": "tests/agent/cli/actions/test_assess.py",
    "agent/service/periods.py": "tests/agent/cli/actions/test_assess.py",
    # support
    "agent/support/archives.py": "tests/agent/report/xlsx/test_update.py",
    "agent/support/bounded.py": "tests/agent/report/test_house_style.py",
    "agent/support/errors.py": "tests/agent/support/test_credentials.py",
    "agent/support/markdown.py": "tests/agent/cli/test_loudness.py",
    "agent/support/sandbox.py": "tests/agent/report/test_house_style.py",
    "agent/support/streams.py": "tests/agent/cli/test_streams.py",
    "agent/support/tracebacks.py": "tests/agent/cli/test_loudness.py",
    "agent/support/yaml_compose.py": "tests/agent/support/test_yaml_file.py",
    "agent/support/yaml_fields.py": "tests/agent/engagement/test_engagement_file.py",
    "agent/support/yaml_model.py": "tests/agent/engagement/test_loading.py",
}


def mirror(name: str) -> str:
    """The test module of a module's own name, both as paths below the root."""
    path = PurePosixPath(name)
    return (PurePosixPath("tests") / path.parent / f"test_{path.name}").as_posix()


def find_covering_test(name: str) -> str:
    """The test module that covers a module, both as paths below the root."""
    return COVERING.get(name, mirror(name))
