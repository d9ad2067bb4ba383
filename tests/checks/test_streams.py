"""What checks see of the log streams when there are more replicas than are read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.api import NotAssessed
from agent.facts import count_most_rows, find_source_spec
from agent.facts.resources import LogReplica
from agent.model.terms import TenantKind
from checks.availability.streams import log_streams
from tests.harness import run_check, snapshot_of


def _replica(stream: int, role: str = "FOLLOWER") -> LogReplica:
    return LogReplica(
        tenant_id=1002, ls_id=stream, role=role, in_sync="YES", paxos_member_list="", paxos_replica_num=3, end_scn=1
    )


def test_a_stream_that_may_have_been_cut_is_not_taken_for_leaderless() -> None:
    whole = [_replica(1000 + place // 3, "LEADER" if place % 3 == 2 else "FOLLOWER") for place in range(20_001)]
    read = tuple(whole[: count_most_rows(LogReplica)])
    assert read[-1].role == "FOLLOWER" and read[-1].ls_id == 7666
    assert list(log_streams(read))[-1] == "tenant 1002, log stream 7665"
    assert run_check("AVL001", snapshot_of([(LogReplica, read)])).findings == ()
    assert list(log_streams(read[1:]))[-1] == "tenant 1002, log stream 7666"


def test_no_stream_is_left_where_all_that_was_read_is_of_meta_tenants_or_cut() -> None:
    most = count_most_rows(LogReplica)
    of_meta = (replace(_replica(1), tenant_id=1001),) * most
    of_one = (_replica(1),) * most
    for read in ((), of_meta, of_one):
        with pytest.raises(NotAssessed):
            log_streams(read)


def test_a_stream_is_read_in_one_piece() -> None:
    spec = find_source_spec(LogReplica)
    assert spec and spec.order_by.startswith("TENANT_ID, LS_ID")
    assert "MOD(TENANT_ID, 2)" in spec.seen_from(TenantKind.SYS).where
