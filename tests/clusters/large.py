"""A large cluster: 9 servers, 200 tenants, 100,000 tablets. Rows are multiplied on the kernel, which takes seconds.

The sys tenant sees every tenant; a business tenant of it has all the tablets to itself, one table each.
"""

from __future__ import annotations

from typing import NamedTuple

from agent.model.terms import TenantKind
from tests.clusters.healthy import CRM, SERVERS, SHOP, healthy
from tests.clusters.held import SCHEMA, Shelf
from tests.clusters.schema import Target, views_of

NUMBERS = f"`{SCHEMA}`.`numbers`"
OBJECT = 600_000  # where the numbers of cloned tables begin


class Size(NamedTuple):
    """How large; one of the tenants is sys."""

    tablets: int = 100_000
    audit_rows: int = 0
    tenants: int = 200


def put_large(shelf: Shelf, target: Target, size: Size) -> None:
    """The healthy cluster, multiplied."""
    shelf.put(healthy(target))
    numbers(shelf, max(size.tablets, size.audit_rows, size.tenants))
    if target.kind is TenantKind.SYS:
        tenants(shelf, target, size.tenants - 3)
        servers(shelf, target)
    else:
        tables(shelf, target, size.tablets)
    tablets(shelf, target, size.tablets)
    audit(shelf, target, size.audit_rows)


def numbers(shelf: Shelf, count: int) -> None:
    """A table of the numbers from 0, made by doubling."""
    shelf.run(f"CREATE TABLE IF NOT EXISTS {NUMBERS} (n BIGINT PRIMARY KEY)")
    shelf.run(f"TRUNCATE TABLE {NUMBERS}")
    shelf.run(f"INSERT INTO {NUMBERS} VALUES (0)")
    reached = 1
    while reached < count:
        shelf.run(f"INSERT INTO {NUMBERS} SELECT n + {reached} FROM {NUMBERS} WHERE n + {reached} < {count}")
        reached *= 2


def multiply(shelf: Shelf, target: Target, view: str, where: str, times: int, **changed: str) -> None:
    """Copy the rows that are meant so many times; ``changed`` are expressions over the old row and the number ``n``."""
    columns = views_of(target).get(view)
    if columns is None:
        return
    new = {column.upper(): sql for column, sql in changed.items()}
    table = f"`{SCHEMA}`.`{view.partition('.')[2]}`"
    names = ", ".join(f"`{column}`" for column in columns)
    values = ", ".join(new.get(column, f"v.`{column}`") for column in columns)
    source = f"{table} v JOIN {NUMBERS} k ON k.n < {times}"
    shelf.run(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} WHERE {where}")
    shelf.swollen(view)


def tenants(shelf: Shelf, target: Target, more: int) -> None:
    """Further tenants like crm, spread over the servers of each zone."""
    host = "11 + k.n % 3"
    place = f"CONCAT(SUBSTRING_INDEX(v.SVR_IP, '.', 3), '.', {host})"
    changes = {"SVR_IP": place, "TENANT_NAME": "CONCAT('tenant', k.n)"}
    for members in ("MEMBER_LIST", "PAXOS_MEMBER_LIST"):
        changes[members] = f"REPLACE(v.{members}, '.11:', CONCAT('.', {host}, ':'))"
    for view, columns in views_of(target).items():
        for key in {"TENANT_ID", "CON_ID"} & set(columns):
            renumbered = {**changes, key: f"{CRM} + 2 + 2 * k.n"}
            multiply(shelf, target, view, f"v.`{key}` = {CRM}", more, **renumbered)


def servers(shelf: Shelf, target: Target) -> None:
    """Two further servers in each zone, set up like the first."""
    first = " OR ".join(f"v.SVR_IP = '{server.ip}'" for server in SERVERS)
    place = "CONCAT(SUBSTRING_INDEX(v.SVR_IP, '.', 3), '.', 12 + k.n)"
    for view in ("DBA_OB_SERVERS", "GV$OB_SERVERS"):
        multiply(shelf, target, f"oceanbase.{view}", first, 2, svr_ip=place, id="v.ID + 3 + 3 * k.n")
    multiply(shelf, target, "oceanbase.GV$OB_PARAMETERS", f"({first}) AND v.TENANT_ID IS NULL", 2, svr_ip=place)


def tables(shelf: Shelf, target: Target, count: int) -> None:
    """Tables like ``customers``, with its key and its index."""
    name, number = "CONCAT('customers_', k.n)", f"{OBJECT} + k.n"
    one = "v.TABLE_NAME = 'customers'"
    for view, where in {"TABLES": one, "STATISTICS": one, "COLUMNS": f"{one} AND v.COLUMN_NAME = 'id'"}.items():
        multiply(shelf, target, f"information_schema.{view}", where, count, table_name=name)
    for view in ("DBA_TAB_STATISTICS", "DBA_TAB_MODIFICATIONS"):
        multiply(shelf, target, f"oceanbase.{view}", one, count, table_name=name)
    named = "v.OBJECT_NAME = 'customers'"
    multiply(shelf, target, "oceanbase.DBA_OBJECTS", named, count, object_name=name, object_id=number)
    counted = "v.AUTO_INCREMENT_KEY = 500102"
    multiply(shelf, target, "oceanbase.DBA_OB_AUTO_INCREMENT", counted, count, auto_increment_key=number)


def tablets(shelf: Shelf, target: Target, count: int) -> None:
    """Where each tablet lives, in every view that has one row per tablet."""
    for view in ("DBA_OB_TABLET_TO_LS", "CDB_OB_TABLET_TO_LS"):
        columns = views_of(target).get(f"oceanbase.{view}", ())
        values = {"TENANT_ID": str(SHOP), "TABLET_ID": "200001 + k.n", "LS_ID": "1001 + k.n % 3", "TRANSFER_SEQ": "0"}
        present = [column for column in columns if column in values]
        if present:
            names, parts = ", ".join(present), ", ".join(values[column] for column in present)
            shelf.run(f"INSERT INTO `{SCHEMA}`.`{view}` ({names}) SELECT {parts} FROM {NUMBERS} k WHERE k.n < {count}")
            shelf.swollen(f"oceanbase.{view}")


def audit(shelf: Shelf, target: Target, count: int) -> None:
    """The audit ring with further statements of shop: a thousand shapes."""
    one = f"v.TENANT_ID = {SHOP} AND v.REQUEST_ID = 5000002"
    shape = "CONCAT(SUBSTR(v.SQL_ID, 1, 26), 100000 + k.n % 1000)"
    multiply(
        shelf,
        target,
        "oceanbase.GV$OB_SQL_AUDIT",
        one,
        count,
        request_id="6000000 + k.n",
        sql_id=shape,
        request_time="v.REQUEST_TIME + 1000 * k.n",
        elapsed_time="v.ELAPSED_TIME + k.n % 1000",
    )
