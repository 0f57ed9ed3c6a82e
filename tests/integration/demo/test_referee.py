"""The judge over the simulator's event log."""

from __future__ import annotations

from typing import Any

from srx_demo import referee


def event(name: str, cluster: str, at: float, **more: Any) -> dict[str, Any]:
    return {"event": name, "cluster": cluster, "wall": at, "virtual": at * 60, **more}


LOG = [
    event("fault_changed", "c", 0),
    event("session_opened", "a", 1),
    event("group_changed", "a", 2),  # a failover by hand, before the ISSU
    event("issu_started", "a", 3),
    event("phase_entered", "a", 5),
    event("session_opened", "b", 5),
    event("command", "a", 6),
    event("session_opened", "c", 6.5),
    event("issu_started", "b", 7),
    event("file_uploaded", "b", 8, path="/var/tmp/junos.tgz.part"),
    event("file_uploaded", "b", 8, path="/var/tmp/job.sh"),
]


def test_starts_are_counted_by_cluster() -> None:
    found = referee.starts([*LOG, event("issu_started", "b", 9)])
    assert (found["a"], found["b"], found["c"]) == (1, 2, 0)


def test_two_of_a_group_that_were_worked_on_together_are_found() -> None:
    assert referee.overlaps(LOG, {"a": ["g"], "b": ["g", "h"], "c": ["h"]}) == [
        "a and b of conflict group g were worked on together",
        "b and c of conflict group h were worked on together",
    ]
    assert referee.overlaps(LOG, {"a": ["g"], "c": ["g"]}) == []


def test_how_many_at_once() -> None:
    assert referee.most_at_once(LOG) == 2
    assert referee.most_at_once([]) == 0


def test_the_time_of_a_device_is_that_of_its_issu() -> None:
    assert referee.device_times_s(LOG) == {"a": 120.0, "b": 0.0}


def test_only_copies_of_the_image_are_uploads() -> None:
    assert [copy["path"] for copy in referee.uploads(LOG, "junos.tgz")] == ["/var/tmp/junos.tgz.part"]


def test_the_first_order_behind_a_failure_counts_from_when_the_node_is_up() -> None:
    look, order = "request chassis cluster in-service-upgrade status", "request system software rollback"
    story = [
        event("command", "a", 1, line="request system software in-service-upgrade"),
        event("upgrade_ended", "a", 10),
        event("command", "b", 11, line=order),
        event("command", "a", 12, line=look),
    ]
    assert referee.first_order_s(story, "a") is None
    assert referee.first_order_s([*story, event("command", "a", 25, line=order)], "a") == 15
    up = event("node_came_up", "a", 20)
    assert referee.first_order_s([*story, up, event("command", "a", 25, line=order)], "a") == 5
