"""Trade as TPC-H shapes it: parts, suppliers, orders and their lines, mostly summed up. Held out, and shown apart."""

from __future__ import annotations

from tests.twin.schemas import BenchSchema

_DAY = "DATE_ADD('2020-01-01', INTERVAL (n * 37) % 2400 DAY)"
_TABLES = (
    "CREATE TABLE nations (id INT PRIMARY KEY, name CHAR(20) NOT NULL, region CHAR(12) NOT NULL)",
    "CREATE TABLE suppliers (id INT PRIMARY KEY, name CHAR(24) NOT NULL, nation_id INT NOT NULL,"
    " balance DECIMAL(12, 2) NOT NULL)",
    "CREATE TABLE buyers (id INT PRIMARY KEY, name CHAR(24) NOT NULL, nation_id INT NOT NULL,"
    " segment CHAR(12) NOT NULL, balance DECIMAL(12, 2) NOT NULL, phone CHAR(16) NOT NULL, KEY segment_b (segment))",
    "CREATE TABLE parts (id INT PRIMARY KEY, name VARCHAR(60) NOT NULL, maker CHAR(16) NOT NULL, kind VARCHAR(24)"
    " NOT NULL, size INT NOT NULL, box CHAR(10) NOT NULL, price DECIMAL(12, 2) NOT NULL)",
    "CREATE TABLE offers (part_id INT NOT NULL, supplier_id INT NOT NULL, available INT NOT NULL, cost DECIMAL(12, 2)"
    " NOT NULL, PRIMARY KEY (part_id, supplier_id))",
    "CREATE TABLE deals (id BIGINT PRIMARY KEY, buyer_id INT NOT NULL, status CHAR(1) NOT NULL, total DECIMAL(14, 2)"
    " NOT NULL, day DATE NOT NULL, urgency CHAR(12) NOT NULL, clerk CHAR(16) NOT NULL, KEY status_d (status))",
    "CREATE TABLE positions (deal_id BIGINT NOT NULL, number INT NOT NULL, part_id INT NOT NULL, supplier_id INT NOT"
    " NULL, quantity INT NOT NULL, price DECIMAL(12, 2) NOT NULL, discount DECIMAL(4, 2) NOT NULL, flag CHAR(1) NOT"
    " NULL, shipped DATE NOT NULL, due DATE NOT NULL, received DATE NOT NULL, mode CHAR(8) NOT NULL,"
    " PRIMARY KEY (deal_id, number))",
)
_FILL = (
    "INSERT INTO nations SELECT n, CONCAT('nation', n), ELT(1 + n % 5, 'north', 'south', 'east', 'west', 'middle')"
    " FROM numbers WHERE n <= 25",
    "INSERT INTO suppliers SELECT n, CONCAT('supplier', n), 1 + n % 25, n % 9000 FROM numbers WHERE n <= 600",
    "INSERT INTO buyers SELECT n, CONCAT('buyer', n), 1 + (n * 3) % 25, ELT(1 + n % 5, 'cars', 'houses', 'farms',"
    " 'ships', 'homes'), (n * 7) % 9000, CONCAT(10 + n % 25, '-', 100000 + n) FROM numbers WHERE n <= 9000",
    "INSERT INTO parts SELECT n, CONCAT(ELT(1 + n % 6, 'red', 'blue', 'green', 'black', 'white', 'plum'), ' part ', n),"
    " CONCAT('maker', n % 25), CONCAT(ELT(1 + n % 5, 'brass', 'steel', 'tin', 'copper', 'nickel'), ' ', n % 30),"
    " 1 + n % 50, ELT(1 + n % 8, 'bag', 'box', 'can', 'case', 'drum', 'jar', 'pack', 'wrap'), 900 + n % 1000"
    " FROM numbers WHERE n <= 12000",
    "INSERT INTO offers SELECT 1 + (n - 1) DIV 4, 1 + (n * 151) % 600, n % 9999, n % 1000 FROM numbers"
    " WHERE n <= 48000",
    f"INSERT INTO deals SELECT n, 1 + (n * 89) % 9000, ELT(1 + n % 20 DIV 9, 'F', 'O', 'P'), 1000 + (n * 11) % 300000,"
    f" {_DAY}, ELT(1 + n % 5, 'now', 'soon', 'normal', 'later', 'none'), CONCAT('clerk', n % 900) FROM numbers"
    " WHERE n <= 75000",
    f"INSERT INTO positions SELECT 1 + n % 75000, n DIV 75000, 1 + (n * 31) % 12000, 1 + (n * 17) % 600, 1 + n % 50,"
    f" 1000 + n % 90000, n % 11 / 100, ELT(1 + n % 3, 'A', 'N', 'R'), {_DAY}, DATE_ADD({_DAY}, INTERVAL n % 60 DAY),"
    f" DATE_ADD({_DAY}, INTERVAL n % 40 DAY), ELT(1 + n % 7, 'AIR', 'MAIL', 'RAIL', 'SHIP', 'TRUCK', 'FOB', 'REG')"
    " FROM numbers WHERE n <= 299999",
)
_READS = (
    "SELECT flag, COUNT(*), SUM(quantity), SUM(price), AVG(discount) FROM positions WHERE shipped <= '2026-03-01'"
    " GROUP BY flag ORDER BY flag",
    "SELECT s.balance, s.name, p.id FROM parts p JOIN offers f ON f.part_id = p.id JOIN suppliers s ON s.id ="
    " f.supplier_id WHERE p.size = 15 AND p.kind LIKE 'brass%' ORDER BY s.balance DESC LIMIT 20",
    "SELECT d.id, SUM(x.price) r FROM buyers b JOIN deals d ON d.buyer_id = b.id JOIN positions x ON x.deal_id = d.id"
    " WHERE b.segment = 'cars' AND d.day < '2020-03-15' AND x.shipped > '2020-03-15' GROUP BY d.id ORDER BY r DESC"
    " LIMIT 10",
    "SELECT urgency, COUNT(*) FROM deals d WHERE d.day >= '2023-07-01' AND d.day < '2023-10-01' AND EXISTS (SELECT 1"
    " FROM positions x WHERE x.deal_id = d.id AND x.due < x.received) GROUP BY urgency",
    "SELECT n.name, SUM(x.price) FROM nations n JOIN suppliers s ON s.nation_id = n.id JOIN positions x ON"
    " x.supplier_id = s.id WHERE n.region = 'east' AND x.shipped >= '2026-06-01' GROUP BY n.name",
    "SELECT SUM(price * discount) FROM positions WHERE shipped >= '2022-01-01' AND shipped < '2022-02-01' AND discount"
    " BETWEEN 0.05 AND 0.07 AND quantity < 24",
    "SELECT b.nation_id, COUNT(*) FROM buyers b LEFT JOIN deals d ON d.buyer_id = b.id GROUP BY b.nation_id",
    "SELECT x.part_id, SUM(x.quantity) q FROM positions x WHERE x.supplier_id = 77 GROUP BY x.part_id ORDER BY q DESC"
    " LIMIT 10",
    "SELECT mode, COUNT(*) FROM positions WHERE mode IN ('MAIL', 'SHIP') AND received >= '2024-01-01' AND received <"
    " '2024-02-01' GROUP BY mode",
    "SELECT SUM(x.price) FROM positions x JOIN parts p ON p.id = x.part_id WHERE p.maker = 'maker7' AND p.box = 'jar'",
    "SELECT d.id, d.total FROM deals d WHERE d.id IN (SELECT deal_id FROM positions GROUP BY deal_id HAVING"
    " SUM(quantity) > 190) ORDER BY d.total DESC LIMIT 10",
    "SELECT s.name FROM suppliers s WHERE s.id IN (SELECT f.supplier_id FROM offers f JOIN parts p ON p.id = f.part_id"
    " WHERE p.name LIKE 'plum%' AND f.available > 9900) ORDER BY s.name",
    "SELECT LEFT(phone, 2), COUNT(*), SUM(balance) FROM buyers b WHERE b.balance > 8900 AND NOT EXISTS (SELECT 1 FROM"
    " deals d WHERE d.buyer_id = b.id) GROUP BY LEFT(phone, 2)",
    "SELECT id, total FROM deals WHERE buyer_id = 4321 ORDER BY day DESC LIMIT 5",
    "SELECT id, day FROM deals WHERE clerk = 'clerk77' AND status = 'O'",
    "SELECT COUNT(*) FROM deals WHERE day = '2024-02-02'",
    "SELECT SUM(quantity) FROM positions WHERE part_id = 777",
    "SELECT deal_id FROM positions WHERE part_id = 9001 AND supplier_id = 300",
    "SELECT * FROM positions WHERE deal_id = 4500",
    "SELECT id, name FROM parts WHERE kind = 'tin 12' AND size = 43",
    "SELECT maker, AVG(price) FROM parts WHERE size > 48 GROUP BY maker",
    "SELECT supplier_id, MIN(cost) FROM offers WHERE part_id = 6000 GROUP BY supplier_id",
    "SELECT part_id FROM offers WHERE supplier_id = 55 AND available < 50",
    "SELECT name FROM buyers WHERE phone = '15-104005'",
    "SELECT nation_id, SUM(balance) FROM buyers WHERE segment = 'ships' GROUP BY nation_id",
    "SELECT COUNT(*) FROM positions WHERE received BETWEEN '2025-05-05' AND '2025-05-07' AND flag = 'R'",
    "SELECT d.day, SUM(d.total) FROM deals d JOIN buyers b ON b.id = d.buyer_id WHERE b.nation_id = 7 AND d.day >="
    " '2026-05-01' GROUP BY d.day",
    "SELECT b.name, d.total FROM buyers b JOIN deals d ON d.buyer_id = b.id WHERE b.name = 'buyer2222'",
    "SELECT p.box, COUNT(DISTINCT f.supplier_id) FROM parts p JOIN offers f ON f.part_id = p.id WHERE p.maker <>"
    " 'maker5' AND p.size IN (9, 19, 29) GROUP BY p.box",
    "SELECT x.deal_id, COUNT(*) FROM positions x WHERE x.due < '2020-01-20' GROUP BY x.deal_id LIMIT 20",
)
SCHEMA = BenchSchema(
    name="trade",
    tables=_TABLES,
    fill=_FILL,
    reads=_READS,
    writes=(
        "UPDATE deals SET status = 'F' WHERE id = 70",
        "INSERT INTO positions VALUES (9000001, 1, 1, 1, 1, 1, 0, 'A', '2026-06-01', '2026-06-02', '2026-06-03',"
        " 'AIR')",
    ),
    removed=(
        ("deals", ("buyer_id",)),
        ("deals", ("clerk",)),
        ("positions", ("part_id",)),
        ("positions", ("supplier_id",)),
        ("offers", ("supplier_id",)),
        ("buyers", ("phone",)),
        ("buyers", ("name",)),
    ),
    useless=("segment_b", "status_d"),
    is_analytic=True,
)
