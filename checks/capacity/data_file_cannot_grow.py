"""CAP026: a data file that may grow, and whose step is 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    Named,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    TenantKind,
    Unit,
    check,
    parse_size,
)
from agent.facts.settings import Parameter
from checks.capacity.pages import DATA_FILE, DATA_FILE_STEP

_SETTINGS = ("datafile_next", "datafile_maxsize", "datafile_size")


@check(
    code="CAP026",
    name="capacity.data_file_cannot_grow",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="The data file is to grow, but its step is 0",
    finding="{resource}: datafile_maxsize is {value}, but datafile_next is 0, so the file keeps its present size.",
    remediation=Remediation(
        advice="Set datafile_next; a fifth of datafile_maxsize is what the documentation recommends. With 0 the data "
        "file never grows, and its present size is all that compaction and writes have.",
        run_as=RunAs.SYS,
        rollback=("ALTER SYSTEM SET datafile_next = '0';",),
        pre_check="Look at the free room of the disk: SHOW PARAMETERS LIKE 'datafile%'; df on each server.",
        post_check="SHOW PARAMETERS LIKE 'datafile_next' is not 0 on any server.",
        risk="A data file never shrinks again.",
    ),
    sources=(DATA_FILE_STEP, DATA_FILE),
)
def data_file_cannot_grow(parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """Somebody gave the data file room to grow, and only the step is missing: 0 switches growing off. Nobody is told
    before the file is full, and then compaction and writes stop though the disk has room."""
    servers: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in parameters:
        if row.name in _SETTINGS:
            servers[f"{row.svr_ip}:{row.svr_port}"][row.name] = row.value
    told = {server: values for server, values in servers.items() if len(values) == len(_SETTINGS)}
    if not told:
        raise NotAssessed("datafile_next, datafile_maxsize or datafile_size cannot be read.")
    for server, values in told.items():
        step, highest, size = (parse_size(values[name]) for name in _SETTINGS)
        if step == 0 and highest > size:
            evidence = {"configured_size": values["datafile_size"]}
            yield Measurement(Named("server {server}", server=server), values["datafile_maxsize"], evidence)
