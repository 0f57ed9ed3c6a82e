"""What differs between SRX models, from platforms.yaml: images, form of ISSU, hold timers, slots, PICs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from srx_lab.release import Release, parse_release


class UpgradeMethod(StrEnum):
    """How a cluster of this platform upgrades in service."""

    SYSTEM = "system"  # request system software in-service-upgrade [S][Y]
    VMHOST = "vmhost"  # request vmhost software in-service-upgrade [S][Y]
    ICU = "icu"  # in-band cluster upgrade, no-sync, both nodes reboot together [S][D]
    NONE = "none"  # refused [S]


class SoftwareLayout(StrEnum):
    """How a node keeps the release that it runs and the one that its next boot takes."""

    DUAL_ROOT = "dual-root"  # two root partitions, an install formats the other one [D][R]
    STAGED = "staged"  # Junos on a Linux host that stages the image [R][T]
    SETS = "sets"  # sets of packages, one of them 'pending' [R] on EX, on SRX [U]
    VMHOST = "vmhost"  # two sets of a VM host [R] on MX


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """One hardware model as the lab simulates it. Slots, PICs and capacities are plausible, not verified."""

    model: str
    upgrade: UpgradeMethod
    image_tokens: tuple[str, ...]
    image_template: str
    later_image_template: str  # from 24.4 on; an empty text: the same
    software: str
    first_issu: str
    icu_before: str | None
    icu_floor: str | None  # the earliest release that an ICU goes back to; None: it goes back to none
    reboot_required: bool
    snapshot: bool
    control_switch_since: str | None  # the release from which the control interface can be disabled
    long_hold: bool
    node1_slot: int
    fpc_description: str
    spus: int
    re_model: str
    control_interface: str
    fabric_port: str  # of node0
    member_port: str  # of node0, the first one that belongs to a reth
    max_sessions: int
    central_point: bool  # the first SPU serves as central point alone, and is Offline in health
    ioc3: bool  # an IOC3 behind the SPUs, two of whose PICs are Offline in health

    @property
    def chassis(self) -> str:
        """As the device calls itself: a variant is the same model with other cards ("SRX5800-RE3")."""
        return self.model.partition("-")[0]

    @property
    def fabric_ports(self) -> tuple[str, str]:
        """Of node0 and node1."""
        kind, slot, rest = re.split(r"[-/]", self.fabric_port, maxsplit=2)
        return self.fabric_port, f"{kind}-{int(slot) + self.node1_slot}/{rest}"

    @property
    def product(self) -> str:
        return self.chassis.lower()

    def image_name(self, release: str) -> str:
        is_later = self.later_image_template and parse_release(release).at_least(24, 4)
        template = self.later_image_template if is_later else self.image_template
        return template.format(release=release)

    @property
    def dual_root(self) -> bool:
        """The SRX300 line and SRX550M."""
        return self.software == SoftwareLayout.DUAL_ROOT

    def software_layout(self, running: Release) -> SoftwareLayout:
        """Of a node on that release: the SRX300 line has package sets from 24.4 on [U]."""
        if self.dual_root and running.at_least(24, 4):
            return SoftwareLayout.SETS
        return SoftwareLayout(self.software)

    def takes_icu(self, running: Release) -> bool:
        """Branch always; 1500 up to D60 and 4100/4200 up to D70 of 15.1X49, before their ISSU [D]."""
        if self.upgrade is UpgradeMethod.ICU:
            return True
        return self.icu_before is not None and running.is_earlier_than(parse_release(self.icu_before))

    def starts_issu_from(self, running: Release) -> bool:
        """Whether the platform supports ISSU at all from this release [S]."""
        return not running.is_earlier_than(parse_release(self.first_issu))

    def switches_control(self, running: Release) -> bool:
        """Whether the control interface can be disabled by configuration and by command [D]."""
        since = self.control_switch_since
        return since is not None and not running.is_earlier_than(parse_release(since))

    def hold_s(self, running: Release) -> int:
        """Hold timer of the secondary's first reboot: 2700 s from 17.4R1 on 1500/4x00, else 900 s [S]."""
        return 2700 if self.long_hold and running.at_least(17, 4) else 900

    def first_slot(self, node: str) -> int:
        return 0 if node == "node0" else self.node1_slot


class BadPlatforms(ValueError):
    """What is wrong with the file of models."""


def read_platforms(path: Path) -> dict[str, Platform]:
    """The models of a file, each with what it has of its own and of the one it is like."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = {**raw["kinds"], **raw["models"]}
        return {name: _platform(name, _whole(name, known)) for name in raw["models"]}
    except BadPlatforms as error:
        raise BadPlatforms(f"{path}: {error}") from None


def _whole(name: str, known: Mapping[str, Any], below: tuple[str, ...] = ()) -> dict[str, Any]:
    if name not in known or name in below:
        raise BadPlatforms(
            f"{below[-1] if below else name} is like {name!r}, which is not there or like itself"
        )
    own = dict(known[name])
    like = own.pop("like", None)
    return {**(_whole(like, known, (*below, name)) if like else {}), **own}


def _platform(name: str, values: dict[str, Any]) -> Platform:
    wanted = {field.name for field in fields(Platform)} - {"model"}
    if wrong := sorted(wanted ^ set(values)):
        lines = [f"{'has no' if each in wanted else 'unknown key'} {each!r}" for each in wrong]
        raise BadPlatforms(f"{name}: {', '.join(lines)}")
    try:
        parse_release(values["first_issu"])
        upgrade = UpgradeMethod(values["upgrade"])
        SoftwareLayout(values["software"])
    except ValueError as error:
        raise BadPlatforms(f"{name}: {error}") from None
    made = {**values, "upgrade": upgrade, "image_tokens": tuple(values["image_tokens"])}
    return Platform(model=name, **made)


PLATFORMS = read_platforms(Path(__file__).with_name("platforms.yaml"))

_IMAGE = re.compile(
    r"^junos-(?P<token>[a-z0-9-]+?)(?:-x86-64)?-(?P<release>\d+\.\d+[RX][^/]*?)(?:-domestic|-linux)?\.tgz$"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageName:
    """What an image's file name promises."""

    token: str
    release: str


def parse_image_name(name: str) -> ImageName | None:
    """Read `junos-srxhe-x86-64-22.4R3-S2.11.tgz`; None for media images and anything else."""
    found = _IMAGE.match(name)
    if found is None or "media" in found["token"]:
        return None
    return ImageName(token=found["token"], release=found["release"])
