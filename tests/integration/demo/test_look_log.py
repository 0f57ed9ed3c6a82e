"""What the simulator's log tells of a watcher."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from srx_demo.look_log import LookLog, most_at_a_node, most_within, oldest_look_s

STATUS = "show chassis cluster status | display xml | no-more"


def line(wall: float, event: str, cluster: str = "fw1", node: str = "node0", **more: Any) -> str:
    return json.dumps({"wall": wall, "event": event, "cluster": cluster, "node": node, **more}) + "\n"


@pytest.fixture
def log(tmp_path: Path) -> LookLog:
    (tmp_path / "events.jsonl").touch()
    return LookLog(path=tmp_path / "events.jsonl", witnesses={"fw1": "node0", "fw2": "node1"})


def write(log: LookLog, *lines: str) -> None:
    with log.path.open("a") as file:
        file.writelines(lines)
    log.read()


def test_a_look_is_told_by_the_clusters_witness_alone(log: LookLog) -> None:
    write(
        log,
        line(1, "command", said=STATUS),
        line(1, "command", node="node1", said=STATUS),
        line(2, "command", said="show version | display xml | no-more"),
        line(3, "command", "fw2", said=STATUS),
    )
    assert log.looks == {"fw1": [1], "fw2": []}


def test_a_line_that_is_still_being_written_is_read_when_it_is_whole(log: LookLog) -> None:
    whole = line(5, "command", said=STATUS)
    write(log, whole[:40])
    assert log.looks["fw1"] == []
    write(log, whole[40:])
    assert log.looks["fw1"] == [5]


def test_clusters_that_were_looked_at_before_only_are_missing(log: LookLog) -> None:
    write(log, line(1, "command", said=STATUS), line(9, "command", "fw2", "node1", said=STATUS))
    assert log.not_looked_at(since=0) == 0
    assert log.not_looked_at(since=5) == 1


def test_the_oldest_look_is_that_of_the_cluster_that_waited_longest(log: LookLog) -> None:
    write(
        log,
        line(10, "command", said=STATUS),
        line(20, "command", "fw2", "node1", said=STATUS),
        line(30, "command", said=STATUS),
    )
    assert log.oldest_look_s(15, 40) == 20
    assert log.looks_within(15, 40) == 2


@pytest.mark.parametrize(
    ("times", "oldest"),
    [
        ([], 30),
        ([5, 15, 25, 35], 10),
        ([5, 15, 35], 20),
        ([5], 35),  # nobody looked meanwhile
        ([15, 20, 50], 20),  # the end counts
    ],
)
def test_how_old_the_newest_look_became(times: list[float], oldest: float) -> None:
    assert oldest_look_s(times, begin=10, end=40) == oldest


def test_logins_are_counted_by_node_and_by_stretch(log: LookLog) -> None:
    write(log, *(line(at, "logged_in") for at in (1, 1.5, 1.9, 4)), line(4.1, "logged_in", node="node1"))
    assert most_at_a_node(log.logins) == 4
    assert most_at_a_node(log.logins_within(2, 9)) == 1
    assert most_within([at for at, _ in log.logins], 1.0) == 3
    assert most_within([], 1.0) == 0


def test_a_login_that_only_began_is_a_call(log: LookLog) -> None:
    write(log, line(1, "connected"), line(2, "login_refused"))
    assert (log.calls, log.logins) == ([1], [])
