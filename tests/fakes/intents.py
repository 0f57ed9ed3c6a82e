"""An intent for tests: one SRX4600 cluster to 22.4R3-S2.11, with every value overridable."""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import Address, Cluster, Image
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, Timers
from srx_issu.domain.upgrade.support import SupportMatrix

CLUSTER = Cluster(
    name="fw-1",
    model="SRX4600",
    site="ber",
    node0=Address(host="127.0.0.1", port=2200),
    node1=Address(host="127.0.0.1", port=2201),
    connection_id="srx_default",
)
IMAGE = Image(
    file="/srv/images/junos-srxhe-x86-64-22.4R3-S2.11.tgz",
    name="junos-srxhe-x86-64-22.4R3-S2.11.tgz",
    release="22.4R3-S2.11",
    models=frozenset({"SRX4600"}),
    sha256="0" * 64,
    size_bytes=1000,
)
POLICY = Policy(timers=Timers(), limits=Limits(), tolerances={})


def intent(**changes: object) -> Intent:
    plain = Intent(
        upgrade_id="manual__1",
        cluster=CLUSTER,
        image=IMAGE,
        software=SoftwareFamily.SYSTEM,
        policy=POLICY,
        requested_by="operator",
        support=SupportMatrix(platforms={}),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
