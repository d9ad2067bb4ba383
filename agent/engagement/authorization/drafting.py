"""Drafts the request that the customer reads and signs, from an engagement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from agent.collection.grants import EXPOSES
from agent.collection.signed_scope import describe_scope
from agent.engagement.authorization.request import FORM, REVOCATION_FORM, Request
from agent.engagement.engagement_file import Engagement
from agent.facts import OWN_MARKER, find_source_spec
from agent.facts.own_statements.session import list_own_statements
from agent.model.terms import DataClass
from agent.support.i18n import translate
from agent.support.yaml_model import validate_blocks

_HEADER = f"""\
# OceanBase 健康评测授权申请 / Request to authorize an OceanBase health assessment
#
# 请逐项核对。同意则原样签名，签名后改动任何一个字节都会失效；只需系统自带的 OpenSSH：
# Read it through. If you agree, sign it as it is, with stock OpenSSH; one byte changed afterwards voids the signature:
#
#     ssh-keygen -Y sign -n ob-health -f ~/.ssh/id_ed25519 {{file}}
#
# 请把生成的 {{file}}.sig 交回；首次签名时，另经可信渠道提供公钥（id_ed25519.pub）。
# Send {{file}}.sig back; the first time also your public key (id_ed25519.pub), by a way that both sides trust.
# 撤销：新建含以下三行的文件，用同样的命令签名后交回。
# To take it back, write these three lines into a file, sign it with the same command and send both files:
#
#     form: {REVOCATION_FORM}
#     revokes: {{reference}}
#     reason: ...
"""
_HEADINGS = {
    "targets": (
        "租户、账号，以及单次评测的负载上限（毫秒、行）。\n"
        "Tenants, the account used there, and the most that one assessment may cost (milliseconds, rows)."
    ),
    "data_classes": "数据类别，未列出的一律不读。\nData classes; what is not listed here is not read.",
    "not_before": "有效期，not_after 一到即失效。\nValidity; it ends at not_after.",
    "window": "允许开始评测的时段。\nWhen an assessment may begin.",
    "retention_days": "评测快照与报告的保存天数。\nDays that snapshots and reports of the assessment are kept.",
    "allow_privileges": (
        "允许该账号具有只读以外的权限，理由如下；此时防线是评测程序自身的语句闸门，而不是账号权限。不同意请勿签名。\n"
        "The account may hold privileges beyond reading, for this reason; the agent's own gate is then the wall,\n"
        "not the account. Do not sign if you do not agree."
    ),
    "statements": (
        f"会话与预检语句，<尖括号> 处为可变内容。每条语句都带标记 /*{OWN_MARKER} ...*/，便于在审计中查找。\n"
        "Statements of the session and of preflight; <angle brackets> stand for what varies.\n"
        f"Every statement carries the marker /*{OWN_MARKER} ...*/, by which you find it in the audit."
    ),
    "sources": (
        "数据源：只用 SELECT 读取所列视图，至多所列的列与行数，过滤条件与所写完全一致。\n"
        "Fact sources: only SELECT on these views, at most these columns and rows, with exactly this filter."
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOptions:
    """Terms of the request that are not in the engagement. ``window`` holds the keys of ``request.Window``."""

    reference: str
    asked_by: str
    approver: str
    targets: Sequence[str]
    data_classes: Sequence[DataClass]
    not_before: datetime
    not_after: datetime
    window: Mapping[str, Any]
    retention_days: int
    allow_privileges: str = ""


def draft_request(engagement: Engagement, sources: Iterable[type], ask: DraftOptions) -> Request:
    """Return the request for these targets, data classes and sources. Raises ConfigError for invalid values."""
    wanted = [row for row in sources if (spec := find_source_spec(row)) and spec.data_class in ask.data_classes]
    content = {
        "form": FORM,
        "reference": ask.reference,
        "customer": engagement.customer.name,
        "asked_by": ask.asked_by,
        "approver": ask.approver,
        "targets": [_draft_target(engagement, name) for name in ask.targets],
        "data_classes": list(ask.data_classes),
        "not_before": ask.not_before,
        "not_after": ask.not_after,
        "window": dict(ask.window),
        "retention_days": ask.retention_days,
        **({"allow_privileges": ask.allow_privileges} if ask.allow_privileges else {}),
        "statements": list_own_statements(),
        "sources": [_draft_source(row) for row in sorted(wanted, key=lambda row: row.__name__)],
    }
    return validate_blocks(Request, content, lambda loc: 1, Path("request"))


def _draft_target(engagement: Engagement, name: str) -> dict[str, Any]:
    target = engagement.targets[name]
    return {
        "name": name,
        "host": target.host,
        "port": target.port,
        "user": target.user,
        "budget": target.limits.model_dump(),
    }


def _draft_source(row: type) -> dict[str, Any]:
    scope = describe_scope(row)
    found = {
        "name": row.__name__,
        "data_class": scope.data_class,
        "views": sorted(scope.views),
        "columns": sorted(scope.columns),
        "filter": scope.filter,
        "grouped_by": scope.grouped_by,
        "joined": scope.joined,
        "rows": scope.rows,
    }
    return {key: value for key, value in found.items() if value}


def write_request_yaml(request: Request, file_name: str) -> str:
    """Return the file to sign: bilingual comments, one block per term; unset terms are left out."""
    lines = [_HEADER.format(file=file_name, reference=request.reference)]
    for key, value in request.model_dump(exclude_unset=True).items():
        if key in _HEADINGS:
            lines.append("\n" + "".join(f"# {line}\n" for line in _HEADINGS[key].splitlines()))
        if key == "data_classes":
            lines += [_describe_exposure(data_class, data_class in value) for data_class in DataClass]
        lines.append(yaml.dump({key: value}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))
    return "".join(lines)


def _describe_exposure(data_class: DataClass, asked: bool) -> str:
    exposes = EXPOSES[data_class]
    mark = "+" if asked else "-"
    return f"#   {mark} {data_class}: {translate(exposes, 'zh-CN')} / {exposes}\n"


class _Dumper(yaml.SafeDumper):
    """Writes plain values without aliases, because people read the file."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_sequence(dumper: yaml.SafeDumper, value: tuple[Any, ...]) -> yaml.Node:
    """Write words on one line, and blocks one below the other."""
    flow = not any(isinstance(item, dict) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


_Dumper.add_representer(tuple, _represent_sequence)
_Dumper.add_multi_representer(StrEnum, lambda dumper, value: dumper.represent_str(value.value))
