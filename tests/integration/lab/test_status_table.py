"""`python -m srx_lab status` on a terminal of 80 columns: nothing of a name is cut off."""

from __future__ import annotations

import pytest

from srx_lab.status_table import show_status


def node(state: str) -> dict[str, object]:
    groups = {"0": {"state": state, "priority": 200}, "1": {"state": state, "priority": 200}}
    return {
        "groups": groups,
        "release": "21.4R3-S5.4",
        "pending": None,
        "power": "up",
        "in_issu_window": False,
        "cold_sync": "complete",
    }


def test_names_are_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    fault = {"name": "login_announcement", "node": None, "active": True, "at": None}
    cluster = {
        "name": "fra1-fw1",
        "nodes": {"node0": node("primary"), "node1": node("secondary")},
        "phase": "cold_sync_secondary",
        "issu_starts": 1,
        "faults": [fault],
    }
    show_status(lambda: [cluster], watch=False)
    lines = capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    columns = ["".join(cells) for cells in zip(*rows, strict=True)]
    assert max(map(len, lines)) == 80
    assert "…" not in "".join(columns)
    assert (columns[0], columns[6], columns[8]) == ("fra1-fw1", "cold_sync_secondary", "login_announcement")
