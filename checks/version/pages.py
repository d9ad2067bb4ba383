"""Folders of the documentation that several of these checks cite."""

CLUSTER_PARAMETERS = (
    "700.reference/800.configuration-items-and-system-variables/100.system-configuration-items/"
    "300.cluster-level-configuration-items"
)
UPGRADE = (
    "600.manage/100.cluster-management/300.common-cluster-operations/1500.oceanbase-version-upgrade/"
    "200.upgrade-oceanbase-enterprise-edition"
)
SYS_VIEWS = "700.reference/700.system-views/300.system-view-of-sys-tenant/200.dictionary-view-of-sys-tenant"
