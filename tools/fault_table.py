"""Writes the table of docs/lab.md: every fault of the simulated clusters, tried on one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import Scope
from srx_lab.rehearsal import rehearse

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lab.md"
_TABLE = re.compile(r"^\| fault \| what happens \| source \|.*?(?=^[^|]|\Z)", re.MULTILINE | re.DOTALL)


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    table = "\n".join(table_lines()) + "\n"
    return _TABLE.sub(lambda _: table, page)


def table_lines() -> Iterator[str]:
    """The table, in Markdown."""
    yield "| fault | what happens | source | the start says | it ends | node0 shows | node1 shows |"
    yield "|---|---|---|---|---|---|---|"
    for name, spec in FAULTS.items():
        ending = rehearse(name)
        said = ending.answer or ending.complaint or "the transcript"
        end = f"{ending.phase}{', in ISSU window' if ending.window else ''}"
        if spec.scope is Scope.WIRE:
            said, end = "depends on the wire", "the upgrade itself is untouched"
        cells = (f"`{name}`", spec.says, spec.source, said, end, *ending.nodes.values())
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def main() -> None:
    """Writes it into the repository."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
