"""What differs between SRX models: images, the form of ISSU, hold timers, slots and PICs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from srx_lab.release import Release, parse_release


class UpgradeMethod(StrEnum):
    """How a cluster of this platform upgrades in service."""

    SYSTEM = "system"  # request system software in-service-upgrade [S][Y]
    VMHOST = "vmhost"  # request vmhost software in-service-upgrade [S][Y]
    ICU = "icu"  # in-band cluster upgrade, no-sync, both nodes reboot together [S][D]
    NONE = "none"  # refused [S]


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """One hardware model as the lab simulates it. Slots, PICs and capacities are plausible, not verified."""

    model: str
    upgrade: UpgradeMethod
    image_tokens: tuple[str, ...]
    image_template: str
    first_issu: str
    icu_before: str | None
    reboot_required: bool
    snapshot: bool
    long_hold: bool
    node1_slot: int
    fpc_description: str
    spus: int
    re_model: str
    control_interface: str
    fabric_ports: tuple[str, str]
    max_sessions: int

    @property
    def product(self) -> str:
        return self.model.lower()

    def image_name(self, release: str) -> str:
        return self.image_template.format(release=release)

    def takes_icu(self, running: Release) -> bool:
        """Branch always; 1500 up to D60 and 4100/4200 up to D70 of 15.1X49, before their ISSU [D]."""
        if self.upgrade is UpgradeMethod.ICU:
            return True
        return self.icu_before is not None and running.is_earlier_than(parse_release(self.icu_before))

    def starts_issu_from(self, running: Release) -> bool:
        """Whether the platform supports ISSU at all from this release [S]."""
        return not running.is_earlier_than(parse_release(self.first_issu))

    def hold_s(self, running: Release) -> int:
        """Hold timer of the secondary's first reboot: 2700 s from 17.4R1 on 1500/4x00, else 900 s [S]."""
        return 2700 if self.long_hold and running.at_least(17, 4) else 900

    def first_slot(self, node: str) -> int:
        return 0 if node == "node0" else self.node1_slot


_MIDRANGE = Platform(
    model="",
    upgrade=UpgradeMethod.SYSTEM,
    image_tokens=(),
    image_template="",
    first_issu="15.1X49-D80",
    icu_before=None,
    reboot_required=False,
    snapshot=False,
    long_hold=True,
    node1_slot=7,
    fpc_description="FEB",
    spus=1,
    re_model="SRX Routing Engine",
    control_interface="em0",
    fabric_ports=("xe-0/0/2", "xe-7/0/2"),
    max_sessions=2_000_000,
)


def _midrange(
    model: str, family: str, first: str, icu_before: str | None, sessions: int = 2_000_000
) -> Platform:
    return replace(
        _MIDRANGE,
        model=model,
        image_tokens=(family,),
        image_template=f"junos-{family}-x86-64-{{release}}.tgz",
        first_issu=first,
        icu_before=icu_before,
        max_sessions=sessions,
    )


def _vmhost_midrange(model: str, family: str, first: str) -> Platform:
    """The image names of these models are not known [U]."""
    return replace(
        _MIDRANGE,
        model=model,
        upgrade=UpgradeMethod.VMHOST,
        image_tokens=("vmhost-install-srx", f"vmhost-install-{family}", family),
        image_template=f"junos-vmhost-install-{family}-x86-64-{{release}}.tgz",
        first_issu=first,
        re_model=f"{model} Routing Engine",
    )


def _branch(model: str, slot: int, sessions: int) -> Platform:
    return replace(
        _MIDRANGE,
        model=model,
        upgrade=UpgradeMethod.ICU,
        image_tokens=("srxsme",),
        image_template="junos-srxsme-{release}.tgz",
        first_issu="10.4R4",
        snapshot=True,
        long_hold=False,
        node1_slot=slot,
        re_model=f"RE-{model}",
        control_interface="fxp1",
        fabric_ports=("ge-0/0/2", f"ge-{slot}/0/2"),
        max_sessions=sessions,
    )


def _high_end(model: str, slot: int, first: str) -> Platform:
    return replace(
        _MIDRANGE,
        model=model,
        image_tokens=("install-srx5000", "srx5000"),
        image_template="junos-install-srx5000-x86-64-{release}.tgz",
        first_issu=first,
        reboot_required=True,
        snapshot=True,
        long_hold=False,
        node1_slot=slot,
        fpc_description="SRX5k SPC3",
        spus=4,
        re_model="SRX5k RE-1800X4",
        fabric_ports=("xe-1/0/2", f"xe-{slot + 1}/0/2"),
        max_sessions=20_000_000,
    )


def _with_re3(platform: Platform) -> Platform:
    """The same chassis with Routing Engine 3, which is a vmhost."""
    return replace(
        platform,
        model=f"{platform.model}-RE3",
        upgrade=UpgradeMethod.VMHOST,
        image_tokens=("vmhost-install-srx",),
        image_template="junos-vmhost-install-srx-x86-64-{release}.tgz",
        snapshot=False,
        re_model="SRX5k RE-2000x6",
    )


_VSRX = replace(
    _MIDRANGE,
    model="vSRX",
    upgrade=UpgradeMethod.NONE,
    image_tokens=("install-vsrx3", "vsrx"),
    image_template="junos-install-vsrx3-x86-64-{release}.tgz",
    long_hold=False,
    re_model="VSRX RE",
    fabric_ports=("ge-0/0/3", "ge-7/0/3"),
    max_sessions=524_288,
)

_HIGH_END = (
    _high_end("SRX5400", 3, "12.1X46-D20"),
    _high_end("SRX5600", 7, "10.4R4"),
    _high_end("SRX5800", 12, "10.4R4"),
)

PLATFORMS: dict[str, Platform] = {
    platform.model: platform
    for platform in (
        _branch("SRX300", 1, 64_000),
        _branch("SRX320", 3, 64_000),
        _branch("SRX340", 5, 256_000),
        _branch("SRX345", 5, 375_000),
        _branch("SRX380", 5, 380_000),
        _branch("SRX550M", 9, 375_000),
        _midrange("SRX1500", "srxentedge", "15.1X49-D70", "15.1X49-D70"),
        _vmhost_midrange("SRX1600", "srx1k6", "23.4R1"),
        _vmhost_midrange("SRX2300", "srx2k3", "23.4R1"),
        _midrange("SRX4100", "srxmr", "15.1X49-D80", "15.1X49-D80"),
        _midrange("SRX4200", "srxmr", "15.1X49-D80", "15.1X49-D80"),
        _vmhost_midrange("SRX4300", "srx4k3", "24.2R1"),
        _midrange("SRX4600", "srxhe", "17.4R1", None, 60_000_000),
        *_HIGH_END,
        *(_with_re3(platform) for platform in _HIGH_END),
        _VSRX,
    )
}

_IMAGE = re.compile(
    r"^junos-(?P<token>[a-z0-9-]+?)(?:-x86-64)?-(?P<release>\d+\.\d+[RX][^/]*?)(?:-domestic|-linux)?\.tgz$"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageName:
    """What an image's file name promises."""

    token: str
    release: str

    def fits(self, platform: Platform) -> bool:
        return self.token in platform.image_tokens


def parse_image_name(name: str) -> ImageName | None:
    """Read `junos-srxhe-x86-64-22.4R3-S2.11.tgz`; None for media images and anything else."""
    found = _IMAGE.match(name)
    if found is None or "media" in found["token"]:
        return None
    return ImageName(token=found["token"], release=found["release"])
