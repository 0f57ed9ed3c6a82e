"""A bundle of the cluster of an upgrade, by the intent alone: no file of the operator's is read."""

from __future__ import annotations

from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.domain.upgrade.intent import Intent


def recorded(intent: Intent, account: Credentials) -> str:
    """Every question over both wires, and nothing tried. Never raises for a node."""
    from srx_issu.probe.asking import ask_everything  # noqa: PLC0415 - PyEZ takes a second to import
    from srx_issu.probe.bundle import Bundle, scrubbed, written  # noqa: PLC0415
    from srx_issu.probe.scrub import Pseudonyms  # noqa: PLC0415
    from srx_issu.probe.told import Basis  # noqa: PLC0415
    from srx_issu.probe.tried import Tried  # noqa: PLC0415
    from srx_issu.probe.version import made_by  # noqa: PLC0415

    began_at, policy = SystemClock().now(), intent.policy
    exchanges = ask_everything(
        intent.cluster, account, policy.timers, progress=lambda _: None, go_on=lambda _: None
    )
    pseudonyms = Pseudonyms()
    bundle = Bundle(
        model=intent.cluster.model,
        routing_engine=intent.cluster.routing_engine,
        basis=Basis(
            software=intent.software,
            image_path=intent.image.node_path,
            clock_skew_s=policy.limits.clock_skew_s,
        ),
        began_at=began_at,
        made_by=made_by(),
        exchanges=tuple(scrubbed(each, pseudonyms) for each in exchanges),
        tried=Tried(),
    )
    return written(bundle)
