"""Cases of the availability checks."""

from __future__ import annotations

from agent.facts.resources import LogReplica, ResourceUnit
from agent.model.terms import Severity
from tests.harness import Case

MEDIUM, HIGH, CRITICAL = Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
_THREE = "10.0.0.1:2882:1,10.0.0.2:2882:1,10.0.0.3:2882:1"


def _replica(
    role: str = "FOLLOWER",
    *,
    in_sync: str = "YES",
    members: str = _THREE,
    planned: int = 3,
    ls_id: int | None = 1001,
    tenant_id: int | None = 1002,
    end_s: int = 100,
    degraded: str | None = "",
) -> LogReplica:
    return LogReplica(
        tenant_id=tenant_id,
        ls_id=ls_id,
        role=role,
        in_sync=in_sync,
        paxos_member_list=members,
        paxos_replica_num=planned,
        end_scn=end_s * 10**9,
        degraded_list=degraded,
    )


def _unit(zone: str | None, tenant_id: int | None = 1002) -> ResourceUnit:
    return ResourceUnit(
        tenant_id=tenant_id,
        zone=zone,
        max_cpu=4,
        memory_size=1,
        log_disk_size=1,
        log_disk_in_use=0,
        data_disk_in_use=0,
        create_time=None,
    )


_LEADER = _replica("LEADER")
_EMBEDDED = _replica("LEADER", members="127.0.0.1:2882:1", planned=1, ls_id=None, tenant_id=None)
_STREAM = "tenant 1002, log stream 1001"
CASES = [
    Case("AVL001", [_LEADER, _replica(), _replica()]),
    Case("AVL001", [_EMBEDDED], label="embedded"),
    Case("AVL001", [_replica(), _replica(), _replica("LEADER", ls_id=1)], [(_STREAM, CRITICAL)]),
    Case("AVL001", [_LEADER, _replica(tenant_id=1001)], label="meta-tenant"),
    Case("AVL001", not_assessed=True),
    Case("AVL002", [_LEADER, _replica()]),
    Case("AVL002", [_LEADER, _replica(), _replica(in_sync="NO", end_s=10)], [(_STREAM, MEDIUM)]),
    Case("AVL002", [_LEADER, _replica(in_sync="NO"), _replica(in_sync="NO")], [(_STREAM, HIGH)]),
    Case("AVL002", not_assessed=True),
    Case("AVL003", [_LEADER, _replica(members="")]),
    Case("AVL003", [_EMBEDDED], label="embedded"),
    Case("AVL003", [_replica("LEADER", members="10.0.0.1:2882:1,10.0.0.2:2882:1")], [(_STREAM, HIGH)]),
    Case("AVL003", [_replica("LEADER", members="10.0.0.1:2882:1")], [(_STREAM, CRITICAL)]),
    Case("AVL003", not_assessed=True),
    Case("AVL004", [_unit("z1"), _unit("z2"), _unit("z3")]),
    Case("AVL004", [_unit("z1"), _unit("z1")], [("tenant 1002", HIGH)]),
    Case("AVL004", [_unit("z1", 1), _unit("z2", 1), _unit("z1", 1001), _unit("z1", 1004)], [("tenant 1004", HIGH)],
         label="seen-from-sys"),
    Case("AVL004", [_unit(None, None)], not_assessed=True, label="embedded"),
    Case("AVL023", [_LEADER, _replica(), _replica(degraded="10.0.0.3:2882:1")], label="only leaders are asked"),
    Case("AVL023", [_EMBEDDED], label="embedded"),
    Case("AVL023", [_replica("LEADER", members="10.0.0.1:2882:1", degraded="10.0.0.2:2882:1")], [(_STREAM, HIGH)]),
    Case("AVL023", [_replica("LEADER", members="[fd00::1]:2882:1", degraded="[fd00::2]:2882:1,[fd00::3]:2882:1")],
         [(_STREAM, HIGH)], label="IPv6"),
    Case("AVL023", [_replica("LEADER", tenant_id=1001, degraded="10.0.0.2:2882:1"), _LEADER], label="meta-tenant"),
    Case("AVL023", [_replica("LEADER", degraded=None)], not_assessed=True, label="4.0-lacks-the-column"),
    Case("AVL023", not_assessed=True),
]  # fmt: skip
