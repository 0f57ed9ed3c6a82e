"""The cases of checks that an ISSU does not ask."""

from __future__ import annotations

from srx_issu.domain.upgrade.route import Route
from tests.integration.checks.case import N1, STATUS, Case, Reads, all_groups_on_node0, injected

OF_SOME_ROUTES: tuple[Case, ...] = (
    Case(
        check="groups_on_one_node",
        fails=lambda _: None,
        passes=all_groups_on_node0,
        node=None,
        words="RG0 on node0, RG1 on node0, RG2 on node1: one node must carry everything",
        reads=(Reads(STATUS, "redundancy-group-status"),),
        route=Route.MINIMAL_DOWNTIME,
    ),
    Case(
        check="boots_what_it_runs",
        fails=injected("install_pending", N1),
        words="will boot 22.4R3.25 next, which this upgrade has not installed",
        route=Route.DUAL_REBOOT,
    ),
)
