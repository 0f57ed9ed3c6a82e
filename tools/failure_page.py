"""Writes docs/failure-scenarios.md from the table that the tests play."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from srx_lab.machine.fault_catalogue import FAULTS
from tests.stack.scenarios.failure_table import ON_A_STACK_TOO, TABLE
from tests.stack.scenarios.scenario import Scenario

PAGE = Path(__file__).resolve().parents[1] / "docs" / "failure-scenarios.md"

_HEAD = """\
# Failure scenarios

Every fault that the simulated clusters know, and how an upgrade of a cluster that has it ends. Each row is a
test: the real DAG and PostgreSQL, against both nodes over SSH and NETCONF. *Sent* is what the nodes have
written down, not what the software says it did.

*Played*: every row in one process by Airflow's own rules, by `make test`
(`pytest tests/integration/oneprocess -k cold_sync` plays those that are named so, in seconds each;
[decision 091](decisions/091-every-row-in-one-process.md)), and on a real scheduler and triggerer by
`make test-all`; those with *stack* there by `make test`, too.

Each cluster has three redundancy groups: RG0 and RG1 on the node that starts the ISSU, RG2 on its peer.
`old` is the release before, `new` the target. A cluster is an SRX4600 from 21.4 to 22.4, or of the kind
that its row names: `11.4` is an SRX5600 from 11.4 to 12.1, `CP` one with a central point and an IOC3,
`RE3` an SRX5800 with Routing Engine 3. What the classes mean, and what a person does about them, is in the
[runbook](runbook.md).

Written by `make pages`; a test keeps it current.
"""

_COLUMNS = (
    "fault",
    "what happens",
    "class",
    "sent, in order",
    "nodes and groups at the end",
    "outcome",
    "lease",
    "played",
)


def page() -> str:
    return "\n".join((_HEAD, *table_lines(TABLE), ""))


def table_lines(rows: Iterable[Scenario]) -> Iterator[str]:
    """The table in Markdown."""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    for row in rows:
        then = row.then
        cells = (
            f"`{row.name}`",
            "; ".join(FAULTS[fault].says for fault in (row.fault, row.besides) if fault),
            then.failure or "",
            "; ".join(in_short(then.sent)) or "nothing",
            str(then.cluster),
            then.outcome,
            then.lease,
            "one process, stack" if row in ON_A_STACK_TOO else "one process",
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def in_short(sent: Iterable[str]) -> Iterator[str]:
    """Orders without the words that they all have."""
    for order in sent:
        node, _, line = order.partition(": ")
        short = line.removeprefix("request ").removeprefix("chassis cluster ").removeprefix("system ")
        yield f"{node}: {short.replace('redundancy-group ', 'RG').replace('software ', '')}"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
