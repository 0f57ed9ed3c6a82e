"""Trace options by policy on the wire: committed before the start, and gone again whatever the end is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.cluster.model import Address, Cluster, NodeName
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import CommitUndone
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.domain.upgrade.traces import UNDO
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import begin, carry_out
from tests.integration.oneprocess.test_evidence import row
from tests.stack.scenarios.failure_table import ROWS

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


@pytest.fixture(autouse=True)
def traced(place: Place) -> Iterator[None]:
    """By policy, for every cluster that is claimed meanwhile."""
    limits = place.scenery.home.root / "files" / "policy" / "limits.yaml"
    usual = limits.read_text(encoding="utf-8")
    policy = yaml.safe_load(usual)
    policy["fleet"]["evidence"] = {"traceoptions": True}
    limits.write_text(yaml.safe_dump(policy), encoding="utf-8")
    yield
    limits.write_text(usual, encoding="utf-8")


def chassis(place: Place, name: str) -> list[list[str]]:
    """What the committed configuration of each node says of the chassis."""
    found = place.lab.wait(lambda: None)
    where = next(each for each in found.clusters if each.name == name)
    node0, node1 = (Address(host=each.host, port=each.port) for each in (where.node0, where.node1))
    cluster = Cluster(
        name=name, model=where.chassis, site="lab", node0=node0, node1=node1, connection_id="lab"
    )
    credentials = Credentials(
        username=found.username, password=found.password, known_hosts=found.known_hosts.read_text()
    )
    with PyezClusterReader(cluster, credentials, Timers(connect_s=20, rpc_s=20)) as reader:
        texts = [reader.configuration(node, "set") for node in NodeName]
    return [[line for line in text.splitlines() if line.startswith("set chassis")] for text in texts]


def entries(place: Place, run_id: str) -> tuple[Entry, ...]:
    return SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)


def commits(place: Place, run_id: str) -> list[Sending | None]:
    kinds = (Sending.TRACE, Sending.UNDO_COMMIT)
    events = [entry.event for entry in entries(place, run_id)]
    return [e.sending for e in events if isinstance(e, CommandIntended) and e.sending in kinds]


def check_it_is_gone(place: Place, cluster: str, run_id: str, before: list[list[str]]) -> None:
    assert commits(place, run_id) == [Sending.TRACE, Sending.UNDO_COMMIT]
    assert [entry for entry in entries(place, run_id) if isinstance(entry.event, CommitUndone)]
    assert chassis(place, cluster) == before
    told = [entry.text for entry in entries(place, run_id)]
    assert not [text for text in told if "configuration section" in text], "the comparison reports our own"


def test_an_upgrade_leaves_the_configuration_as_it_was(place: Place) -> None:
    cluster = place.take_cluster("node0")
    before = chassis(place, cluster)
    run_id = place.trigger(cluster)
    end = carry_out(place, run_id)
    assert end.is_green, end.reason
    check_it_is_gone(place, cluster, run_id, before)
    others = [entry.text for entry in entries(place, run_id) if "committed during the ISSU" in entry.text]
    assert others == [], "its own commit is no bystander's"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("issu_refused", "ABORTED_CLEAN"), ("cold_sync_never_completes", "ROLLED_BACK")],
)
def test_so_does_one_that_fails(place: Place, fault: str, outcome: str) -> None:
    wanted = row(fault)
    cluster, run_id = begin(place, wanted)
    before = chassis(place, cluster)
    end = carry_out(place, run_id, wanted.answer)
    assert str(end.outcome) == outcome, end.reason
    check_it_is_gone(place, cluster, run_id, before)


def test_what_stays_behind_a_dead_node_is_told_with_its_lines(place: Place) -> None:
    wanted = next(each for each in ROWS if each.given == "node_power_off on node1 at install_secondary")
    _, run_id = begin(place, wanted)
    end = carry_out(place, run_id, wanted.answer)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert commits(place, run_id) == [Sending.TRACE]
    assert UNDO[0] in str(end.reason)
    assert not [entry for entry in entries(place, run_id) if isinstance(entry.event, CommitUndone)]
