"""Faults of the way without ISSU: people at the cables, nodes that run alone, commits that do not hold."""

from __future__ import annotations

from srx_lab.machine.fault_spec import Route, Scope, U, spec

CABLE_FAULTS = (
    spec(
        "person_takes_the_wrong_cable",
        "who is asked for a cable takes the other link's, or the one of `cable`",
        U,
        Scope.CLUSTER,
        route=Route.MINIMAL_DOWNTIME,
        cable="",
    ),
    spec(
        "person_does_nothing",
        "who is asked for a cable leaves it, and says it is done",
        U,
        Scope.CLUSTER,
        route=Route.MINIMAL_DOWNTIME,
    ),
    spec(
        "person_is_late",
        "who is asked for a cable takes it `late_s` later",
        U,
        Scope.CLUSTER,
        route=Route.MINIMAL_DOWNTIME,
        late_s="600",
    ),
    spec(
        "person_plugs_too_early",
        "a cable that was pulled is put in again `after_s` later",
        U,
        Scope.CLUSTER,
        route=Route.MINIMAL_DOWNTIME,
        after_s="300",
    ),
    spec(
        "link_comes_back",
        "the cables of `link` are put in `after_s` later, by somebody else",
        U,
        Scope.CLUSTER,
        route=Route.MINIMAL_DOWNTIME,
        link="control",
        after_s="0",
    ),
    spec(
        "commit_refused",
        "a commit is refused in the given `words`",
        U,
        Scope.NODE,
        route=Route.MINIMAL_DOWNTIME,
        words="error: configuration check-out failed",
    ),
    spec(
        "confirmation_lost",
        "a commit that confirms another is answered as done, and the other is rolled back all the same",
        U,
        Scope.NODE,
        route=Route.MINIMAL_DOWNTIME,
    ),
    spec(
        "halt_lost",
        "a halt is answered as always, and not done",
        U,
        Scope.NODE,
        route=Route.MINIMAL_DOWNTIME,
    ),
    spec(
        "power_lost_after_commit",
        "power fails right behind the next commit, and is back after `off_s` and a boot",
        U,
        Scope.SECONDARY,
        route=Route.MINIMAL_DOWNTIME,
        off_s="60",
    ),
)

IN_APART = ("boots_old_release", "node_never_comes_back", "control_link_down", "both_nodes_primary")
"""Faults of other routes that nodes apart have, too."""
