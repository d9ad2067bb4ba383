"""Writes a new engagement: a commented file to fill in, and its JSON Schema for editors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from agent.engagement.engagement_file import Engagement
from agent.model.terms import Text
from agent.support.errors import ConfigError
from agent.support.files import write_once
from agent.support.yaml_file import Loc, refuse_file

ENGAGEMENT_FILE = "engagement.yaml"
SCHEMA_FILE = Engagement.schema_file
_NAME = re.compile(r"\w[\w.-]{0,63}")
# Matches what is to be filled in, but not REPLACE INTO, which a description may hold.
_TO_FILL_IN = re.compile(r"(?<![A-Za-z_])REPLACE(?:_[A-Z]+\b|(?=[.,@]|$))")
_YEAR_TO_FILL_IN = 2000

# A line with "##" explains. A line with "# " takes effect when the user deletes the "# ".
_TEMPLATE = """\
# yaml-language-server: $schema=engagement.schema.json
## 替换所有 REPLACE；以 "# " 开头的行去掉 "# " 即可启用。
## Replace every REPLACE; lines that begin with "# " are switched on by deleting it.

customer:
  name: "{name}"
#   contact: "REPLACE, dba@example.com"

## 订阅从 start 起共 months 个月（12 的倍数），每 3 个月评测一次；健康评测属于顶级版服务。
## From start on for months (a multiple of 12), one assessment every 3 months; it belongs to the premier tier.
service:
  tier: 顶级版
  start: 2000-01-01  ## REPLACE
  months: 12
  ## 时区用于报告；响应承诺与工作日历未写时，即下列承诺、工作时段，且无节假日调整。
  ## The zone of the report; response promises and working hours are these unless others are written, without holidays.
  timezone: Asia/Shanghai
#   promises: {response_min: 60, emergency_response_min: 10, hours: 7x24, session_months: 6}
#   calendar: {spans: ["09:00-12:00", "13:00-18:00"], holidays: [2000-10-01]}

## 待评测的租户。 / The tenants to assess.
targets:
  prod:
    host: REPLACE.example.com
    port: 3306
    user: ob_health@REPLACE_TENANT#REPLACE_CLUSTER
    ## 此处不写密码，只写引用，也可以是一条命令，如 command:pass show acme/ob。
    ## Never the password itself: env:NAME, file:/path, keyring:service/user, or what a program prints.
    password: env:OB_HEALTH_PASSWORD
    kind: user  ## user | sys
    ## 校验证书；专用 CA 另写 ca: 文件，自签名写 fingerprint。 / A private CA needs ca: FILE, self-signed: fingerprint.
    tls: {mode: verify}  ## verify | required (encrypts, trusts anybody / 只加密，不核实对方) | disabled
    ## 经 SSH 跳板机连接，使用 ssh-agent 及 ~/.ssh 中的密钥，或另以 via_key 指定私钥文件。
    ## Through an SSH jump host, by your ssh-agent and the keys in ~/.ssh, or by the key file named as via_key.
#     via: ssh://REPLACE@jump.example.com:22
    limits:
      statement_timeout_s: 10
      total_database_ms: 30000
      max_rows: 200000
      max_bytes: 67108864
      ## 租户繁忙时先等待，超时则停止。 / While the tenant is busier than this, the agent waits, then stops.
      busy_sessions_per_core: 4
      busy_cpu_pct: 90
      busy_queue_ms: 100
      busy_wait_s: 60

## 客户签名的授权，没有它不建立任何连接；由 ob-health authorize request 生成。signer 为客户公钥，另经可信渠道取得。
## The permission that the customer signed; nothing is connected without it. Write it with ob-health authorize request
## and let the customer sign it with ssh-keygen; signer is their public key, had by another way than the document.
# authorization:
#   document: authorization.yaml
#   signature: authorization.yaml.sig
#   signer: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA REPLACE

## 业务概况；不清楚的就不写。 / The load as the customer knows it; leave out what is unknown.
# business:
#   workload: OLTP
#   peak_qps: 1000
#   concurrency: 200
#   growth_pct_per_year: 30
#   critical_periods: [{name: REPLACE, from: 2000-11-01, to: 2000-11-12}]

## SQL 看不到、由人担保的事实。 / What SQL cannot see and somebody vouches for.
# attestations:
#   purchased_data_disk_bytes: {value: 500G, by: REPLACE, date: 2000-01-01, valid_until: 2000-03-31}
#   console_backup_enabled: {value: true, by: REPLACE, date: 2000-01-01, valid_until: 2000-03-31}
#   tde_enabled: {value: false, by: REPLACE, date: 2000-01-01, valid_until: 2000-03-31}
#   console_whitelist_restricted: {value: true, by: REPLACE, date: 2000-01-01, valid_until: 2000-03-31}
#   last_restore_drill: {value: 2000-01-01, by: REPLACE, date: 2000-01-01, valid_until: 2000-03-31}

