"""Makes the kept tenants anew on the real kernel: ``python -m tests.calibration.make_tenants``, some minutes.

Kept are products, the demo, planted faults and clusters held as data, the latter with faults drawn by fixed seeds.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pymysql

from agent.collection.collect import collect_facts
from agent.collection.preflight import inspect_target
from agent.demo.shop import CURES, NEW_FAULTS, SHOP, Shop
from agent.facts import list_sources
from agent.kernel.start import Kernel, run_kernel
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind
from tests.calibration.kept import FILE, load_all, save_all
from tests.calibration.products import PRODUCTS, Product
from tests.clusters.healthy import GIVEN, healthy
from tests.clusters.held import Shelf
from tests.clusters.schema import TARGETS, Target
from tests.clusters.troubled import FAULTS, KNOWN, troubled
from tests.harness import Plant, gathered
from tests.integration import plants
from tests.integration.proving import Round
from tests.integration.reading import open_session, reader

PASSWORD = "Product-2026-only"
FAULT_COUNTS = (1, 2, 3, 5, 8, 12, 20)
PLANT_COUNTS = (4, 6, 8, 12)
# What a real account sees that lacks these grants: the first must be told from an empty schema.
LACKING = {"no show view": ("SHOW VIEW",), "no audit": ("SQL_AUDIT", "SQLSTAT", "PLAN_CACHE")}


def main(wanted: Sequence[str]) -> None:
    """Make these parts anew, all if none is named; the other tenants stay as they are kept."""
    snapshots = load_all() if FILE.exists() else {}
    for name in wanted or PARTS:
        for snapshot_name, snapshot in PARTS[name]():
            snapshots[snapshot_name] = replace(snapshot, statements=(), receipt=None, problems=())
            print(snapshot_name, flush=True)  # noqa: T201 - the progress of a command
    print(f"{len(snapshots)} tenants, {save_all(snapshots):,} bytes")  # noqa: T201 - the answer of a command


def read_products() -> Iterator[tuple[str, Snapshot]]:
    """Each product on a kernel of its own."""
    for product in PRODUCTS:
        with run_kernel() as kernel:
            yield from read_product(kernel, product)


def read_product(kernel: Kernel, product: Product) -> Iterator[tuple[str, Snapshot]]:
    """The product's tenant well kept, neglected, and neglected as seen by accounts that lack grants."""
    name = product.name
    kernel.run(
        [f"CREATE DATABASE {name}", f"CREATE USER app IDENTIFIED BY '{PASSWORD}'", f"GRANT ALL ON {name}.* TO app"]
    )
    run_in(kernel, product, product.build)
    send(kernel, product, product.use)
    yield f"{name} kept", read_tenant(kernel)
    run_in(kernel, product, product.neglect)
    send(kernel, product, product.use[:40])
    with contextlib.closing(kernel.connect("app", PASSWORD, name)) as held, held.cursor() as cursor:
        for statement in product.open_session:
            cursor.execute(statement)
        send(kernel, product, product.misuse)
        time.sleep(12 if product.open_session else 1)
        yield f"{name} neglected", read_tenant(kernel)
        for what, grants in LACKING.items():
            yield f"{name} neglected, {what}", read_tenant(kernel, grants)


def run_in(kernel: Kernel, product: Product, statements: Sequence[str]) -> None:
    """The administrator's statements, in the product's database."""
    kernel.run([f"USE {product.name}", *(statement.replace("{password}", PASSWORD) for statement in statements)])


def send(kernel: Kernel, product: Product, statements: Sequence[str]) -> None:
    """The application's statements; some are meant to fail."""
    with contextlib.closing(kernel.connect("app", PASSWORD, product.name)) as connection, connection.cursor() as cursor:
        for statement in statements:
            with contextlib.suppress(pymysql.MySQLError):
                cursor.execute(statement)


def read_tenant(kernel: Kernel, without: Sequence[str] = ()) -> Snapshot:
    """All facts, through an account with the printed grants less those that hold one of the words ``without``."""
    time.sleep(1.5)  # the audit lags behind
    sources = list(list_sources())
    with reader(kernel, "reader", without) as user, open_session(kernel, user) as session:
        capabilities = inspect_target(session, sources, TenantKind.USER)
        return collect_facts(session, sources, capabilities, None, datetime.now(UTC))


def read_demo() -> Iterator[tuple[str, Snapshot]]:
    """The demo's shop at both of its assessments."""
    with run_kernel() as kernel:
        shop = Shop(kernel)
        shop.plant(SHOP)
        yield "demo before", read_tenant(kernel)
        shop.run(CURES)
        shop.plant(NEW_FAULTS)
        yield "demo after", read_tenant(kernel)


def read_planted() -> Iterator[tuple[str, Snapshot]]:
    """Planted faults of the checks, some at a time, each set drawn by a fixed seed."""
    every: list[Plant] = [plant for plant in gathered(plants, "PLANTS") if plant.code != "CAP005"]
    with run_kernel() as kernel:
        for seed, count in enumerate(PLANT_COUNTS):
            together = Round(kernel, [replace(p, ground=None) for p in random.Random(seed).sample(every, count)])
            try:
                yield f"planted {seed}", read_round(kernel, together)
            finally:
                together.clear()


def read_round(kernel: Kernel, together: Round) -> Snapshot:
    """All facts while the faults are there."""
    together.each(lambda proof: proof.create(kernel))
    together.each(lambda proof: proof.plant_it(kernel))
    together.each(lambda proof: proof.hold(kernel))
    together.each(lambda proof: proof.send_load(kernel, proof.plant.load) if proof.plant.load else None)
    return read_tenant(kernel)


def read_clusters() -> Iterator[tuple[str, Snapshot]]:
    """Clusters held as data: healthy, with faults drawn by seeds, and with all faults."""
    with run_kernel() as kernel, contextlib.closing(Shelf(kernel)) as shelf:
        for target in TARGETS:
            shelf.put(healthy(target))
            yield f"{target} healthy", shelf.read(target, GIVEN)
            for count in FAULT_COUNTS:
                yield f"{target} with {count} faults", read_faulty(shelf, target, count)
            shelf.put(troubled(target))
            yield f"{target} troubled", shelf.read(target, KNOWN)


def read_faulty(shelf: Shelf, target: Target, count: int) -> Snapshot:
    """A cluster with some faults, drawn by a fixed seed. Those whose rows another one took away are left out."""
    cluster = healthy(target)
    able = list(dict.fromkeys(fault.plant for fault in FAULTS if target.kind in fault.kinds))
    for plant in random.Random(f"{target} {count}").sample(able, count):
        with contextlib.suppress(LookupError):
            plant(cluster)
    shelf.put(cluster)
    return shelf.read(target, GIVEN)


PARTS: Mapping[str, Callable[[], Iterator[tuple[str, Snapshot]]]] = {
    "products": read_products,
    "demo": read_demo,
    "planted": read_planted,
    "clusters": read_clusters,
}

if __name__ == "__main__":
    main(sys.argv[1:])
