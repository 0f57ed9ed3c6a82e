from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import IssuStatus, Snapshot
from srx_issu.domain.cluster.phase import Phase
from srx_issu.domain.upgrade.decide import (
    AskOperator,
    AttachToIssu,
    BeginIssu,
    NothingToDo,
    Sent,
    decide,
    start_command,
)
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group, silent, snapshot, view

BEFORE = both()
FLAGGED = (group(0), group(1, priorities={N0: 255}, manual=True))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (snapshot(view(N0), silent(N1, "timed out")), "node1 does not answer: timed out"),
        (snapshot(view(N0), view(N1, None)), "node1 did not say which release runs"),
        (both(OLD, NEW), "an ISSU has stopped half way"),
        (both(groups=()), "neither node shows a redundancy group"),
        (snapshot(view(N0), view(N1, groups=(group(0, N1), group(1)))), "node0 and node1 is primary of RG0"),
        (both(issu=IssuStatus(in_progress=True)), "an ISSU that is not ours"),
        (both(groups=FLAGGED), "left by a failover by hand: 'request chassis cluster failover reset"),
        (
            both(groups=FLAGGED, issu=None),
            "an ISSU that is not ours seems to be in progress: RG1 has priority",
        ),
        (
            both(groups=FLAGGED, issu=None),
            "if nobody upgrades this cluster, a failover by hand was never reset",
        ),
    ],
)
def test_asks_the_operator_rather_than_start(now: Snapshot, words: str) -> None:
    action = decide(BEFORE, now, intent(), None)
    assert isinstance(action, AskOperator)
    assert words in action.reason


def test_has_nothing_to_do_when_both_nodes_run_the_target() -> None:
    assert isinstance(decide(BEFORE, both(NEW, NEW), intent(), None), NothingToDo)


def test_starts_on_the_rg0_primary() -> None:
    now = both(groups=(group(0, N1), group(1)))
    action = decide(BEFORE, now, intent(), None)
    assert isinstance(action, BeginIssu)
    assert action.node is N1
    assert action.command.cli.endswith(
        "in-service-upgrade /var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz reboot"
    )


def test_leaves_the_validation_out_only_as_the_intent_says() -> None:
    command = start_command(replace(intent(), no_validate=True))
    assert command.cli.endswith(".tgz reboot no-validate")
    assert ("no-validate", None) in command.rpc.leaves
    plain = start_command(intent())
    assert "no-validate" not in plain.cli
    assert ("no-validate", None) not in plain.rpc.leaves


def test_attaches_to_its_own_issu() -> None:
    action = decide(BEFORE, both(OLD, NEW), intent(), Sent(starter=N0))
    assert isinstance(action, AttachToIssu)
    assert action.phase is Phase.COLD_SYNCED


def test_attaches_when_it_finished_meanwhile() -> None:
    action = decide(BEFORE, both(NEW, NEW), intent(), Sent(starter=N0))
    assert isinstance(action, AttachToIssu)
    assert action.phase is Phase.COMPLETE


def test_attaches_when_the_nodes_do_not_tell() -> None:
    action = decide(BEFORE, snapshot(silent(N0), silent(N1)), intent(), Sent(starter=N0))
    assert isinstance(action, AttachToIssu)
    assert action.phase is None


def test_leaves_it_to_the_marker_on_the_node_when_the_request_may_never_have_arrived() -> None:
    action = decide(BEFORE, both(), intent(), Sent(starter=N0))
    assert isinstance(action, BeginIssu)
    assert "marker" in action.reason


def test_never_sends_an_rpc_again() -> None:
    assert isinstance(decide(BEFORE, both(), intent(), Sent(starter=N0, by_rpc=True)), AttachToIssu)
