"""Faults of the transaction checks on the real kernel; waits and deadlocks are in test_transactions_live."""

from __future__ import annotations

from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Plant

STOCK = (
    "CREATE TABLE {db}.stock (id INT PRIMARY KEY, left_over INT)",
    "INSERT INTO {db}.stock VALUES (1, 10), (2, 10)",
)
ORDERS = (
    "CREATE TABLE {db}.orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(1000))",
    "INSERT INTO {db}.orders (note) VALUES (REPEAT('x', 1000))",
)
DOUBLED = "INSERT INTO {db}.orders (note) SELECT note FROM {db}.orders"

PLANTS = [
    Plant(
        "TXN001",
        plant=STOCK,
        during=("BEGIN", "UPDATE {db}.stock SET left_over = 9 WHERE id = 1"),
        later=timedelta(minutes=10, seconds=10),
        resource="load_txn001@%",
        severity=Severity.LOW,
    ),
    Plant(
        "TXN002",
        plant=STOCK,
        during=("BEGIN", "UPDATE {db}.stock SET left_over = 9 WHERE id = 1"),
        settle_s=10.5,
        resource="load_txn002@%",
        severity=Severity.LOW,
    ),
    Plant(
        "TXN005",
        plant=ORDERS,
        during=("BEGIN", *[DOUBLED] * 15),
        resource="load_txn005@%",
        severity=Severity.LOW,
    ),
]

UNPLANTABLE = {
    "TXN010": "takes six sessions at once (test_transactions_live)",
    "TXN006": "the counters run since the server started: no cure lowers the share",
    "TXN007": "sessions would have to sleep for an hour",
    "TXN008": "the counters run since the server started: no cure lowers the share",
    "TXN009": "the embedded kernel refuses XA, and none of its transactions hangs on demand (test_transactions_live)",
}
