from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.errors import ConnectionUnusable
from srx_issu.steps.observe_patiently import LoginRequired
from tests.fakes.contexts import ScriptedReader
from tests.fakes.snapshots import N0, N1, both, silent, snapshot

REFUSED = [replace(silent(node, "Permission denied"), refused_login=True) for node in (N0, N1)]


def test_a_look_that_both_nodes_refuse_says_nothing_of_the_cluster() -> None:
    reader = LoginRequired(reader=ScriptedReader(now=snapshot(*REFUSED)))
    with pytest.raises(ConnectionUnusable, match="node0: Permission denied; node1: Permission denied"):
        reader.observe()


def test_one_node_that_refuses_or_both_that_are_silent_are_a_look() -> None:
    for now in (both(), snapshot(node1=REFUSED[1]), snapshot(silent(N0), silent(N1))):
        assert LoginRequired(reader=ScriptedReader(now=now)).observe() == now


def test_everything_else_is_the_readers_own_answer() -> None:
    reader = LoginRequired(reader=ScriptedReader(texts={(N0, "/t"): "ISSU: Validating Image"}))
    assert reader.read_text(N0, "/t") == "ISSU: Validating Image"
    assert "host-name node0" in reader.configuration(N0, "text")
