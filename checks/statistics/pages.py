"""Folders of the documentation that the checks on statistics cite."""

GATHERING = (
    "700.reference/1000.performance-tuning-guide/500.sql-optimization/400.sql-optimization/400.optimizer-statistics"
)
_VIEWS = "700.reference/700.system-views/400.system-view-of-mysql-mode"
VIEWS = f"{_VIEWS}/200.dictionary-view-of-mysql-mode"
PERFORMANCE = f"{_VIEWS}/300.performance-view-of-mysql-mode"
