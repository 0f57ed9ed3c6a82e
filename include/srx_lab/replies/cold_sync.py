"""How far a node is: cold sync by its stages and events, and the progress of an ISSU."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from srx_lab.machine.cold_sync import pfe_names, spus_of
from srx_lab.machine.words import ColdSync
from srx_lab.markup import Element, leaf, node
from srx_lab.replies import cluster_text
from srx_lab.replies.read_only import NEW_API, read_only
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.when import clock_of, event_date


def progress_lines(scene: Scene) -> list[str]:
    """`CS Prereq               1 of 1 SPUs completed` [R] and its sisters [D]."""
    total, done = spus_of(scene.spec), scene.here.cold_sync_spus_done
    stage = scene.here.cold_sync
    prerequisite = total if stage in {ColdSync.RUNNING, ColdSync.COMPLETE} else 0
    postrequisite = total if stage is ColdSync.COMPLETE else 0
    rows = (
        ("CS Prereq", prerequisite),
        ("   1. if_state sync", prerequisite),
        ("   2. fabric link", total if scene.world.state.links.fabric and prerequisite else 0),
        ("   3. policy data sync", prerequisite),
        ("   4. cp ready", prerequisite),
        ("   5. VPN data sync", prerequisite),
        ("CS RTO sync", total if stage is ColdSync.COMPLETE else done),
        ("CS Postreq", postrequisite),
    )
    return [f"{name:<24}{count} of {total} SPUs completed" for name, count in rows]


def cold_synchronization(scene: Scene, query: Query) -> Element:
    """`information detail coldsync`: who is done, progress, cumulative statistics, events [R]."""
    here, names = scene.here, pfe_names(scene.spec, scene.node)
    done = names if here.cold_sync is ColdSync.COMPLETE else names[: here.cold_sync_spus_done]
    unknown = names if here.cold_sync is ColdSync.UNKNOWN else []
    waiting = [name for name in names if name not in done and name not in unknown]
    return node(
        "cold-synchronization-monitoring-information",
        node(
            "cold-synchronization-status-information",
            leaf("cold-synchronization-completed", " ".join(done) or "N/A"),
            leaf("cold-synchronization-not-completed", " ".join(waiting) or "N/A"),
            leaf("cold-synchronization-unknown", " ".join(unknown) or "N/A"),
            leaf("cold-synchronization-weight", 0 if len(done) == len(names) else 255),
        ),
        *(leaf("cold-synchronization-progress", line) for line in progress_lines(scene)),
        node(
            "cold-synchronization-statistics",
            leaf("current-cold-synchronization-completed", here.cold_sync_completed),
            leaf("current-cold-synchronization-failed", here.cold_sync_failed),
        ),
        node(
            "cold-synchronization-events",
            *(
                leaf(
                    "cold-synchronization-event",
                    f"{event_date(clock_of(scene.world, scene.node, at))} : {text}",
                )
                for at, text in here.cold_sync_events[-8:]
            ),
        ),
    )


def issu_information(scene: Scene, query: Query) -> Element:
    """`information issu`: progress and events; their wording is [U], the elements are [Y]."""
    return node(
        "issu-information",
        *(leaf("cold-synchronization-progress", line) for line in progress_lines(scene)),
        *(
            leaf(
                "chassis-cluster-issu-event", f"{event_date(clock_of(scene.world, scene.node, at))} : {text}"
            )
            for at, text in scene.here.issu_events[-20:]
        ),
    )


SHOWS = (
    read_only(
        "show chassis cluster information issu",
        "get-chassis-cluster-issu-information",
        issu_information,
        cluster_text.issu,
    ),
    read_only(
        "show chassis cluster information detail coldsync",
        "get-chassis-cluster-cold-synchronization-information",
        cold_synchronization,
        cluster_text.cold_sync,
        since=NEW_API,
    ),
)
