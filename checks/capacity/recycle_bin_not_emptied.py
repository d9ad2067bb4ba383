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
    title="Recycle bin not emptied for long",
    consequence="Tables that were dropped waste disk space that is paid for.",
    finding="{resource}: {objects_count} dropped objects; the oldest one ({oldest}) was dropped {value} ago; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Check the recycle bin, restore what was dropped by mistake and purge the rest. Automatic purging can "
        "only be switched on in the sys tenant: recyclebin_object_expire_time is a parameter of the cluster.",
        sql=("PURGE RECYCLEBIN;",),
        no_rollback="Purged objects cannot be restored, except from a backup.",
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
    """With the recycle bin on, DROP only renames: tables and their indexes keep their data blocks, take part in
    compaction and use disk space. By default the recycle bin is never emptied automatically. Some versions do not show
    the original name of a dropped table to a user tenant; SHOW RECYCLEBIN does."""
    named = {row.object_name: name_object(row.owner, row.original_name) for row in recycled or ()}
    dropped: list[BusinessObject | DroppedObject] = [row for row in objects if row.is_dropped]
    dropped += kept or ()
    dated = [(row.last_ddl_time, named.get(row.object_name, row.object_name)) for row in dropped if row.last_ddl_time]
    if dated:
        droptime, name = min(dated)
        age = (clock[0].as_of - droptime).days
        yield Measurement(Named("recycle bin"), age, {"objects_count": len(dropped), "oldest": name})
    elif dropped:
        raise NotAssessed("The data dictionary does not record when objects were dropped.", "See SHOW RECYCLEBIN.")
