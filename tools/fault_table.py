"""Writes the tables of docs/lab.md: every fault of the simulated clusters, tried on one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from srx_lab.machine.fault_cables import IN_APART
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_routes import IN_ICU, IN_REBOOT
from srx_lab.machine.fault_spec import Route, Scope
from srx_lab.procedure import rehearse_apart
from srx_lab.rehearsal import Ending, rehearse

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lab.md"
_NODES = "node0 shows | node1 shows |"
_HEADS = {
    Route.ISSU: f"| fault | what happens | source | the start says | it ends | {_NODES}",
    Route.ICU: f"| fault of an ICU | what happens | source | it says | it ends | {_NODES}",
    Route.REBOOT: f"| fault of installs | what happens | source | they say | they end | {_NODES}",
    Route.MINIMAL_DOWNTIME: f"| fault of cables | what happens | source | traffic | it comes to | {_NODES}",
}
_SHARED = {Route.ISSU: (), Route.ICU: IN_ICU, Route.REBOOT: IN_REBOOT, Route.MINIMAL_DOWNTIME: IN_APART}


def with_table(page: str) -> str:
    """The page with the tables as they are now."""
    for route, head in _HEADS.items():
        stands = re.compile(rf"^{re.escape(head)}.*?(?=^[^|]|\Z)", re.MULTILINE | re.DOTALL)
        table = "\n".join(table_lines(route)) + "\n"
        page = stands.sub(table.replace("\\", r"\\"), page)
    return page


def table_lines(route: Route = Route.ISSU) -> Iterator[str]:
    """A route's table, in Markdown."""
    yield _HEADS[route]
    yield "|---|---|---|---|---|---|---|"
    own = [name for name, spec in FAULTS.items() if spec.route is route]
    for name in (*_SHARED[route], *own):
        spec, ending = FAULTS[name], _try(name, route)
        said = ending.answer or ending.complaint or "the transcript"
        end = f"{ending.phase}{', in ISSU window' if ending.window else ''}"
        if spec.scope is Scope.WIRE:
            said, end = "depends on the wire", "the upgrade itself is untouched"
        cells = (f"`{name}`", spec.says, spec.source, said, end, *ending.nodes.values())
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _try(name: str, route: Route) -> Ending:
    return rehearse_apart(name) if route is Route.MINIMAL_DOWNTIME else rehearse(name, route)


def main() -> None:
    """Writes it into the repository."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
