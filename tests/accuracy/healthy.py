"""A tenant of thirty tables in which nothing is wrong: only what the kernel shows by itself may be found there."""

from __future__ import annotations

from tests.accuracy.cases import CaseFile, LookAlike, Run

NAMES = (
    "customer", "address", "product", "category", "brand", "warehouse", "stock", "cart", "cart_line", "sales_order",
    "order_line", "payment", "refund", "shipment", "parcel", "carrier", "coupon", "coupon_use", "review", "question",
    "answer", "supplier", "purchase", "purchase_line", "invoice", "invoice_line", "employee", "shift", "ticket", "note",
)  # fmt: skip
_ROWS = 200


def _make(name: str) -> tuple[str, ...]:
    values = ", ".join(f"('{name}-{number}', {number}.50, {number % 7})" for number in range(1, _ROWS + 1))
    return (
        f"CREATE TABLE {name} (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, code VARCHAR(40) NOT NULL,"
        " amount DECIMAL(18, 2) NOT NULL, status TINYINT NOT NULL,"
        " created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,"
        " PRIMARY KEY (id), UNIQUE KEY uk_code (code), KEY idx_status_created (status, created))",
        f"INSERT INTO {name} (code, amount, status) VALUES {values}",
        f"CALL DBMS_STATS.GATHER_TABLE_STATS('healthy', '{name}')",
    )


HEALTHY = CaseFile(
    schema="healthy",
    about="thirty tables with keys, exact amounts and fresh statistics; statements that an index serves",
    setup=("CREATE DATABASE healthy", "USE healthy", *(statement for name in NAMES for statement in _make(name))),
    faults=(),
    lookalikes=(
        LookAlike(
            like="",
            where="healthy",
            because="the ordinary load of such a tenant",
            run=tuple(
                Run(statement=statement.format(name=name), times=20)
                for name in NAMES
                for statement in (
                    "SELECT id, amount FROM {name} WHERE code = '{name}-7'",
                    "SELECT id, code FROM {name} WHERE status = 3 ORDER BY created LIMIT 10",
                    "UPDATE {name} SET amount = amount + 1 WHERE id = 5",
                )
            ),
        ),
    ),
)
