"""The demo's workload: a web shop as an ordinary customer would have it, mistakes included. Only for our own kernel."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pymysql

from agent.kernel.start import Kernel

_SCHEMA = (
    "CREATE DATABASE shop",
    "CREATE TABLE shop.customers (id BIGINT PRIMARY KEY AUTO_INCREMENT, email VARCHAR(120), city VARCHAR(40),"
    " created DATETIME DEFAULT CURRENT_TIMESTAMP, KEY idx_city (city), KEY idx_city_created (city, created))",
    "CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id BIGINT, status VARCHAR(16),"
    " amount FLOAT, note VARCHAR(200), trade_no VARCHAR(24), created DATETIME DEFAULT CURRENT_TIMESTAMP,"
    " KEY idx_customer (customer_id))",
    "CREATE TABLE shop.audit_trail (happened DATETIME, who VARCHAR(40), what VARCHAR(200))",
    "CREATE TABLE shop.import_buffer (payload VARCHAR(400), arrived DATETIME)",
    "CREATE TABLE shop.coupons (code VARCHAR(32) PRIMARY KEY, worth DOUBLE) DEFAULT CHARSET = latin1",
)
_FILL = (
    "INSERT INTO shop.customers (email, city) VALUES "
    + ", ".join(f"('c{n}@example.com', 'city{n % 40}')" for n in range(400)),
    "INSERT INTO shop.orders (customer_id, status, amount, note, trade_no)"
    " SELECT a.id, IF(a.id % 7 = 0, 'open', 'done'), a.id % 97, REPEAT('x', 60), CONCAT('T', a.id)"
    " FROM shop.customers a",
    *[
        "INSERT INTO shop.orders (customer_id, status, amount, note, trade_no)"
        " SELECT customer_id, status, amount, note, trade_no FROM shop.orders"
    ]
    * 8,
    "INSERT INTO shop.orders (id, customer_id, status, amount) VALUES (2040000000, 1, 'open', 1)",
    "INSERT INTO shop.audit_trail SELECT NOW(), 'system', 'import' FROM shop.customers",
    "CALL DBMS_STATS.GATHER_TABLE_STATS('shop', 'orders')",
    "CALL DBMS_STATS.GATHER_TABLE_STATS('shop', 'customers')",
    "CALL DBMS_STATS.LOCK_TABLE_STATS('shop', 'customers')",
)
_SETTINGS = (
    "SET GLOBAL ob_plan_cache_percentage = 20",  # of a unit this small the usual share holds no statement of the shop
    "SET GLOBAL ob_sql_audit_percentage = 20",
    "SET GLOBAL ob_plan_cache_percentage = 20",  # of a gigabyte: by default plans leave it within a minute
    "SET GLOBAL sql_mode = ''",
    "ALTER SYSTEM SET undo_retention = 60",
    "ALTER SYSTEM SET large_query_threshold = '100ms'",
    "CREATE USER 'report'@'%' IDENTIFIED BY '{password}'",
    "GRANT ALL PRIVILEGES ON *.* TO 'report'@'%' WITH GRANT OPTION",
)
# Sent before each assessment, because a change of a table throws its plans away.
_READS = (
    *["SELECT id, status, amount FROM orders WHERE trade_no = 'T7' ORDER BY created DESC LIMIT 5"] * 40,
    *["SELECT COUNT(*) FROM orders WHERE status = 'open' AND note LIKE '%z%'"] * 30,
    *["SELECT o.status, SUM(o.amount) FROM orders o JOIN customers c ON c.id = o.customer_id + 0 GROUP BY o.status"]
    * 4,
    *["SELECT * FROM orders WHERE customer_id = 7 LIMIT 5"] * 200,
)
_APPLICATION = (
    *_READS,
    "SELECT COUNT(*) FROM orders a JOIN orders b ON a.amount = b.amount AND a.note <> b.note WHERE a.id < 2500",
    "SELECT COUNT(*) FROM orders a JOIN orders b ON a.amount = b.amount AND a.note <> b.note WHERE a.id < 2000",
    *["SELECT /*+ QUERY_TIMEOUT(5000) */ COUNT(*) FROM orders a JOIN orders b ON a.amount = b.amount"] * 12,
    "UPDATE coupons SET worth = worth + 1",
    "DELETE FROM import_buffer",
)


_PATIENCE = "SET SESSION ob_query_timeout = 300000000"  # five minutes, for a busy machine; ten seconds by default


@dataclass(frozen=True, slots=True)
class Workload:
    """Statements of the administrator, and then those of the application, which may fail."""

    administrator: tuple[str, ...] = ()
    application: tuple[str, ...] = ()


SHOP = Workload((*_SCHEMA, *_FILL, *_SETTINGS), _APPLICATION)
READING = Workload(application=_READS)
CURES = (
    "ALTER TABLE shop.audit_trail ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT",
    "ALTER TABLE shop.audit_trail ADD PRIMARY KEY (id)",
    "ALTER TABLE shop.import_buffer ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT",
    "ALTER TABLE shop.import_buffer ADD PRIMARY KEY (id)",
    "ALTER TABLE shop.customers DROP INDEX idx_city",
)
NEW_FAULTS = Workload(
    (
        "CREATE USER 'batch'@'%' IDENTIFIED BY '{password}'",
        "GRANT SUPER ON *.* TO 'batch'@'%'",
    ),
    _READS,
)


class Shop:
    """Runs workloads in our own kernel. The application has its own account, as a customer's application has."""

    def __init__(self, server: Kernel) -> None:
        self._server = server
        self._password = secrets.token_urlsafe(18)
        server.run([f"CREATE USER 'shop_app'@'{server.host}' IDENTIFIED BY '{self._password}'"])

    def run(self, statements: Sequence[str]) -> None:
        """Run statements as the administrator."""
        self._server.run([_PATIENCE, *(statement.replace("{password}", self._password) for statement in statements)])

    def plant(self, workload: Workload) -> None:
        """Run the workload, and wait until the server's own statistics show it."""
        self.run(workload.administrator)
        self._server.run([f"GRANT ALL PRIVILEGES ON shop.* TO 'shop_app'@'{self._server.host}'"])
        with (
            contextlib.closing(self._server.connect("shop_app", self._password, "shop")) as connection,
            connection.cursor() as cursor,
        ):
            for statement in workload.application:
                with contextlib.suppress(pymysql.MySQLError):
                    cursor.execute(statement)
        time.sleep(1.0)
