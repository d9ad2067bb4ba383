"""A shop: orders, their lines, payments by hash, events by month. Thresholds may be chosen by it."""

from __future__ import annotations

from tests.twin.schemas import BenchSchema

_MONTHS = ", ".join(
    f"PARTITION p{month:02d} VALUES LESS THAN ('2026-{month + 1:02d}-01')" for month in range(1, 11)
)  # fmt: skip
_TABLES = (
    "CREATE TABLE customers (id BIGINT PRIMARY KEY, city VARCHAR(40) NOT NULL, level TINYINT NOT NULL,"
    " email VARCHAR(80) NOT NULL, phone VARCHAR(20) NOT NULL, created_at DATETIME NOT NULL, note VARCHAR(200),"
    " KEY by_level (level), KEY by_city (city))",
    "CREATE TABLE products (id BIGINT PRIMARY KEY, category_id INT NOT NULL, brand VARCHAR(30) NOT NULL,"
    " price DECIMAL(10, 2) NOT NULL, title VARCHAR(120) NOT NULL, is_active TINYINT NOT NULL,"
    " KEY by_active (is_active))",
    "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL, shop_id INT NOT NULL,"
    " status VARCHAR(12) NOT NULL, amount DECIMAL(12, 2) NOT NULL, created_at DATETIME NOT NULL, remark VARCHAR(200),"
    " trade_no VARCHAR(32) NOT NULL, KEY by_status (status), KEY by_shop (shop_id),"
    " KEY by_shop_day (shop_id, created_at))",
    "CREATE TABLE order_lines (order_id BIGINT NOT NULL, line INT NOT NULL, product_id BIGINT NOT NULL,"
    " quantity INT NOT NULL, price DECIMAL(10, 2) NOT NULL, note VARCHAR(60), PRIMARY KEY (order_id, line))",
    "CREATE TABLE payments (order_id BIGINT NOT NULL, number INT NOT NULL, channel VARCHAR(12) NOT NULL,"
    " amount DECIMAL(12, 2) NOT NULL, paid_at DATETIME NOT NULL, trade_no VARCHAR(32) NOT NULL,"
    " PRIMARY KEY (order_id, number), KEY by_channel (channel) LOCAL) PARTITION BY HASH(order_id) PARTITIONS 8",
    "CREATE TABLE events (id BIGINT NOT NULL, customer_id BIGINT NOT NULL, kind VARCHAR(20) NOT NULL,"
    " created_at DATETIME NOT NULL, payload VARCHAR(200), PRIMARY KEY (id, created_at), KEY by_kind (kind) LOCAL)"
    f" PARTITION BY RANGE COLUMNS(created_at) ({_MONTHS}, PARTITION pmax VALUES LESS THAN (MAXVALUE))",
    "CREATE TABLE reviews (id BIGINT PRIMARY KEY, product_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,"
    " stars TINYINT NOT NULL, created_at DATETIME NOT NULL, text VARCHAR(300), KEY by_stars (stars))",
    "CREATE TABLE coupons (id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL, code VARCHAR(24) NOT NULL,"
    " is_used TINYINT NOT NULL, expires_at DATETIME NOT NULL, worth INT NOT NULL)",
    "CREATE TABLE stock (product_id BIGINT NOT NULL, warehouse_id INT NOT NULL, quantity INT NOT NULL,"
    " updated_at DATETIME NOT NULL, PRIMARY KEY (product_id, warehouse_id))",
)
_DAY = "DATE_ADD('2026-01-01', INTERVAL (n * 7919) % 432000 MINUTE)"
_FILL = (
    f"INSERT INTO customers SELECT n, CONCAT('city', (n * 31) % 300), n % 5, CONCAT('user', n, '@example.com'),"
    f" CONCAT('138', 10000000 + n), {_DAY}, REPEAT('c', 40) FROM numbers WHERE n <= 40000",
    "INSERT INTO products SELECT n, (n * 17) % 120, CONCAT('brand', n % 90), 5 + (n * 37) % 9000 / 10,"
    " CONCAT('product ', n, ' ', REPEAT('p', 30)), IF(n % 20 = 0, 0, 1) FROM numbers WHERE n <= 8000",
    # A few customers have most of the orders.
    "INSERT INTO orders SELECT n, IF(n % 10 < 3, 1 + n % 40, 1 + (n * 7907) % 40000), n % 50,"
    " CASE WHEN n % 200 = 0 THEN 'open' WHEN n % 50 = 1 THEN 'paid' WHEN n % 25 = 2 THEN 'sent' ELSE 'done' END,"
    f" 10 + (n * 13) % 5000, {_DAY}, REPEAT('r', 30), CONCAT('T', 100000000 + n * 3) FROM numbers WHERE n <= 200000",
    "INSERT INTO order_lines SELECT n, 1, 1 + (n * 11) % 8000, 1 + n % 4, 5 + n % 300, 'x' FROM numbers"
    " WHERE n <= 200000",
    "INSERT INTO order_lines SELECT n, 2, 1 + (n * 23) % 8000, 1 + n % 3, 5 + n % 200, 'y' FROM numbers"
    " WHERE n <= 120000",
    "INSERT INTO payments SELECT n, 1, ELT(1 + n % 4, 'alipay', 'wechat', 'card', 'cash'), 10 + n % 5000,"
    f" {_DAY}, CONCAT('P', 200000000 + n * 7) FROM numbers WHERE n <= 180000",
    f"INSERT INTO events SELECT n, 1 + (n * 5003) % 40000, ELT(1 + n % 5, 'view', 'click', 'search', 'cart', 'login'),"
    f" {_DAY}, REPEAT('e', 60) FROM numbers WHERE n <= 250000",
    f"INSERT INTO reviews SELECT n, 1 + (n * 29) % 8000, 1 + (n * 101) % 40000, 1 + n % 5, {_DAY}, REPEAT('t', 80)"
    " FROM numbers WHERE n <= 60000",
    f"INSERT INTO coupons SELECT n, 1 + (n * 41) % 40000, CONCAT('C', 500000 + n), n % 10 = 0, {_DAY}, 5 + n % 90"
    " FROM numbers WHERE n <= 50000",
    f"INSERT INTO stock SELECT 1 + (n - 1) DIV 4, n % 4, (n * 19) % 500, {_DAY} FROM numbers WHERE n <= 32000",
)
_READS = (
    "SELECT id, status, amount FROM orders WHERE customer_id = 20077 ORDER BY created_at DESC LIMIT 10",
    "SELECT COUNT(*), SUM(amount) FROM orders WHERE customer_id = 31234",
    "SELECT id, amount FROM orders WHERE trade_no = 'T100234567'",
    "SELECT id, customer_id, amount FROM orders WHERE status = 'open' ORDER BY created_at LIMIT 20",
    "SELECT shop_id, COUNT(*) FROM orders WHERE created_at >= '2026-10-20' GROUP BY shop_id",
    "SELECT id FROM orders WHERE shop_id = 7 AND created_at >= '2026-10-01' AND created_at < '2026-10-03'",
    "SELECT id, amount FROM orders WHERE shop_id = 12 AND status = 'paid' AND created_at >= '2026-09-01'",
    "SELECT * FROM orders WHERE id = 123456",
    "SELECT id, amount FROM orders WHERE id BETWEEN 1000 AND 1200",
    "SELECT MAX(created_at) FROM orders WHERE customer_id = 17003",
    "SELECT customer_id, SUM(amount) s FROM orders WHERE created_at >= '2026-10-25' GROUP BY customer_id"
    " ORDER BY s DESC LIMIT 5",
    "SELECT o.id, c.city FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.trade_no = 'T100100002'",
    "SELECT o.id, o.amount FROM customers c JOIN orders o ON o.customer_id = c.id"
    " WHERE c.email = 'user20011@example.com'",
    "SELECT COUNT(*) FROM customers WHERE city = 'city12' AND level = 3",
    "SELECT id, email FROM customers WHERE phone = '13810012345'",
    "SELECT id FROM customers WHERE email = 'user777@example.com'",
    "SELECT id, city FROM customers WHERE created_at >= '2026-10-27' ORDER BY created_at DESC LIMIT 50",
    "SELECT level, COUNT(*) FROM customers GROUP BY level",
    "SELECT p.id, p.title, p.price FROM products p WHERE p.category_id = 33 AND p.is_active = 1 ORDER BY p.price"
    " LIMIT 20",
    "SELECT brand, AVG(price) FROM products WHERE category_id = 5 GROUP BY brand",
    "SELECT id FROM products WHERE price BETWEEN 500 AND 502",
    "SELECT COUNT(*) FROM products WHERE title LIKE '%product 77%'",
    "SELECT l.order_id, l.quantity FROM order_lines l WHERE l.product_id = 4021",
    "SELECT SUM(l.quantity * l.price) FROM order_lines l WHERE l.product_id IN (17, 230, 4099)",
    "SELECT l.product_id, l.quantity, p.title FROM order_lines l JOIN products p ON p.id = l.product_id"
    " WHERE l.order_id = 77123",
    "SELECT p.category_id, SUM(l.quantity) FROM order_lines l JOIN products p ON p.id = l.product_id"
    " WHERE p.brand = 'brand17' GROUP BY p.category_id",
    "SELECT o.id, l.product_id FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.customer_id = 25555",
    "SELECT channel, SUM(amount) FROM payments WHERE paid_at >= '2026-10-26' GROUP BY channel",
    "SELECT order_id, amount FROM payments WHERE trade_no = 'P200700000'",
    "SELECT * FROM payments WHERE order_id = 90001",
    "SELECT COUNT(*) FROM payments WHERE channel = 'cash' AND paid_at >= '2026-10-20' AND paid_at < '2026-10-21'",
    "SELECT kind, created_at FROM events WHERE customer_id = 12345 ORDER BY created_at DESC LIMIT 20",
    "SELECT COUNT(*) FROM events WHERE kind = 'cart' AND created_at >= '2026-10-01' AND created_at < '2026-10-02'",
    "SELECT customer_id, COUNT(*) FROM events WHERE created_at >= '2026-09-15' AND created_at < '2026-09-16'"
    " GROUP BY customer_id HAVING COUNT(*) > 3",
    "SELECT COUNT(*) FROM events WHERE customer_id = 999 AND kind = 'login'",
    "SELECT AVG(stars), COUNT(*) FROM reviews WHERE product_id = 1234",
    "SELECT id, stars, text FROM reviews WHERE product_id = 88 ORDER BY created_at DESC LIMIT 10",
    "SELECT id, text FROM reviews WHERE customer_id = 3210",
    "SELECT product_id FROM reviews WHERE stars = 1 AND created_at >= '2026-10-20' ORDER BY created_at DESC LIMIT 30",
    "SELECT id, worth FROM coupons WHERE customer_id = 2718 AND is_used = 0",
    "SELECT id FROM coupons WHERE code = 'C523456'",
    "SELECT COUNT(*) FROM coupons WHERE expires_at < '2026-01-20' AND is_used = 0",
    "SELECT c.id FROM customers c WHERE c.city = 'city7' AND NOT EXISTS"
    " (SELECT 1 FROM orders o WHERE o.customer_id = c.id) LIMIT 20",
    "SELECT id FROM products WHERE id NOT IN (SELECT product_id FROM reviews WHERE stars = 5) LIMIT 10",
    "SELECT s.product_id, s.quantity FROM stock s WHERE s.warehouse_id = 2 AND s.quantity < 5",
    "SELECT p.id, s.quantity FROM products p JOIN stock s ON s.product_id = p.id WHERE p.brand = 'brand3'"
    " AND s.quantity < 20",
    "SELECT SUM(quantity) FROM stock WHERE product_id = 800",
    "SELECT o.shop_id, COUNT(DISTINCT o.customer_id) FROM orders o WHERE o.status = 'sent' GROUP BY o.shop_id",
    "SELECT c.city, COUNT(*) FROM customers c JOIN orders o ON o.customer_id = c.id"
    " WHERE o.created_at >= '2026-10-27' GROUP BY c.city ORDER BY 2 DESC LIMIT 10",
    "SELECT id FROM orders WHERE amount > 5000 AND status = 'paid'",
)
_WRITES = (
    "UPDATE stock SET quantity = quantity - 1 WHERE product_id = 77 AND warehouse_id = 1",
    "UPDATE orders SET status = 'paid' WHERE id = 1200",
    "INSERT INTO events VALUES (9000001, 77, 'view', '2026-10-27 10:00:00', 'x')",
    "INSERT INTO order_lines VALUES (9000001, 1, 77, 1, 10, 'x')",
    "DELETE FROM coupons WHERE id = 49999",
)
SCHEMA = BenchSchema(
    name="shop",
    tables=_TABLES,
    fill=_FILL,
    reads=_READS,
    writes=_WRITES,
    removed=(
        ("orders", ("customer_id",)),
        ("orders", ("trade_no",)),
        ("customers", ("email",)),
        ("customers", ("phone",)),
        ("order_lines", ("product_id",)),
        ("payments", ("trade_no",)),
        ("events", ("customer_id",)),
        ("reviews", ("product_id",)),
        ("reviews", ("customer_id",)),
        ("coupons", ("customer_id",)),
        ("coupons", ("code",)),
        ("products", ("category_id",)),
    ),
    useless=("by_level", "by_active", "by_shop", "by_channel", "by_stars"),
    is_held_out=False,
)