## 有人负责、限期忽略的发现。 / Findings that somebody answers for until a date.
# mutes:
#   - {code: CAP001, resource: "*", owner: REPLACE, reason: REPLACE, until: 2000-03-31}

## 对内置规则的调整。 / Changes of the shipped rules.
# rules:
#   overrides:
#     - {code: CAP001, owner: REPLACE, reason: REPLACE, until: 2000-03-31, change: {enabled: false}}

## 定期评测避开的时间（变更窗口、封网日期、每日合并），按服务时区。 / When the schedule leaves the system alone.
# schedule:
#   change_windows: [{days: [thu], opens: "22:00", closes: "02:00"}]
#   blackouts: [{name: REPLACE, from: 2000-12-28, to: 2000-12-31}]
#   major_compaction: "02:00"

## 报告语言；是否在本机孪生环境验证建议（约一分钟）。 / Languages, and whether advice is proven on a twin (a minute).
language: [zh-CN, en]
# verify_advice: true

## 历史库，默认为本机 SQLite；快照密钥（只写引用）由 ob-health snapshot key 生成，未写则不保存快照，以后不能重算。
## History; SQLite here unless given. Without a reference to a key (ob-health snapshot key) no snapshot is kept in it.
# history: sqlite:////srv/ob-health/history.db
# history_key: file:/srv/ob-health/history.key

## 报告由谁负责，以及报告样式；徽标（logo）为 PNG 或 JPEG 文件，详见项目文档 docs/house-style.zh-CN.md。
## Who answers for the report, and its house style (docs/house-style.md of the project); logo names a PNG or JPEG file.
# report:
#   prepared_by: REPLACE
#   reviewed_by: REPLACE
#   classification: REPLACE
#   valid_days: 90
#   accent: "#0f4c81"
#   contacts: [{name: REPLACE, detail: "REPLACE, tam@example.com"}]
#   sections:  ## place: front | end
#     - {place: end, title: {zh-CN: REPLACE, en: REPLACE}, text: {zh-CN: "得分 {{ score }}。", en: "{{ score }}."}}

## 报告送达何处，见 docs/delivery.zh-CN.md。 / Where the report goes: a DingTalk robot, mail (docs/delivery.md).
# deliver:
#   to: {group: {dingtalk: {token: env:OB_HEALTH_ROBOT_TOKEN, secret: env:OB_HEALTH_ROBOT_SECRET}}}
"""


def scaffold(name: str, directory: Path) -> list[Path]:
    """Write ``<directory>/<name>/engagement.yaml`` and its schema; return both paths.

    Raises ConfigError if the name cannot be that of a folder, if a file exists already, or if a write fails.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            "An engagement's name has letters, digits, '-', '_' and '.' only, at most 64; "
            "write for example: ob-health init acme"
        )
    folder = directory / name
    contents = {folder / ENGAGEMENT_FILE: engagement_template(name), folder / SCHEMA_FILE: schema_text()}
    for path in contents:
        if path.exists():
            text = "{file} already exists and is never overwritten; choose another name, or move it away"
            raise ConfigError(Text(text, {"file": str(path)}))
    try:
        for path, content in contents.items():
            write_once(path, content.encode())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        text = "{file} cannot be written ({reason}); choose another directory or correct its permissions"
        raise ConfigError(Text(text, {"file": str(error.filename or folder), "reason": reason})) from None
    return list(contents)


def engagement_template(name: str) -> str:
    """Return the text of the file to fill in. It loads without a change and authorizes nothing."""
    return _TEMPLATE.replace("{name}", name)


def refuse_leftovers(engagement: Engagement) -> None:
    """Raise ConfigError if a value is still that of the template; the error names each of them."""
    written = engagement.model_dump(by_alias=True, exclude_unset=True)
    text = "{place}: this stands as the template has it; fill it in, or delete it"
    problems = [Text(text, {"place": engagement.place()(loc)}) for loc in _find_leftovers(written, ())]
    if problems:
        raise refuse_file(engagement.path, problems)


def _find_leftovers(value: Any, loc: Loc) -> Iterator[Loc]:
    if isinstance(value, dict | tuple):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _find_leftovers(part, (*loc, step))
    elif isinstance(value, date):
        if value.year == _YEAR_TO_FILL_IN:
            yield loc
    elif _TO_FILL_IN.search(str(value)):
        yield loc


def schema_text() -> str:
    """Return the JSON Schema of the engagement file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Engagement.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
