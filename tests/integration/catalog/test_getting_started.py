"""The page for newcomers: what it has them write is read, and what it has them call is there by then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.catalog.folders import Folder
from tests.places import ROOT

PAGE = (ROOT / "docs/getting-started.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MAKES_VENV = ("make demo", "make install", "make up")  # the targets that need the project installed


def section(number: int) -> str:
    return PAGE.split(f"## {number}. ")[1].split("\n## ")[0]


def test_the_approval_policy_of_the_page_is_sound(folder: Folder) -> None:
    behind = section(4).partition("`my-fleet/policy/approvals.yaml`")[2]
    block = BLOCK.search(behind)
    assert block is not None
    folder.write("policy/approvals.yaml", block["text"])
    assert folder.faults() == []
    known = folder.catalog()
    rule = known.approvals.of(known.clusters["fra1-fw1"], next(iter(known.images.values()))).start
    assert (rule.needed, [person.name for person in rule.approvers]) == (2, ["approver", "admin"])


def test_no_command_is_called_before_something_has_made_it() -> None:
    lines = [line for block in BLOCK.finditer(section(4)) for line in block["text"].splitlines()]
    first = next(at for at, line in enumerate(lines) if line.startswith(".venv/bin/"))
    assert any(line.startswith(MAKES_VENV) for line in lines[:first])


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.stem)
def test_keys_are_collected_at_the_port_at_which_they_count(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert all("-p " in line for line in text.splitlines() if line.startswith("ssh-keyscan"))
