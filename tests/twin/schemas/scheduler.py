"""A scheduler beside an ERP: jobs and their runs, documents with lines, ledgers. Thresholds may be chosen by it."""

from __future__ import annotations

from tests.twin.schemas import BenchSchema

_MOMENT = "DATE_ADD('2025-06-01', INTERVAL (n * 6151) % 700000 MINUTE)"
_TABLES = (
    "CREATE TABLE tenants (id INT PRIMARY KEY, name VARCHAR(60) NOT NULL, plan_code CHAR(4) NOT NULL)",
    "CREATE TABLE jobs (id BIGINT PRIMARY KEY, tenant_id INT NOT NULL, name VARCHAR(80) NOT NULL,"
    " state CHAR(8) NOT NULL, priority TINYINT NOT NULL, next_run DATETIME NOT NULL, owner VARCHAR(40) NOT NULL,"
    " KEY ix_state (state), KEY ix_priority (priority))",
    "CREATE TABLE job_runs (id BIGINT PRIMARY KEY, job_id BIGINT NOT NULL, started_at DATETIME NOT NULL,"
    " finished_at DATETIME, result CHAR(8) NOT NULL, node VARCHAR(20) NOT NULL, duration_ms INT NOT NULL,"
    " message VARCHAR(200), KEY ix_result (result))",
    "CREATE TABLE run_logs (run_id BIGINT NOT NULL, seq INT NOT NULL, level CHAR(5) NOT NULL, line VARCHAR(200),"
    " PRIMARY KEY (run_id, seq))",
    "CREATE TABLE locks (name VARCHAR(64) PRIMARY KEY, holder VARCHAR(40), until_time DATETIME)",
    "CREATE TABLE documents (id BIGINT PRIMARY KEY, tenant_id INT NOT NULL, doc_no VARCHAR(24) NOT NULL,"
    " kind CHAR(4) NOT NULL, partner_id INT NOT NULL, doc_date DATE NOT NULL, total DECIMAL(14, 2) NOT NULL,"
    " status TINYINT NOT NULL, remark VARCHAR(100), KEY ix_kind (kind), KEY ix_tenant (tenant_id),"
    " KEY ix_tenant_date (tenant_id, doc_date))",
    "CREATE TABLE document_lines (doc_id BIGINT NOT NULL, line_no INT NOT NULL, item_id INT NOT NULL,"
    " quantity DECIMAL(10, 3) NOT NULL, amount DECIMAL(14, 2) NOT NULL, cost_centre INT NOT NULL,"
    " PRIMARY KEY (doc_id, line_no))",
    "CREATE TABLE partners (id INT PRIMARY KEY, tax_no VARCHAR(20) NOT NULL, name VARCHAR(80) NOT NULL,"
    " region CHAR(2) NOT NULL, credit DECIMAL(12, 2) NOT NULL)",
    "CREATE TABLE items (id INT PRIMARY KEY, sku VARCHAR(24) NOT NULL, group_id INT NOT NULL,"
    " name VARCHAR(80) NOT NULL, weight DOUBLE NOT NULL)",
    "CREATE TABLE ledger (id BIGINT NOT NULL, account INT NOT NULL, booked_on DATE NOT NULL, doc_id BIGINT NOT NULL,"
    " debit DECIMAL(14, 2) NOT NULL, credit DECIMAL(14, 2) NOT NULL, PRIMARY KEY (id, account))"
    " PARTITION BY KEY(account) PARTITIONS 6",
)
_FILL = (
    "INSERT INTO tenants SELECT n, CONCAT('tenant ', n), ELT(1 + n % 3, 'free', 'team', 'corp') FROM numbers"
    " WHERE n <= 60",
    "INSERT INTO jobs SELECT n, 1 + n % 60, CONCAT('job ', n), ELT(1 + (n % 50 = 0) + (n % 400 = 7) * 2, 'idle',"
    f" 'ready', 'running'), n % 10, {_MOMENT}, CONCAT('owner', n % 700) FROM numbers WHERE n <= 30000",
    f"INSERT INTO job_runs SELECT n, 1 + (n * 7001) % 30000, {_MOMENT}, DATE_ADD({_MOMENT}, INTERVAL n % 900 SECOND),"
    " IF(n % 97 = 0, 'failed', IF(n % 1001 = 5, 'killed', 'ok')), CONCAT('node', n % 24), n % 90000,"
    " REPEAT('m', 40) FROM numbers WHERE n <= 240000",
    "INSERT INTO run_logs SELECT 1 + n % 80000, n DIV 80000, ELT(1 + n % 20 DIV 19, 'INFO', 'ERROR'), REPEAT('l', 60)"
    " FROM numbers WHERE n <= 240000",
    "INSERT INTO locks SELECT CONCAT('lock-', n), CONCAT('node', n % 24), '2026-09-01' FROM numbers WHERE n <= 300",
    "INSERT INTO documents SELECT n, 1 + (n * 3) % 60, CONCAT('D', 10000000 + n * 3), ELT(1 + n % 5, 'INV', 'CRN',"
    f" 'PO', 'DLV', 'QUO'), 1 + (n * 7) % 6000, DATE({_MOMENT}), n % 9000, n % 8, REPEAT('d', 20) FROM numbers"
    " WHERE n <= 150000",
    "INSERT INTO document_lines SELECT 1 + n % 150000, n DIV 150000, 1 + (n * 13) % 9000, 1 + n % 9, n % 700,"
    " n % 140 FROM numbers WHERE n <= 300000",
    "INSERT INTO partners SELECT n, CONCAT('TX', 700000 + n), CONCAT('partner ', n), ELT(1 + n % 4, 'NO', 'SO', 'EA',"
    " 'WE'), n % 50000 FROM numbers WHERE n <= 6000",
    "INSERT INTO items SELECT n, CONCAT('SKU', 40000 + n * 2), n % 210, CONCAT('item ', n), n % 33 / 4 FROM numbers"
    " WHERE n <= 9000",
    f"INSERT INTO ledger SELECT n, 1000 + (n * 17) % 900, DATE({_MOMENT}), 1 + (n * 19) % 150000, n % 500, n % 450"
    " FROM numbers WHERE n <= 220000",
)
_READS = (
    "SELECT id, name FROM jobs WHERE state = 'ready' AND next_run <= '2025-07-01' ORDER BY priority, next_run LIMIT 10",
    "SELECT id, state FROM jobs WHERE tenant_id = 17 AND name = 'job 16'",
    "SELECT COUNT(*) FROM jobs WHERE owner = 'owner345'",
    "SELECT id FROM jobs WHERE state = 'running'",
    "SELECT state, COUNT(*) FROM jobs WHERE tenant_id = 5 GROUP BY state",
    "SELECT id, result, duration_ms FROM job_runs WHERE job_id = 12001 ORDER BY started_at DESC LIMIT 5",
    "SELECT COUNT(*) FROM job_runs WHERE job_id = 77 AND result = 'failed'",
    "SELECT id, job_id FROM job_runs WHERE result = 'killed' AND started_at >= '2026-08-01'",
    "SELECT node, AVG(duration_ms) FROM job_runs WHERE started_at >= '2026-09-20' GROUP BY node",
    "SELECT j.name, r.started_at FROM jobs j JOIN job_runs r ON r.job_id = j.id WHERE j.owner = 'owner12'"
    " AND r.result = 'failed'",
    "SELECT r.id FROM job_runs r WHERE r.node = 'node7' AND r.started_at BETWEEN '2026-09-01' AND '2026-09-02'",
    "SELECT MAX(started_at) FROM job_runs WHERE job_id = 2500",
    "SELECT line FROM run_logs WHERE run_id = 4711 ORDER BY seq",
    "SELECT COUNT(*) FROM run_logs WHERE level = 'ERROR' AND run_id BETWEEN 1000 AND 1100",
    "SELECT * FROM locks WHERE name = 'lock-17'",
    "SELECT name FROM locks WHERE holder = 'node3' AND until_time < '2026-10-01'",
    "SELECT id, total FROM documents WHERE doc_no = 'D10300003'",
    "SELECT id, doc_no, total FROM documents WHERE partner_id = 4404 ORDER BY doc_date DESC LIMIT 20",
    "SELECT kind, SUM(total) FROM documents WHERE tenant_id = 9 AND doc_date >= '2026-08-01' GROUP BY kind",
    "SELECT id FROM documents WHERE tenant_id = 31 AND status = 3 AND doc_date BETWEEN '2026-01-01' AND '2026-01-10'",
    "SELECT p.name, SUM(d.total) FROM partners p JOIN documents d ON d.partner_id = p.id WHERE p.tax_no = 'TX703210'"
    " GROUP BY p.name",
    "SELECT d.id, l.item_id FROM documents d JOIN document_lines l ON l.doc_id = d.id WHERE d.doc_no = 'D10060000'",
    "SELECT l.doc_id, l.quantity FROM document_lines l WHERE l.item_id = 5123",
    "SELECT cost_centre, SUM(amount) FROM document_lines WHERE item_id IN (11, 2020, 7777) GROUP BY cost_centre",
    "SELECT i.sku, SUM(l.quantity) FROM items i JOIN document_lines l ON l.item_id = i.id WHERE i.group_id = 44"
    " GROUP BY i.sku",
    "SELECT id, name FROM items WHERE sku = 'SKU45002'",
    "SELECT COUNT(*) FROM items WHERE group_id = 13 AND weight > 6",
    "SELECT id FROM partners WHERE tax_no = 'TX700777'",
    "SELECT region, SUM(credit) FROM partners GROUP BY region",
    "SELECT SUM(debit), SUM(credit) FROM ledger WHERE account = 1234",
    "SELECT id, debit FROM ledger WHERE doc_id = 90210",
    "SELECT account, SUM(debit) FROM ledger WHERE booked_on = '2026-03-03' GROUP BY account",
    "SELECT id FROM ledger WHERE account = 1500 AND booked_on >= '2026-09-01'",
    "SELECT COUNT(*) FROM documents WHERE status = 7 AND doc_date >= '2026-09-25'",
    "SELECT id FROM documents d WHERE d.kind = 'PO' AND NOT EXISTS (SELECT 1 FROM ledger g WHERE g.doc_id = d.id)"
    " LIMIT 5",
    "SELECT d.tenant_id, COUNT(*) FROM documents d WHERE d.doc_date = '2026-05-05' GROUP BY d.tenant_id",
    "SELECT t.name, COUNT(*) FROM tenants t JOIN jobs j ON j.tenant_id = t.id WHERE t.plan_code = 'corp'"
    " AND j.state = 'ready' GROUP BY t.name",
    "SELECT id FROM jobs WHERE next_run BETWEEN '2026-02-01 00:00:00' AND '2026-02-01 12:00:00'",
    "SELECT id, message FROM job_runs WHERE finished_at >= '2026-09-29' ORDER BY finished_at DESC LIMIT 10",
    "SELECT id FROM job_runs WHERE duration_ms > 89990",
)
_WRITES = (
    "UPDATE jobs SET state = 'running', next_run = '2026-10-01' WHERE id = 50",
    "INSERT INTO job_runs VALUES (9000001, 50, '2026-09-30 01:00:00', NULL, 'ok', 'node1', 5, 'x')",
    "UPDATE locks SET until_time = '2026-10-02' WHERE name = 'lock-9'",
    "INSERT INTO ledger VALUES (9000001, 1234, '2026-09-30', 5, 1, 0)",
)
SCHEMA = BenchSchema(
    name="scheduler",
    tables=_TABLES,
    fill=_FILL,
    reads=_READS,
    writes=_WRITES,
    removed=(
        ("job_runs", ("job_id",)),
        ("jobs", ("owner",)),
        ("documents", ("doc_no",)),
        ("documents", ("partner_id",)),
        ("document_lines", ("item_id",)),
        ("items", ("sku",)),
        ("partners", ("tax_no",)),
        ("ledger", ("doc_id",)),
        ("jobs", ("tenant_id",)),
    ),
    useless=("ix_priority", "ix_kind", "ix_tenant"),
    is_held_out=False,
)
