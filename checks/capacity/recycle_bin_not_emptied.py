"""CAP007: dropped objects that still take space."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Named, NotAssessed, Remediation, Rows, Unit, check, name_object
from agent.facts.given import Clock
from agent.facts.schema import BusinessObject, DroppedObject, RecycledObject
from checks.capacity.pages import PURGE, RECYCLE_BIN


@check(
    code="CAP007",
    name="capacity.recycle_bin_not_emptied",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Recycle bin not emptied",
    finding="{resource}: {objects_count} dropped objects, the oldest ({oldest}) for {value}; limit {limit}.",
    remediation=Remediation(
        advice="Look through the recycle bin, restore what was dropped by mistake and purge the rest. Only the sys "
        "tenant can let it be emptied by itself: recyclebin_object_expire_time is a parameter of the cluster.",
        sql=("PURGE RECYCLEBIN;",),
        no_rollback="Purged objects are gone; only a backup brings them back.",
        pre_check="SHOW RECYCLEBIN; nobody needs any of these objects again.",
        post_check="SHOW RECYCLEBIN is empty; the space comes back with the next major compaction.",
        risk="What is purged cannot be flashed back.",
    ),
    sources=(
        RECYCLE_BIN,
        PURGE,
    ),
)
def recycle_bin_not_emptied(
    objects: Rows[BusinessObject],
    recycled: Rows[RecycledObject] | None,
    kept: Rows[DroppedObject] | None,
    clock: Rows[Clock],
) -> Iterator[Measurement]:
    """With the recycle bin on, DROP only renames: tables and their indexes keep their blocks, take part in compaction
    and count against the disk. By default nothing ever empties it. Some versions do not show a user what a dropped
    table was called; SHOW RECYCLEBIN does."""
    named = {row.object_name: name_object(row.owner, row.original_name) for row in recycled or ()}
    dropped: list[BusinessObject | DroppedObject] = [row for row in objects if row.is_dropped]
    dropped += kept or ()
    dated = [(row.last_ddl_time, named.get(row.object_name, row.object_name)) for row in dropped if row.last_ddl_time]
    if dated:
        droptime, name = min(dated)
        age = (clock[0].as_of - droptime).days
        yield Measurement(Named("recycle bin"), age, {"objects_count": len(dropped), "oldest": name})
    elif dropped:
        raise NotAssessed("The dictionary does not tell when objects were dropped.", "Look at SHOW RECYCLEBIN.")
