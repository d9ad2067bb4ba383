"""PAR085: a data file that is meant to grow and does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Effort,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Unit,
    WebPage,
    check,
    parse_size,
)
from agent.facts.given import Build
from agent.facts.settings import Parameter
from checks.parameters.family import SETTINGS, parse_setting

_ITEMS = f"{SETTINGS}/100.system-configuration-items/300.cluster-level-configuration-items"
_NAMES = ("datafile_size", "datafile_maxsize", "datafile_next")


@check(
    code="PAR085",
    name="parameters.data_file_cannot_grow",
    unit=Unit.BYTES,
    actor=Actor.PLATFORM,
    title="Data file is configured to grow but cannot",
    consequence="Writes stop at a full data disk, although the host still has space.",
    finding="{resource}: datafile_maxsize is {value}, above datafile_size ({size_bytes}), but datafile_next is 0 and "
    "the file does not grow.",
    remediation=Remediation(
        advice="Set a step in datafile_next. For values up to 1G, the smaller of 1G and a tenth of datafile_maxsize "
        "is used.",
        run_as=RunAs.SYS,
        sql=("ALTER SYSTEM SET datafile_next = '1G';",),
        rollback=("ALTER SYSTEM SET datafile_next = '0M';",),
        pre_check="The disk under the data file has room up to datafile_maxsize on every server.",
        post_check="DATA_DISK_CAPACITY in GV$OB_SERVERS rises once the file nears its size.",
        risk="The data file takes disk space that other programs on the host may need.",
        effort=Effort.ONLINE,
    ),
    sources=(
        DocPage(f"{_ITEMS}/4600.datafile_next.md"),
        DocPage(f"{_ITEMS}/4500.datafile_maxsize.md"),
        WebPage("https://github.com/oceanbase/obdiag/issues/573"),
    ),
)
def data_file_cannot_grow(parameters: Rows[Parameter], builds: Rows[Build]) -> Iterator[Measurement]:
    """datafile_maxsize means that the space up to it can be used. With a step of 0 the data file keeps its initial
    size, and the data disk is full although the host has space."""
    servers: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in parameters:
        if row.name in _NAMES:
            servers[f"{row.svr_ip}:{row.svr_port}"][row.name] = parse_setting(parse_size, row.name, row.value)
    if builds[0].embedded:
        raise NotAssessed("The data file of the embedded kernel grows by itself.")
    if not any(len(found) == len(_NAMES) for found in servers.values()):
        raise NotAssessed("The parameters of the data file are not shown.")
    for server, found in sorted(servers.items()):
        size, largest, step = (found.get(name, 0) for name in _NAMES)
        if not size and largest and not step:
            text = "datafile_size is 0 on {server}: the size follows the disk and is not shown."
            raise NotAssessed(text, server=server)
        if largest > size and not step:
            yield Measurement("datafile_next", largest, {"size_bytes": size, "server": server}, server)
