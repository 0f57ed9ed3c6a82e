"""Where policy asks for it: every answer of a moment as a bundle, as ``srx-issu record`` writes one.

It is for whoever wants to know later how the software has read this cluster (``srx-issu replay``). Nothing
depends on it, and nothing is tried on the nodes: they are asked once more.
"""

from __future__ import annotations

from srx_issu.domain.errors import ConnectionUnusable, DeviceError, RequestRefused
from srx_issu.domain.history.events import Observed
from srx_issu.ports.journal import bundle_name
from srx_issu.steps.context import Facts, UpgradeContext


def _keep(moment: str, context: UpgradeContext) -> Facts:
    """One a moment, whatever is tried again; one that cannot be had is a remark."""
    name = bundle_name(moment)
    if not context.intent.policy.evidence.bundle:
        return {}
    if any(kept.endswith(name) for kept in context.evidence.names(context.upgrade_id)):
        return {}
    try:
        text = context.bundle()
    except ConnectionUnusable:
        raise
    except (DeviceError, RequestRefused) as error:
        context.record(Observed(), f"no bundle was kept: {error}")
        return {}
    kept_as = context.evidence.write(context.upgrade_id, name, text)
    context.record(Observed(evidence=kept_as), f"every answer kept as {name}, without names and secrets")
    return {"bundle": kept_as}


def keep_bundle_before(context: UpgradeContext) -> Facts:
    """With the baseline. Once the ISSU was asked for, its moment is over."""
    return {} if context.known().start is not None else _keep("before", context)


def keep_bundle_after(context: UpgradeContext) -> Facts:
    """When the upgrade is verified, before the groups go back."""
    return _keep("after", context)
