"""Names of columns that many tables have by chance, and which types hold numbers."""

from __future__ import annotations

BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
# Names that say nothing of what they name: such columns are alike by chance.
GENERIC_NAMES = frozenset((
    "id", "pk", "uid", "uuid", "guid", "code", "name", "title", "key", "type", "kind", "status", "state", "value",
    "no", "num", "number", "seq", "sort", "pos", "token", "date", "day", "month", "year", "time", "level",
    "version", "flag", "region", "tag", "label", "word", "parent", "parent_id", "ref", "ref_id", "ext_id",
    "external_id", "source_id", "target_id", "biz_id", "object_id", "created_at", "updated_at",
))  # fmt: skip
NUMBER_TYPES = frozenset((*BITS, "decimal", "numeric"))
