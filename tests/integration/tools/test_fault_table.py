"""docs/lab.md says how each fault ends on the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import Route
from tools import fault_table as module
from tools.fault_table import PAGE, table_lines, with_table


@pytest.mark.parametrize("route", Route)
def test_the_table_is_current(route: Route) -> None:
    assert "\n".join(table_lines(route)) in PAGE.read_text(encoding="utf-8"), "write it again: make pages"


def test_only_the_table_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    current = PAGE.read_text(encoding="utf-8")
    name = next(iter(FAULTS))
    stale = current.replace(f"| `{name}` |", "| `gone` |")
    assert stale != current
    assert with_table(stale) == current
    monkeypatch.setattr(module, "PAGE", tmp_path / "lab.md")
    module.PAGE.write_text(stale, encoding="utf-8")
    module.main()
    assert module.PAGE.read_text(encoding="utf-8") == current
