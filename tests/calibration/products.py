"""Six schemas as products bring them, each well kept and neglected. Only for our own kernel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a product's tenant is made of, as SQL.

    ``build`` and ``neglect`` are the administrator's, ``use`` and ``misuse`` the application's, which may fail.
    ``open_session`` stays open while the neglected tenant is read.
    """

    name: str
    build: tuple[str, ...]
    use: tuple[str, ...]
    neglect: tuple[str, ...]
    misuse: tuple[str, ...] = ()
    open_session: tuple[str, ...] = ()


def fill_table(table: str, columns: str, values: Iterable[str], doublings: int = 0) -> tuple[str, ...]:
    """Insert the rows ``values``, then all of the table's rows again so many times. The key must number itself."""
    rows = ", ".join(f"({value})" for value in values)
    return (
        f"INSERT INTO {table} ({columns}) VALUES {rows}",
        *[f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"] * doublings,
    )


_SEEN = ("SET GLOBAL ob_sql_audit_percentage = 20",)  # else the kernel's own statements fill the audit
_CAREFUL = (
    *_SEEN,
    "SET GLOBAL validate_password_length = 12",
    "SET GLOBAL validate_password_policy = 'medium'",
    "ALTER SYSTEM SET connection_control_failed_connections_threshold = 5",
)
_SHOP = Product(
    name="shop",
    build=(
        *_CAREFUL,
        "CREATE TABLE customers (id BIGINT PRIMARY KEY AUTO_INCREMENT, email VARCHAR(120), city VARCHAR(40),"
        " UNIQUE KEY by_email (email), KEY by_city (city))",
        "CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id BIGINT, status VARCHAR(16),"
        " amount DECIMAL(12, 2), KEY by_customer (customer_id))",
        "CREATE TABLE order_lines (id BIGINT PRIMARY KEY AUTO_INCREMENT, order_id BIGINT, product_id INT,"
        " quantity INT, KEY by_order (order_id))",
        *fill_table("customers", "city", [f"'city{n % 40}'" for n in range(200)]),
        *fill_table("orders", "customer_id, status, amount", [f"{n}, 'done', {n}.50" for n in range(200)], 4),
        "CALL DBMS_STATS.GATHER_SCHEMA_STATS('shop')",
    ),
    use=("SELECT * FROM orders WHERE customer_id = 7 LIMIT 5",) * 320,
    neglect=(
        "CREATE TABLE carts (customer_id BIGINT, product_id INT, added DATETIME)",
        "CREATE TABLE coupons (code VARCHAR(32) PRIMARY KEY, worth_amount DOUBLE) DEFAULT CHARSET = latin1",
        "ALTER TABLE customers ADD KEY by_city_email (city, email)",
        "INSERT INTO orders (id, customer_id, status, amount) VALUES (2080000000, 1, 'open', 1)",
        "CALL DBMS_STATS.LOCK_TABLE_STATS('shop', 'orders')",
    ),
    misuse=("SELECT COUNT(*) FROM orders a JOIN orders b ON a.amount = b.amount AND a.status <> b.status",) * 20,
)
_ERP = Product(
    name="erp",
    build=(
        *_SEEN,
        "CREATE TABLE ledger (id BIGINT PRIMARY KEY AUTO_INCREMENT, booked DATE, account INT, amount DECIMAL(18, 2),"
        " text VARCHAR(200), KEY by_account (account, booked))",
        "CREATE TABLE voucher (id MEDIUMINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, ledger_id BIGINT, state TINYINT,"
        " KEY by_ledger (ledger_id))",
        "CREATE TABLE material (id BIGINT PRIMARY KEY AUTO_INCREMENT, number VARCHAR(40), "
        + ", ".join(f"c{n} VARCHAR(20)" for n in range(30))
        + ", KEY by_number (number))",
        *fill_table("ledger", "account, amount", [f"{n % 20}, {n}" for n in range(200)], 6),
        "CREATE VIEW open_items AS SELECT id, amount FROM ledger WHERE account = 1",
        "CALL DBMS_STATS.GATHER_SCHEMA_STATS('erp')",
    ),
    use=("SELECT SUM(amount) FROM ledger WHERE account = 3",) * 310,
    neglect=(
        *[f"CREATE INDEX i{n} ON material (c{n})" for n in range(14)],
        "CREATE INDEX wide ON material (c0, c1, c2, c3, c4, c5, c6, c7)",
        "CREATE TABLE old_ledger LIKE ledger",
        "CREATE VIEW closed AS SELECT id FROM old_ledger",
        "DROP TABLE old_ledger",
        "INSERT INTO voucher (id, ledger_id, state) VALUES (15000000, 1, 1)",
        "CREATE TABLE price (id INT PRIMARY KEY, unit_price FLOAT, total_amount DOUBLE) DEFAULT CHARSET = gbk",
        "CREATE USER 'clerk'@'%' IDENTIFIED BY '{password}'",
        "GRANT ALL PRIVILEGES ON *.* TO 'clerk'@'%' WITH GRANT OPTION",
        "SET GLOBAL ob_enable_transformation = OFF",
    ),
    misuse=(
        *["SELECT text FROM ledger WHERE CONCAT(account, '') = '3' ORDER BY amount"] * 40,
        *["SELECT missing FROM ledger"] * 30,
    ),
)
_SCHEDULER = Product(
    name="scheduler",
    build=(
        *_CAREFUL,
        "CREATE TABLE job_info (id INT PRIMARY KEY AUTO_INCREMENT, cron VARCHAR(64), handler VARCHAR(255), state INT)",
        "CREATE TABLE job_log (id BIGINT PRIMARY KEY AUTO_INCREMENT, job_id INT, handled INT, fired DATETIME,"
        " KEY by_fired (fired), KEY by_handled (handled))",
        "CREATE TABLE job_lock (name VARCHAR(50) PRIMARY KEY)",
        "INSERT INTO job_lock VALUES ('schedule')",
        "CREATE SEQUENCE run_number MAXVALUE 1000000 NOCACHE",
        *fill_table("job_log", "job_id, handled", [f"{n % 9}, 200" for n in range(100)], 5),
        "CALL DBMS_STATS.GATHER_SCHEMA_STATS('scheduler')",
    ),
    use=("SELECT id FROM job_log WHERE handled = 500 LIMIT 10", "SELECT run_number.NEXTVAL") * 160,
    neglect=(
        "CREATE SEQUENCE shard_number START WITH 985 MAXVALUE 1000 NOCACHE",
        "SELECT shard_number.NEXTVAL",
        "SET GLOBAL ob_trx_idle_timeout = 86400000000000",
        "ALTER TABLE job_log ADD KEY by_fired_handled (fired, handled)",
        "CREATE TABLE job_report (day DATE, done INT, failed INT)",
    ),
    misuse=(
        "SET ob_trx_lock_timeout = 100000",
        *["UPDATE job_lock SET name = 'schedule' WHERE name = 'schedule'"] * 25,
    ),
    open_session=("BEGIN", "SELECT * FROM job_lock WHERE name = 'schedule' FOR UPDATE"),
)
_CMS = Product(
    name="cms",
    build=(
        *_SEEN,
        "CREATE TABLE posts (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, author BIGINT, state VARCHAR(20),"
        " title VARCHAR(200), content LONGTEXT, KEY by_state (state, id))",
        "CREATE TABLE post_meta (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, post_id BIGINT, name VARCHAR(190),"
        " value LONGTEXT, KEY by_post (post_id), KEY by_name (name))",
        "CREATE TABLE options (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(190), value LONGTEXT,"
        " autoload CHAR(3), UNIQUE KEY by_name (name))",
        *fill_table("posts", "author, state, title", [f"{n % 5}, 'publish', 'title {n}'" for n in range(150)], 6),
        *fill_table("post_meta", "post_id, name, value", [f"{n}, 'key{n % 7}', 'x'" for n in range(150)], 6),
        "CALL DBMS_STATS.GATHER_SCHEMA_STATS('cms')",
    ),
    use=("SELECT id, title FROM posts WHERE state = 'publish' ORDER BY id DESC LIMIT 10",) * 330,
    neglect=(
        "CREATE TABLE comments (id BIGINT PRIMARY KEY AUTO_INCREMENT, content TEXT) COLLATE utf8mb4_bin",
        "CREATE TABLE sessions (token VARCHAR(64), data TEXT)",
        "CREATE TABLE hits (id SMALLINT PRIMARY KEY AUTO_INCREMENT, post_id BIGINT)",
        "INSERT INTO hits VALUES (29000, 1)",
        "SET GLOBAL sql_mode = ''",
        "SET GLOBAL ob_enable_plan_cache = OFF",
    ),
    misuse=(
        *["SELECT COUNT(*) FROM posts WHERE content LIKE '%needle%' OR title LIKE '%needle%'"] * 40,
        *["SELECT id FROM post_meta ORDER BY id LIMIT 9000, 10"] * 15,
        *[f"SELECT id FROM posts WHERE id = {n} AND author = {n}" for n in range(60)],
    ),
)
_IOT = Product(
    name="iot",
    build=(
        *_CAREFUL,
        "CREATE TABLE device (id BIGINT PRIMARY KEY AUTO_INCREMENT, serial VARCHAR(40), UNIQUE KEY by_serial (serial))",
        "CREATE TABLE reading (device_id BIGINT, taken DATETIME, value DOUBLE, PRIMARY KEY (device_id, taken))"
        " PARTITION BY RANGE COLUMNS (taken) ("
        + ", ".join(f"PARTITION p{year} VALUES LESS THAN ('{year}-01-01')" for year in range(2024, 2032))
        + ")",
        *fill_table("device", "serial", [f"'s{n}'" for n in range(300)]),
        "INSERT INTO reading SELECT id, '2026-05-01', id FROM device",
        "CALL DBMS_STATS.GATHER_SCHEMA_STATS('iot')",
    ),
    use=("SELECT value FROM reading WHERE device_id = 7 AND taken > '2026-01-01'",) * 310,
    neglect=(
        "CREATE TABLE alarm (device_id BIGINT, raised DATETIME, PRIMARY KEY (device_id, raised))"
        " PARTITION BY RANGE COLUMNS (raised) (PARTITION p1 VALUES LESS THAN ('2026-10-01'),"
        " PARTITION p2 VALUES LESS THAN ('2026-11-01'))",
        "CREATE TABLE event (device_id BIGINT, what VARCHAR(80), happened DATETIME)",
        "CREATE TABLE raw_message (id INT PRIMARY KEY AUTO_INCREMENT, body VARCHAR(400))",
        "INSERT INTO raw_message VALUES (1930000000, 'x')",
        "ALTER SYSTEM SET writing_throttling_trigger_percentage = 100",
        "ALTER SYSTEM SET undo_retention = 7200",
    ),
    misuse=(
        *[f"SELECT serial FROM device WHERE id IN ({', '.join(map(str, range(600)))})"] * 12,
        *["UPDATE reading SET value = value + 1"] * 6,
        *["INSERT INTO device (serial) VALUES ('s1')"] * 60,
    ),
)
_GAME = Product(
    name="game",
    build=(
        *_SEEN,
        "CREATE TABLE player (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40), level INT, KEY by_level (level))",
        "CREATE TABLE item (id BIGINT PRIMARY KEY AUTO_INCREMENT, player_id BIGINT, kind INT, KEY by_one (player_id))",
        *fill_table("player", "name, level", [f"'p{n}', {n % 50}" for n in range(300)], 4),
        *fill_table("item", "player_id, kind", [f"{n}, {n % 9}" for n in range(300)], 5),
        "CALL DBMS_STATS.GATHER_SCHEMA_STATS('game')",
    ),
    use=("SELECT id FROM item WHERE player_id = 12",) * 320,
    neglect=(
        "CREATE TABLE battle (id INT PRIMARY KEY AUTO_INCREMENT, winner BIGINT, loser BIGINT)",
        "INSERT INTO battle VALUES (2140000000, 1, 2)",
        "CREATE SEQUENCE season START WITH 975 MAXVALUE 1000 NOCACHE",
        "SELECT season.NEXTVAL",
        "CREATE TABLE chat (said DATETIME, text VARCHAR(400))",
        "SET GLOBAL ob_query_timeout = 3600000000",
        "SET GLOBAL ob_tcp_invited_nodes = '%'",
        "SET GLOBAL ob_enable_sql_audit = ON",
        "CREATE USER 'ops'@'%' IDENTIFIED BY '{password}'",
        "GRANT SUPER, ALTER SYSTEM, CREATE USER ON *.* TO 'ops'@'%'",
    ),
    misuse=(
        *["SELECT * FROM player a JOIN item b ON b.player_id = a.id + 0 ORDER BY a.level"] * 6,
        *["SELECT /*+ QUERY_TIMEOUT(4000) */ COUNT(*) FROM item a JOIN item b ON a.kind = b.kind"] * 25,
        *["SELECT COUNT(DISTINCT name) FROM player WHERE UPPER(name) LIKE 'P1%'"] * 30,
    ),
)
PRODUCTS = (_SHOP, _ERP, _SCHEDULER, _CMS, _IOT, _GAME)
