"""The operator's files of the proofs: valid for the software before approvals had a file, and since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from srx_issu.stack.processes.home import repository

APPROVERS = ("admin", "approver", "operator")  # whoever of them asked does not count


def knows_approvals() -> bool:
    """Whether the software has a file for approvals; one that it does not know is a fault."""
    return (repository() / "include" / "policy" / "approvals.yaml").exists()


def write_approvals(files: Path, strict: Iterable[str]) -> None:
    """Nobody must be asked, but on ``strict`` clusters: there one who did not ask for the upgrade."""
    if not knows_approvals():
        return
    rule = {"needed": 1, "approvers": list(APPROVERS), "requester_counts": False}
    content = {
        "fleet": {"start": {"required": False, **rule}, "recovery": dict(rule)},
        "clusters": {name: {"start": {"required": True}} for name in strict},
    }
    write(files / "policy" / "approvals.yaml", content)


def write_timers(files: Path, timers: Mapping[str, Mapping[str, float]]) -> None:
    """Cluster -> its own timers."""
    path = files / "policy" / "limits.yaml"
    limits = yaml.safe_load(path.read_text())
    limits["clusters"] = {name: {"timers": dict(own)} for name, own in timers.items()}
    write(path, limits)


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Nobody reads half of it."""
    part = path.with_suffix(".part")
    part.write_text(yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False))  # without anchors
    part.rename(path)


def write_campaign(files: Path, name: str, release: str, clusters: Iterable[str]) -> None:
    """One wave, and a person who approves the plan."""
    write(
        files / "campaigns" / f"{name}.yaml",
        {
            "target": {"SRX4600": release},
            "select": {"clusters": list(clusters)},
            "waves": ["rest"],
            "in_flight": {"campaign": 2},
            "gates": {"plan": True},
            "fail_back": False,
        },
    )


@contextmanager
def edited(path: Path, text: str) -> Iterator[None]:
    """The file says ``text`` meanwhile."""
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)
