"""Junos release names: what they mean, which of two is later, and what an image file's name says.

Grammar and order: docs/junos.md, "Release names" and "Image names". A release belongs to a *line*: all R
releases are one line, every X train is its own, and daily, internal and beta builds have no order at all.
Releases of different lines are never silently compared. Which upgrade is supported is ``support.py``'s
business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from srx_issu.domain.errors import IncomparableReleases, UnparsableVersion
from srx_issu.domain.verdict import Status, Verdict

_LONGEST = 128  # no release name comes near; keeps hostile input short
_NUMBER = r"0|[1-9][0-9]{0,8}"
_POSITIVE = r"[1-9][0-9]{0,8}"
_BUILD = r"[0-9A-Za-z](?:[0-9A-Za-z_.-]*[0-9A-Za-z])?"
_ORDERED = re.compile(
    rf"(?P<major>{_POSITIVE})\.(?P<minor>{_NUMBER})(?P<kind>[RFBX])(?P<number>{_NUMBER})"
    rf"(?:-D(?P<drop>{_POSITIVE}))?(?:-S(?P<service>{_POSITIVE}))?(?:-V(?P<variant>{_POSITIVE}))?"
    rf"(?:\.(?P<spin>{_NUMBER}))?"
)
_BUILT = re.compile(
    rf"(?P<major>{_POSITIVE})\.(?P<minor>{_NUMBER})(?:(?P<internal>I)(?P<build>{_BUILD})|-(?P<daily>[0-9]{_BUILD}))"
)


class ReleaseKind(StrEnum):
    """The letter after MAJOR.MINOR."""

    STANDARD = "R"  # 21.4R3-S5.4
    FEATURE = "F"  # 15.1F6, never on SRX so far
    TRAIN = "X"  # 15.1X49-D70.3
    BETA = "B"
    INTERNAL = "I"
    DAILY = "-"  # 19.1-20190127.0

    @property
    def is_ordered(self) -> bool:
        """Whether releases of this kind have an order at all."""
        return self in (ReleaseKind.STANDARD, ReleaseKind.FEATURE, ReleaseKind.TRAIN)


@dataclass(frozen=True, kw_only=True)
class JunosVersion:
    """One release name, taken apart. ``==`` is exact; ``same_release`` knows that a spin may be left out.

    ``<`` and its siblings raise IncomparableReleases across lines. None always means "not in the name".
    """

    major: int
    minor: int
    kind: ReleaseKind
    number: int | None = None  # of R, F, B; the train of X
    drop: int | None = None  # the D of an X train
    service: int | None = None  # S
    variant: int | None = None  # V
    spin: int | None = None  # restarts with every service release; an image's name may omit it
    build: str | None = None  # of internal and daily builds

    def __str__(self) -> str:
        main = f"{self.major}.{self.minor}{self.kind}"
        if self.build is not None:
            return f"{main}{self.build}"
        parts = (("-D", self.drop), ("-S", self.service), ("-V", self.variant), (".", self.spin))
        tail = "".join(f"{mark}{part}" for mark, part in parts if part is not None)
        return f"{main}{self.number}{tail}"

    @property
    def main(self) -> tuple[int, int]:
        """(major, minor): all that two releases of different lines have in common."""
        return (self.major, self.minor)

    @property
    def line(self) -> str | None:
        """Releases of one line have an order; None for builds that have none."""
        match self.kind:
            case ReleaseKind.STANDARD:
                return "R"
            case ReleaseKind.FEATURE:
                return f"{self.major}.{self.minor}F"
            case ReleaseKind.TRAIN:
                return f"{self.major}.{self.minor}X{self.number}"
            case _:
                return None

    def __lt__(self, other: JunosVersion) -> bool:
        return compare(self, other) < 0

    def __le__(self, other: JunosVersion) -> bool:
        return compare(self, other) <= 0

    def __gt__(self, other: JunosVersion) -> bool:
        return compare(self, other) > 0

    def __ge__(self, other: JunosVersion) -> bool:
        return compare(self, other) >= 0


@lru_cache(maxsize=1024)  # every look compares the same few names many times
def parse(text: str) -> JunosVersion:
    """A release name as shown by a node or written by an operator; surrounding blanks do not matter.

    Raises UnparsableVersion for anything outside the grammar, and for Junos OS Evolved.
    """
    name = text.strip()
    if len(name) > _LONGEST:
        raise UnparsableVersion(
            f"release {name[:40]!r}...: {len(name)} characters, expected at most {_LONGEST}"
        )
    if name.upper().endswith("-EVO"):
        raise UnparsableVersion(
            f"release {name!r} is Junos OS Evolved, which no SRX runs; take a Junos OS release"
        )
    if ordered := _ORDERED.fullmatch(name):
        return _ordered(ordered, name)
    if built := _BUILT.fullmatch(name):
        return JunosVersion(
            major=int(built["major"]),
            minor=int(built["minor"]),
            kind=ReleaseKind.INTERNAL if built["internal"] else ReleaseKind.DAILY,
            build=built["build"] or built["daily"],
        )
    raise UnparsableVersion(f"release {name!r} is not a Junos release name{_hint(name)}")


def _ordered(found: re.Match[str], name: str) -> JunosVersion:
    kind = ReleaseKind(found["kind"])
    if found["drop"] and kind is not ReleaseKind.TRAIN:
        raise UnparsableVersion(f"release {name!r}: only X trains have a -D part")

    def part(group: str) -> int | None:
        return int(found[group]) if found[group] is not None else None

    return JunosVersion(
        major=int(found["major"]),
        minor=int(found["minor"]),
        kind=kind,
        number=int(found["number"]),
        drop=part("drop"),
        service=part("service"),
        variant=part("variant"),
        spin=part("spin"),
    )


def _hint(name: str) -> str:
    if name != name.upper() and _ORDERED.fullmatch(name.upper()):
        return f"; did you mean {name.upper()!r}?"
    return "; expected something like 21.4R3-S5.4 or 15.1X49-D70.3"


def same_release(one: JunosVersion | str, other: JunosVersion | str) -> bool:
    """Whether both name the same release; a spin that one of them leaves out does not matter.

    Daily builds are compared by their date and number, because the node shows ``19.1-20190127.0`` for
    the image ``19.1-2019-01-27.0_RELEASE_191_THROTTLE`` (docs/junos.md, "Release names"). Names outside the
    grammar are the same only when they are spelt the same; never raises, so that watching goes on.
    """
    try:
        a, b = _version(one), _version(other)
    except UnparsableVersion:
        return str(one).strip() == str(other).strip()
    if a.main != b.main or a.kind is not b.kind:
        return False
    if a.kind is ReleaseKind.DAILY:
        return _same_daily(a.build or "", b.build or "")
    if a.kind is ReleaseKind.INTERNAL:
        return a.build == b.build
    return _without_spin(a) == _without_spin(b) and (a.spin == b.spin or a.spin is None or b.spin is None)


def _version(release: JunosVersion | str) -> JunosVersion:
    return release if isinstance(release, JunosVersion) else parse(release)


def _same_daily(one: str, other: str) -> bool:
    date, _, branch = one.partition("_")
    other_date, _, other_branch = other.partition("_")
    same_branch = branch == other_branch or not branch or not other_branch
    return date.replace("-", "") == other_date.replace("-", "") and same_branch


def _without_spin(version: JunosVersion) -> tuple[int, ...]:
    parts = (version.number, version.drop, version.service, version.variant)
    return (*version.main, *(part or 0 for part in parts))


def compare(one: JunosVersion, other: JunosVersion) -> int:
    """-1, 0 or 1 as ``one`` is earlier than, the same as, or later than ``other``.

    0 also when only one of them names its spin. Raises IncomparableReleases across lines and for builds
    without an order.
    """
    if same_release(one, other):
        return 0
    if one.line is None or one.line != other.line:
        raise IncomparableReleases(f"{one} and {other} cannot be compared: {_why_not(one, other)}")
    mine = (*_without_spin(one), one.spin or 0)
    theirs = (*_without_spin(other), other.spin or 0)
    return -1 if mine < theirs else 1


def _why_not(one: JunosVersion, other: JunosVersion) -> str:
    for version in (one, other):
        if not version.kind.is_ordered:
            return f"{version} is {_BUILD_WORDS[version.kind]}, which has no place in the order of releases"
    return "they belong to different release lines"


_BUILD_WORDS = {
    ReleaseKind.BETA: "a beta build",
    ReleaseKind.INTERNAL: "an internal build",
    ReleaseKind.DAILY: "a daily build",
}


def is_later(target: JunosVersion, running: JunosVersion) -> Verdict:
    """PASS when ``target`` is later than ``running``, FAIL when it is not, ERROR when nobody can tell."""
    try:
        order = compare(target, running)
    except IncomparableReleases as reason:
        if target.main < running.main:
            return Verdict(reason=f"{target} is a downgrade from {running}")
        return Verdict(status=Status.ERROR, reason=str(reason))
    if order > 0:
        return Verdict(status=Status.PASS, reason=f"{target} is later than {running}")
    if order == 0:
        return Verdict(reason=f"{target} is already running ({running})")
    return Verdict(reason=f"{target} is a downgrade from {running}")


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What an image's file name says. ``family`` is what platforms are matched by."""

    product: str  # "srxhe"; empty where the name has none
    release: JunosVersion
    is_vmhost: bool

    @property
    def family(self) -> str:
        """``srxhe``, or ``vmhost-srx`` for images that bring their host system along."""
        if self.is_vmhost:
            return f"vmhost-{self.product}" if self.product else "vmhost"
        return self.product


