"""Junos release names: parse, order, and the namespaces a release stamps on its replies."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RELEASE = re.compile(
    r"""^(?P<major>\d+)\.(?P<minor>\d+)
        (?:R(?P<r>\d+)|X(?P<x>\d+)(?:-D(?P<d>\d+))?)
        (?:-S(?P<s>\d+))?(?:-V(?P<v>\d+))?(?:\.(?P<spin>\d+))?$""",
    re.VERBOSE,
)


class UnknownRelease(ValueError):
    """A text that is no R or X release; daily, beta and EVO builds count as unknown here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One Junos release. `spin` is None where an image name leaves it out."""

    text: str
    major: int
    minor: int
    x_train: int | None
    number: int
    service: int
    variant: int
    spin: int | None

    def key(self) -> tuple[int, int, int, int, int, int]:
        """Ordering inside one line (R releases, or one X train); the spin is not part of it."""
        return (self.major, self.minor, self.x_train or 0, self.number, self.service, self.variant)

    def is_earlier_than(self, other: Release) -> bool:
        """A downgrade seen from `other`; spins decide only when both sides have one."""
        if self.key() != other.key():
            return self.key() < other.key()
        return self.spin is not None and other.spin is not None and self.spin < other.spin

    def is_same_as(self, other: Release) -> bool:
        """Equal, a missing spin matching every spin."""
        return self.key() == other.key() and (None in (self.spin, other.spin) or self.spin == other.spin)

    def at_least(self, major: int, minor: int) -> bool:
        return (self.major, self.minor) >= (major, minor)

    @property
    def envelope_namespace(self) -> str:
        """The `junos` namespace of a reply: the full release on 24.4R1.9 [R], assumed for all [U]."""
        return f"http://xml.juniper.net/junos/{self.text}/junos"

    def body_namespace(self, area: str) -> str:
        """The default namespace of a reply body: `24.4R0` on 24.4R1.9 [R]; the R number earlier [U]."""
        if self.x_train is not None:
            release = f"{self.major}.{self.minor}X{self.x_train}"
        elif self.at_least(21, 1):
            release = f"{self.major}.{self.minor}R0"
        else:
            release = f"{self.major}.{self.minor}R{self.number}"
        return f"http://xml.juniper.net/junos/{release}/{area}"


def parse_release(text: str) -> Release:
    """Read `22.4R3-S2.11`, `15.1X49-D70.3` and the like; raises UnknownRelease."""
    found = _RELEASE.match(text.strip())
    if found is None:
        raise UnknownRelease(f"{text!r} is not a Junos R or X release")

    def number(group: str) -> int:
        return int(found[group] or 0)

    return Release(
        text=text.strip(),
        major=number("major"),
        minor=number("minor"),
        x_train=int(found["x"]) if found["x"] else None,
        number=number("d") if found["x"] else number("r"),
        service=number("s"),
        variant=number("v"),
        spin=int(found["spin"]) if found["spin"] else None,
    )
