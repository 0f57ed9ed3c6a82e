"""The demonstration's person does what is asked by the lab's commands, and shows each of them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from srx_demo.at_the_cables import AtTheCables
from srx_demo.lab import DEMO_TOPOLOGY, Lab
from srx_issu.cli.airflow_replies import PendingApproval
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.by_hand import BY_HAND, Word


class RecordingLab(Lab):
    def by_hand(self, verb: str, *words: str) -> None:
        TYPED.append((verb, *words))


TYPED: list[tuple[str, ...]] = []
SHOWN = StringIO()


def person() -> AtTheCables:
    TYPED.clear()
    lab = RecordingLab(state=Path("/lab"), topology=DEMO_TOPOLOGY, speed=1)
    return AtTheCables(lab=lab, cluster="fw-1", console=Console(file=SHOWN))


def question(name: ActionName, body: str = "") -> PendingApproval:
    words = tuple(word.value for word in Word)
    return PendingApproval(
        task_id="apart.x", subject=f"fw-1: {BY_HAND[name].title}", body=body, options=words
    )


def test_links_are_pulled_where_that_is_asked() -> None:
    assert person().work(question(ActionName.TAKE_LINKS_APART)) == "Done"
    assert TYPED == [("unplug", "fw-1", "control", "fabric")]
    assert "python -m srx_lab unplug --state /lab fw-1 control fabric" in SHOWN.getvalue()


def test_links_are_joined_before_the_node_that_is_named_is_booted() -> None:
    asked = question(ActionName.JOIN_LINKS, "put the cables in again, and only then boot node1")
    assert person().work(asked) == "Done"
    assert TYPED == [("plug", "fw-1", "control", "fabric"), ("power-on", "fw-1", "--node", "node1")]


def test_an_approval_is_no_work_by_hand() -> None:
    asked = PendingApproval(task_id="approval.approve_start", subject="", body="", options=("Approve",))
    assert not person().is_asked(asked)
