"""Puts clusters into a schema of the embedded kernel and reads them through the agent's own statements."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import pymysql

from agent.collection import preflight
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.preflight import HeldPrivileges
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from tests.clusters.cluster import Cluster
from tests.clusters.healthy_load import SHAPES
from tests.clusters.schema import Target, create_table, views_of
from tests.harness import NOW, shipped

SCHEMA, BUSINESS = "held_cluster", "shop"
COLUMNS = ", ".join(
    f"{name} BIGINT"
    for name in ("customer_id", "order_id", "product_id", "category_id", "amount", "price", "pieces", "next", "state")
)


class Shelf:
    """One schema that holds one cluster at a time. Tables stay from one cluster to the next: making them costs most."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._connection: pymysql.Connection[Any] = kernel.connect()
        self._tables: dict[str, tuple[str, ...]] = {}
        self._filled: set[str] = set()
        self._swollen: set[str] = set()
        self.run("SET SESSION time_zone = '+00:00', ob_query_timeout = 60000000")
        self.run(f"DROP DATABASE IF EXISTS {SCHEMA}")
        self.run(f"CREATE DATABASE {SCHEMA}")
        # Definitions are shown of tables that there are: those of the statements of a healthy day.
        self.run(f"CREATE DATABASE IF NOT EXISTS {BUSINESS}")
        for table in sorted({shape.table for shape in SHAPES}):
            self.run(f"CREATE TABLE IF NOT EXISTS {BUSINESS}.{table} (id BIGINT PRIMARY KEY, {COLUMNS})")

    def close(self) -> None:
        with contextlib.closing(self._connection):
            self.run(f"DROP DATABASE {SCHEMA}")
            self.run(f"DROP DATABASE {BUSINESS}")

    def run(self, sql: str, values: Iterable[Any] = ()) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, tuple(values) or None)

    def swollen(self, view: str) -> None:
        """Say that a view's table was filled with many rows by other than ``put``."""
        self._swollen.add(view)

    def forget(self, view: str) -> None:
        """Drop a view's table, which is made anew for the next cluster."""
        self.run(f"DROP TABLE `{SCHEMA}`.`{view.partition('.')[2]}`")
        del self._tables[view]
        self._filled.discard(view)
        self._swollen.discard(view)

    def put(self, cluster: Cluster) -> None:
        """Make the schema hold this cluster and nothing else."""
        self._shape(cluster.target)
        for view in self._filled | self._swollen:
            quickly = "TRUNCATE TABLE" if view in self._swollen else "DELETE FROM"  # the former is a schema change
            self.run(f"{quickly} `{SCHEMA}`.`{view.partition('.')[2]}`")
        # A fault may have asked for rows of a view that this version lacks.
        self._filled, self._swollen = {view for view, rows in cluster.rows.items() if rows}, set()
        for sql, values in cluster.inserts(SCHEMA):
            self.run(sql, values)

    def _shape(self, target: Target) -> None:
        wanted = views_of(target)
        for view, columns in list(self._tables.items()):
            if wanted.get(view) != columns:
                self.forget(view)
        for view, columns in wanted.items():
            if view not in self._tables:
                self.run(create_table(SCHEMA, view, columns))
                self._tables[view] = columns

    def read(self, target: Target, given: Iterable[object] = (), budget: Budget | None = None) -> Snapshot:
        """Preflight and collect, as at a customer's."""
        kernel, sources = self._kernel, shipped()[0].sources_of(target.kind)
        endpoint = Endpoint(
            name="held", host=kernel.host, port=kernel.port, user=kernel.user, password=lambda: kernel.password
        )
        with ReadOnlySession(endpoint, budget or Budget(), "held") as session:
            held = HeldPrivileges(SCHEMA, target.full_version)
            capabilities = preflight.inspect_target(session, sources, target.kind, held)
            return collect_facts(session, sources, capabilities, None, NOW, given=tuple(given))
