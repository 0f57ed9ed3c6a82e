"""What a node that is taken apart says of its links, ports, lines and commits, over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.procedure.action import ActionName, PlannedAction
from srx_issu.domain.procedure.progress import Passed, Wait, next_in
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import Timers
from tests.contract.worlds import Lab
from tests.fakes.apart import apart_intent
from tests.fakes.lines import permit
from tests.places import DEMO_TOPOLOGY

N0, N1 = NodeName.NODE0, NodeName.NODE1
TIMERS = Timers(connect_s=20, rpc_s=20)
OWN = {N0: {"ge-0/0/4", "ge-0/0/5", "ge-0/0/6"}, N1: {"ge-5/0/4", "ge-5/0/5", "ge-5/0/6"}}


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    topology = DEMO_TOPOLOGY.with_name("demo-minimal-downtime.yaml")
    lab = Lab.start(tmp_path_factory.mktemp("lab"), topology)
    yield lab
    lab.stop()


@pytest.fixture
def reader(lab: Lab) -> Iterator[PyezClusterReader]:
    made = PyezClusterReader(lab.cluster, lab.credentials, TIMERS, asks_next_boot=True, asks_links=True)
    with made:
        yield made


def links(look: Snapshot, node: NodeName) -> NodeLinks:
    found = look.view(node).links
    assert found is not None
    return found


def plan_for(lab: Lab, look: Snapshot) -> RoutePlan:
    return minimal_downtime_plan(look, apart_intent(first_slot=5, model=lab.cluster.model))


def action(plan: RoutePlan, name: ActionName) -> PlannedAction:
    found = plan.action(name)
    assert found is not None
    return found


@contextmanager
def writing(lab: Lab) -> Iterator[PyezClusterWriter]:
    writer = PyezClusterWriter(lab.cluster, lab.credentials, TIMERS)
    yield writer
    writer.close()


def commit(lab: Lab, node: NodeName, lines: tuple[str, ...]) -> None:
    with writing(lab) as writer, writer.line(node) as line:
        line.commit(CommitConfiguration(lines=lines, comment="srx-issu u: a test"), permit(node, 60))


def test_a_joined_cluster_shows_both_links_and_every_port_up(lab: Lab, reader: PyezClusterReader) -> None:
    look = reader.observe()
    for node in NodeName:
        found = links(look, node)
        assert (found.control, found.fabric) == (True, True)
        assert OWN[node] <= found.ports_up
        assert found.is_commit_pending is False
        assert found.settings is not None
        assert "set chassis cluster control-link-recovery" in found.settings
        assert "set chassis cluster redundancy-group 1 preempt" in found.settings


def test_the_first_phases_are_seen_done_when_they_are_and_not_before(
    lab: Lab, reader: PyezClusterReader
) -> None:
    plan = plan_for(lab, reader.observe())
    apart = action(plan, ActionName.TAKE_LINKS_APART)
    for name in (ActionName.RELAX, ActionName.ISOLATE_SECONDARY):
        step = action(plan, name)
        (command,) = step.commands
        commit(lab, command.node, command.lines)
        assert isinstance(next_in(step, reader.observe(), ()), Passed)
    assert isinstance(next_in(apart, reader.observe(), ()), Wait)
    lab.control("unplug", cables=["control"])
    assert isinstance(next_in(apart, reader.observe(), ()), Wait)
    lab.control("unplug", cables=["fabric"])
    assert isinstance(next_in(apart, reader.observe(), ()), Passed)
    look = reader.observe()
    for node in NodeName:
        assert links(look, node).are_apart
    assert OWN[N1] <= links(look, N1).ports_down
    assert OWN[N0] <= links(look, N0).ports_up


def test_a_commit_that_waits_for_its_confirmation_is_seen(lab: Lab, reader: PyezClusterReader) -> None:
    lab.control("inject", fault="commit_unconfirmed")
    assert links(reader.observe(), N0).is_commit_pending is True
