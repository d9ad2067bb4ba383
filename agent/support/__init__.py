"""What every room may use: errors, languages, files, credentials and YAML. Knows no OceanBase."""
