"""What differs between SRX models: images, the form of ISSU, hold timers, slots and PICs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from srx_lab.release import Release


class Upgrade(StrEnum):
    """How a cluster of this platform upgrades in service."""

    SYSTEM = "system"  # request system software in-service-upgrade [S][Y]
    VMHOST = "vmhost"  # request vmhost software in-service-upgrade [S][Y]
    ICU = "icu"  # in-band cluster upgrade, no-sync, both nodes reboot together [S][D]
    NONE = "none"  # refused [S]


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """One hardware model as the lab simulates it. Slots, PICs and capacities are plausible, not verified."""

    model: str
    upgrade: Upgrade
    image_tokens: tuple[str, ...]
    image_template: str
    first_issu: tuple[int, int]
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

    def hold_s(self, running: Release) -> int:
        """Hold timer of the secondary's first reboot: 2700 s from 17.4R1 on 1500/4x00, else 900 s [S]."""
        return 2700 if self.long_hold and running.at_least(17, 4) else 900

    def first_slot(self, node: str) -> int:
        return 0 if node == "node0" else self.node1_slot


def _platform(
    model: str,
    upgrade: Upgrade,
    tokens: tuple[str, ...],
    template: str,
    *,
    first: tuple[int, int] = (10, 4),
    reboot_required: bool = False,
    snapshot: bool = False,
    long_hold: bool = False,
    slot: int = 7,
    fpc: str = "FEB",
    spus: int = 1,
    re_model: str = "SRX Routing Engine",
    control: str = "em0",
    fabric: tuple[str, str] = ("xe-0/0/2", "xe-7/0/2"),
    sessions: int = 2_000_000,
) -> Platform:
    return Platform(
        model=model,
        upgrade=upgrade,
        image_tokens=tokens,
        image_template=template,
        first_issu=first,
        reboot_required=reboot_required,
        snapshot=snapshot,
        long_hold=long_hold,
        node1_slot=slot,
        fpc_description=fpc,
        spus=spus,
        re_model=re_model,
        control_interface=control,
        fabric_ports=fabric,
        max_sessions=sessions,
    )


def _branch(model: str, slot: int, sessions: int) -> Platform:
    return _platform(
        model,
        Upgrade.ICU,
        ("srxsme",),
        "junos-srxsme-{release}.tgz",
        slot=slot,
        snapshot=True,
        control="fxp1",
        fabric=("ge-0/0/2", f"ge-{slot}/0/2"),
        re_model=f"RE-{model}",
        sessions=sessions,
    )


def _high_end(model: str, slot: int, first: tuple[int, int], *, re3: bool = False) -> Platform:
    return _platform(
        f"{model}-RE3" if re3 else model,
        Upgrade.VMHOST if re3 else Upgrade.SYSTEM,
        ("vmhost-install-srx",) if re3 else ("install-srx5000", "srx5000"),
        "junos-vmhost-install-srx-x86-64-{release}.tgz"
        if re3
        else "junos-install-srx5000-x86-64-{release}.tgz",
        first=first,
        reboot_required=True,
        snapshot=not re3,
        slot=slot,
        fpc="SRX5k SPC3",
        spus=4,
        re_model="SRX5k RE-2000x6" if re3 else "SRX5k RE-1800X4",
        control="em0",
        fabric=("xe-1/0/2", f"xe-{slot + 1}/0/2"),
        sessions=20_000_000,
    )


def _vmhost_midrange(model: str, token: str, first: tuple[int, int]) -> Platform:
    return _platform(
        model,
        Upgrade.VMHOST,
        ("vmhost-install-srx", token),
        f"junos-vmhost-install-{token}-x86-64-{{release}}.tgz",
        first=first,
        long_hold=True,
        re_model=f"{model} Routing Engine",
    )


_MIDRANGE = "junos-{token}-x86-64-{{release}}.tgz"

PLATFORMS: dict[str, Platform] = {
    platform.model: platform
    for platform in (
        _branch("SRX300", 1, 64_000),
        _branch("SRX320", 3, 64_000),
        _branch("SRX340", 5, 256_000),
        _branch("SRX345", 5, 375_000),
        _branch("SRX380", 5, 380_000),
        _branch("SRX550M", 9, 375_000),
        _platform(
            "SRX1500",
            Upgrade.SYSTEM,
            ("srxentedge",),
            _MIDRANGE.format(token="srxentedge"),
            first=(15, 1),
            long_hold=True,
            re_model="SRX Routing Engine",
        ),
        _vmhost_midrange("SRX1600", "srx1k6", (23, 4)),
        _vmhost_midrange("SRX2300", "srx2k3", (23, 4)),
        _platform(
            "SRX4100",
            Upgrade.SYSTEM,
            ("srxmr",),
            _MIDRANGE.format(token="srxmr"),
            first=(15, 1),
            long_hold=True,
        ),
        _platform(
            "SRX4200",
            Upgrade.SYSTEM,
            ("srxmr",),
            _MIDRANGE.format(token="srxmr"),
            first=(15, 1),
            long_hold=True,
        ),
        _vmhost_midrange("SRX4300", "srx4k3", (24, 2)),
        _platform(
            "SRX4600",
            Upgrade.SYSTEM,
            ("srxhe",),
            _MIDRANGE.format(token="srxhe"),
            first=(17, 4),
            long_hold=True,
            sessions=60_000_000,
        ),
        _high_end("SRX5400", 3, (12, 1)),
        _high_end("SRX5600", 7, (10, 4)),
        _high_end("SRX5800", 12, (10, 4)),
        _high_end("SRX5400", 3, (12, 1), re3=True),
        _high_end("SRX5600", 7, (10, 4), re3=True),
        _high_end("SRX5800", 12, (10, 4), re3=True),
        _platform(
            "vSRX",
            Upgrade.NONE,
            ("install-vsrx3", "vsrx"),
            "junos-install-vsrx3-x86-64-{release}.tgz",
            re_model="VSRX RE",
            fabric=("ge-0/0/3", "ge-7/0/3"),
            sessions=524_288,
        ),
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
