"""Ranges of releases as operators write them: ``at_least: 17.4R1``, ``below: 18.1``, ``within: [15.1X49]``.

A range may not be able to tell: 12.1X47 is neither inside nor outside "12.1X46-D20 or later", because
X trains are separate lines. Then ``contains`` says None, and the caller asks a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srx_issu.domain.errors import IncomparableReleases
from srx_issu.domain.junos.version import JunosVersion, compare, parse

_MAIN = re.compile(r"([1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})")


@dataclass(frozen=True, kw_only=True)
class ReleaseMark:
    """A whole release name, or only its MAJOR.MINOR (``version`` None)."""

    main: tuple[int, int]
    version: JunosVersion | None = None

    def __str__(self) -> str:
        return str(self.version) if self.version else f"{self.main[0]}.{self.main[1]}"

    def is_reached_by(self, release: JunosVersion) -> bool | None:
        """Whether ``release`` is this one or later; None when their lines cannot be compared."""
        if release.main != self.main:
            return release.main > self.main
        if self.version is None:
            return True
        try:
            return compare(release, self.version) >= 0
        except IncomparableReleases:
            return None

    def covers(self, release: JunosVersion) -> bool:
        """Whether every part of this mark is also in ``release``: 24.4R1 covers 24.4R1-S2.3."""
        if release.main != self.main or self.version is None:
            return release.main == self.main
        mine, theirs = _parts(self.version), _parts(release)
        return mine[0] == theirs[0] and all(
            m is None or m == t for m, t in zip(mine[1:], theirs[1:], strict=True)
        )


def _parts(version: JunosVersion) -> tuple[object, ...]:
    return (
        version.kind,
        version.number,
        version.drop,
        version.service,
        version.variant,
        version.spin,
        version.build,
    )


def parse_mark(text: str) -> ReleaseMark:
    """``17.4``, ``17.4R1`` or ``15.1X49-D70``. Raises UnparsableVersion."""
    if found := _MAIN.fullmatch(text.strip()):
        return ReleaseMark(main=(int(found[1]), int(found[2])))
    version = parse(text)
    return ReleaseMark(main=version.main, version=version)


@dataclass(frozen=True, kw_only=True)
class ReleaseRange:
    """All conditions that are given must hold; a range without any contains every release."""

    at_least: ReleaseMark | None = None
    below: ReleaseMark | None = None
    within: tuple[ReleaseMark, ...] = ()

    @property
    def why_empty(self) -> str | None:
        """Why no release is in it; None: one may be."""
        least, below = self.at_least, self.below
        if least and below and _reaches(least, below):
            return f"no release is both {least} or later and before {below}"
        if not self.within:
            return None
        names = ", ".join(str(mark) for mark in self.within)
        if below and all(_reaches(mark, below) for mark in self.within):
            return f"none of {names} is before {below}"
        if least and all(mark.main < least.main for mark in self.within):
            return f"none of {names} is {least} or later"
        return None

    def contains(self, release: JunosVersion) -> bool | None:
        """None when it cannot be told, and no other condition says no."""
        answers: list[bool | None] = []
        if self.at_least:
            answers.append(self.at_least.is_reached_by(release))
        if self.below:
            reached = self.below.is_reached_by(release)
            answers.append(None if reached is None else not reached)
        if self.within:
            answers.append(any(mark.covers(release) for mark in self.within))
        return both(*answers)


def _reaches(mark: ReleaseMark, other: ReleaseMark) -> bool:
    """Whether whatever the mark begins with is ``other`` or later; False where that cannot be told."""
    if mark.main != other.main or other.version is None:
        return mark.main >= other.main
    return mark.version is not None and other.is_reached_by(mark.version) is True


def both(*answers: bool | None) -> bool | None:
    """Three-valued "and": one no is a no; otherwise one "cannot tell" is a "cannot tell"."""
    if False in answers:
        return False
    return None if None in answers else True
