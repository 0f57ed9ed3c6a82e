"""Faults of the way without ISSU: people at the cables, nodes that run alone, commits that do not hold."""

from __future__ import annotations

from srx_lab.machine.fault_spec import Scope, U, spec

CABLE_FAULTS = (
    spec(
        "person_takes_the_wrong_cable",
        "who is asked for a cable takes the other link's, or the one of `cable`",
        U,
        Scope.CLUSTER,
        cable="",
    ),
    spec("person_does_nothing", "who is asked for a cable leaves it, and says it is done", U, Scope.CLUSTER),
    spec(
        "person_is_late",
        "who is asked for a cable takes it `late_s` later",
        U,
        Scope.CLUSTER,
        late_s="600",
    ),
    spec(
        "person_plugs_too_early",
        "a cable that was pulled is put in again `after_s` later",
        U,
        Scope.CLUSTER,
        after_s="300",
    ),
    spec(
        "link_comes_back",
        "the cables of `link` are put in `after_s` later, by somebody else",
        U,
        Scope.CLUSTER,
        link="control",
        after_s="0",
    ),
    spec(
        "commit_refused",
        "a commit is refused in the given `words`",
        U,
        Scope.NODE,
        words="error: configuration check-out failed",
    ),
    spec(
        "power_lost_after_commit",
        "power fails right behind the next commit, and is back after `off_s` and a boot",
        U,
        Scope.SECONDARY,
        off_s="60",
    ),
    spec(
        "boots_old_release",
        "at its next boot a node comes up on the release it ran before",
        U,
        Scope.NODE,
    ),
)
