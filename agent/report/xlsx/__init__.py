"""The list of findings as a workbook."""