_IMAGE = re.compile(
    r"junos(?P<vmhost>-vmhost)?(?:-install)?(?:-(?P<product>v?srx[0-9a-z]*))?"
    r"(?:-(?:x86|mips|arm|octeon)-(?:32|64))?-(?P<release>[0-9]+\.[0-9]+[0-9A-Za-z_.-]*?)"
    r"(?:-(?:domestic|export|limited|signed))*\.tgz"
)
_NOT_INSTALLABLE = {
    ".img": "a disk image",
    ".img.gz": "a disk image",
    ".qcow2": "a virtual disk",
    ".iso": "a boot medium",
    ".ova": "a virtual appliance",
}


def image_facts(name: str) -> ImageFacts:
    """Reads an image's file name (docs/junos.md, "Image names").

    Raises UnparsableVersion for anything that an in-service upgrade cannot install: install media, disk
    images, names of other products, and names without a release.
    """
    for ending, what in _NOT_INSTALLABLE.items():
        if name.lower().endswith(ending):
            raise UnparsableVersion(f"image {name[:_LONGEST]!r} is {what}; take the .tgz install package")
    if "install-media" in name.lower():
        raise UnparsableVersion(
            f"image {name[:_LONGEST]!r} is for booting from USB or network; take the install package"
        )
    found = _IMAGE.fullmatch(name) if len(name) <= 2 * _LONGEST else None
    if found is None or not (found["product"] or found["vmhost"]):
        raise UnparsableVersion(
            f"image {name[:_LONGEST]!r} is not named like an SRX install package; "
            "expected junos-[install-|vmhost-install-]<product>-[x86-64-]<release>.tgz"
        )
    return ImageFacts(
        product=found["product"] or "", release=parse(found["release"]), is_vmhost=bool(found["vmhost"])
    )
