"""What makes report.docx: ``python -m report_templates.docx_source``. The agent itself only reads the file."""
