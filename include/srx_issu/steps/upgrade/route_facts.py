"""What is known of one cluster beside its releases, as far as a route needs it.

Who is on site by the request, a path beside the cluster by the inventory, the old image by the catalogue,
encryption of the HA link by the configuration that the nodes showed. What none of them tells stays unknown,
and a person decides.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.leads_back import old_image_of
from srx_issu.steps.baseline import baseline_state
from srx_issu.steps.context import UpgradeContext


def route_conditions(
    context: UpgradeContext, before: Snapshot, state: ClusterState | None = None
) -> RouteConditions:
    """``state`` None: that of the baseline, where one was taken."""
    intent, so_far = context.intent, context.known()
    if state is None and so_far.baseline is not None:
        state = baseline_state(so_far, context.evidence)
    old = old_image_of(intent, before)
    return RouteConditions(
        has_path_beside_cluster=intent.cluster.has_path_beside,
        is_old_image_staged=None if old is None else old.image is not None,
        missing_image=old.missing if old is not None and old.image is None else None,
        is_person_on_site=True if intent.on_site else None,
        is_ha_link_encrypted=None if state is None else is_ha_link_encrypted(state),
    )


def is_ha_link_encrypted(state: ClusterState) -> bool | None:
    """None: the configuration was not read, or not understood."""
    shown = state.cluster_features
    if not isinstance(shown, Rows) or not shown.rows:
        return None
    return any(row.ha_link_encryption for row in shown.rows)
