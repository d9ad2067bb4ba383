"""What makes report.docx: ``python -m report_templates.word``. The agent itself only reads the file."""
