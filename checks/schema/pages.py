"""Folders and pages of the documentation that the schema checks cite."""

from agent.api import DocPage, KernelRun, WebPage

_SYNTAX = "700.reference/500.sql-reference/100.sql-syntax/200.common-tenant-of-mysql-mode"
BASICS = f"{_SYNTAX}/100.basic-elements-of-mysql-mode"
STATEMENTS = f"{_SYNTAX}/600.sql-statement-of-mysql-mode"
DDL = f"{_SYNTAX}/700.ddl-function-of-mysql-mode"
OBJECTS = "700.reference/300.database-object-management/100.manage-object-of-mysql-mode"
DESIGN = "700.reference/400.database-design-specifications-and-practices"
VIEWS = "700.reference/700.system-views/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode"
TABLE_DESIGN = DocPage(f"{DESIGN}/200.object-structure-design-specification/200.table-structure-design.md")
KEY_CHANGES = DocPage(f"{DDL}/300.primary-key-operations-of-mysql-mode.md")
DYNAMIC = WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000002530102")
NO_INTERVALS = KernelRun(
    "4.3.5.3", "PARTITION BY RANGE ... INTERVAL (...): 1064, MySQL mode has no interval partitions"
)
