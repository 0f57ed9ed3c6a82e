"""The plan of the minimal downtime procedure over the wire, with a person at the cables; its ways back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from srx_issu.adapters.devices import login_class
from srx_issu.domain.procedure.action import ActionName, PlannedAction
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.routes.relaxed import left_over
from srx_issu.domain.upgrade.intent import Timers
from srx_lab.image import make_image
from tests.fakes.apart import apart_intent
from tests.integration.lab.conftest import ServedLab, serve
from tests.integration.oneprocess.rows import marked
from tests.integration.routes.carried import Carried, carried

pytestmark = pytest.mark.filterwarnings("default")
SPEED = 600.0
OLD, NEW = "21.4R3-S5.4", "22.4R3-S2.11"
PRIORITY = {"node0": 200, "node1": 100}
GROUPS = [{"id": 0, "priority": PRIORITY}, {"id": 1, "priority": PRIORITY, "preempt": True}]
RIGHTS = (*login_class.configuration(), *login_class.apart())
MONITORED = (
    "set chassis cluster control-link-recovery",
    "set chassis cluster redundancy-group 1 interface-monitor ge-0/0/4 weight 255",
    "set chassis cluster redundancy-group 1 interface-monitor ge-5/0/4 weight 255",
)
NEVER = ("mixed_releases_heard", "both_active", "data_plane_damaged")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault ahead of one action, what it is stopped with, and which way is found. ``ends``: what both nodes
    run and whether everything is put back."""

    name: str
    fault: str
    before: ActionName
    stops: str
    way: PlanKind
    node: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    hears: bool = False  # two releases that somebody else lets hear each other


ROWS = (
    Row(
        name="power lost while the secondary is closed",
        fault="power_lost_after_commit",
        node="node0",
        before=ActionName.ISOLATE_SECONDARY,
        stops="node1 is primary of RG0, expected node0",
        way=PlanKind.TAKE_BACK,
    ),
    Row(
        name="image refused",
        fault="install_refused",
        node="node1",
        before=ActionName.INSTALL_ON_SECONDARY,
        stops="Package validation failed",
        way=PlanKind.ROLL_BACK,
    ),
    Row(
        name="secondary back on the old release",
        fault="boots_old_release",
        node="node1",
        before=ActionName.REBOOT_SECONDARY,
        stops=f"node1 runs {OLD}, expected {NEW}",
        way=PlanKind.ROLL_BACK,
    ),
    Row(
        name="a link comes up between two releases",
        fault="link_comes_back",
        before=ActionName.CLOSE_OLD_PRIMARY,
        parameters={"link": "fabric"},
        stops="pull every cable of the fabric link at once; nothing is sent",
        way=PlanKind.HOLD,
        hears=True,
    ),
    Row(
        name="old primary not booted",
        fault="node_never_comes_back",
        node="node0",
        before=ActionName.JOIN_LINKS,
        stops="node0 is not known to have rebooted",
        way=PlanKind.HOLD,
    ),
)


@pytest.fixture
def lab(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ServedLab]:
    asked: dict[str, Any] = {"model": "SRX345", "login_class": RIGHTS, "configuration": list(MONITORED)}
    served = serve(
        tmp_path, speed=SPEED, release=OLD, groups=GROUPS, **(asked | getattr(request, "param", {}))
    )
    yield served
    served.stop()


def does_it(lab: ServedLab, action: PlannedAction) -> None:
    """A person who does what is asked."""
    match action.name:
        case ActionName.TAKE_LINKS_APART:
            lab.ask(do="unplug", cluster="c1", cables=["control"])
            lab.ask(do="unplug", cluster="c1", cables=["fabric"])
        case ActionName.JOIN_LINKS:
            lab.ask(do="plug", cluster="c1", cables=["control", "fabric"])
            lab.ask(do="power-on", cluster="c1", node=str(action.node))


def plan_of(run: Carried, first_slot: int) -> RoutePlan:
    lab, model = run.lab, run.cluster.model
    made = make_image(model, NEW, 0.3, lab.folder)
    for node in PRIORITY:
        (lab.files(node) / "var" / "tmp" / made.name).write_bytes(made.read_bytes())
    intent = apart_intent(first_slot, model)
    image = replace(intent.image, release=NEW, name=made.name)
    return minimal_downtime_plan(run.look(), replace(intent, image=image))


def told(lab: ServedLab, *kinds: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.ask(do="events", cluster="c1", kinds=list(kinds))["events"]
    return found


PLATFORMS = (
    pytest.param({}, 5, id="SRX345"),
    *(
        pytest.param(
            {"model": m, "login_class": None, "configuration": []}, s, id=m, marks=pytest.mark.release
        )
        for m, s in (("SRX1500", 7), ("SRX5800", 12))
    ),
)


@pytest.mark.parametrize(("lab", "first_slot"), PLATFORMS, indirect=["lab"])
def test_the_whole_procedure_of_a(lab: ServedLab, first_slot: int) -> None:
    with carried(lab, lambda action: does_it(lab, action)) as run:
        plan = plan_of(run, first_slot)
        assert run.carry_out(plan.actions) is None, run.story
        end = run.look()
    assert {view.release for view in end.views} == {NEW}
    assert left_over(plan.undo, end) == {}
    assert told(lab, *NEVER) == []


@pytest.mark.parametrize("row", marked(ROWS, for_every_change=()))
def test_the_procedure_with(row: Row, lab: ServedLab) -> None:
    with carried(lab, lambda action: does_it(lab, action)) as run:
        run.timers = Timers(person_s=2500, boot_s=1500)
        run.before[row.before] = lambda: lab.inject(
            row.fault, **({"node": row.node} if row.node else {}), **row.parameters
        )
        plan = plan_of(run, 5)
        stop = run.carry_out(plan.actions)
        assert stop is not None, run.story
        assert row.stops in stop.reason
        way = run.recover(plan)
        end = run.look()
    assert way.kind is row.way, run.story
    if row.way is not PlanKind.HOLD:
        assert {view.release for view in end.views} == {OLD}
        assert left_over(plan.undo, end) == {}
    assert bool(told(lab, "mixed_releases_heard")) is row.hears
    assert told(lab, "both_active") == []
