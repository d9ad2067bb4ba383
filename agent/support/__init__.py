"""Errors, languages, files, credentials and YAML, for all rooms. Nothing here knows OceanBase."""
