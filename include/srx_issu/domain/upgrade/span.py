"""How far one upgrade may go: Juniper's policy of releases ahead, over a calendar of feature releases.

The figures are the operator's ``policy/releases.yaml``. What it does not say (a release that is missing,
whether one is EEOL) is never guessed: the answer is a reason to ask a person, with the hops where they are
known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from srx_issu.domain.junos.release_range import ReleaseRange
from srx_issu.domain.junos.version import JunosVersion, parse

Main = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class FeatureRelease:
    """One MAJOR.MINOR with all its R releases."""

    main: Main
    is_extended: bool | None = None  # EEOL: extended end of life; None = not found
    published: date | None = None  # its first R release; None = not found
    follows_gap: bool = False  # between it and the one before are others that are not listed

    def __str__(self) -> str:
        return f"{self.main[0]}.{self.main[1]}"


@dataclass(frozen=True, kw_only=True)
class SpanRule:
    """How far an upgrade to one of these releases may go. None = not found, so a person is asked."""

    target: ReleaseRange
    releases_ahead: int | None
    extended_ahead: int | None  # from an EEOL release: to one of so many next EEOL releases
    source: str


@dataclass(frozen=True, kw_only=True)
class ReleaseCalendar:
    """``releases`` oldest first; the first of ``rules`` whose target fits counts."""

    releases: tuple[FeatureRelease, ...] = ()
    rules: tuple[SpanRule, ...] = ()

    @cached_property
    def _places(self) -> Mapping[Main, int]:
        return {release.main: place for place, release in enumerate(self.releases)}

    @cached_property
    def _rules(self) -> tuple[SpanRule | None, ...]:
        """For each release the rule that counts for an upgrade to it."""
        names = [parse(f"{release}R1") for release in self.releases]
        return tuple(next((r for r in self.rules if r.target.contains(name)), None) for name in names)

    @cached_property
    def _hops_found(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """A fleet asks about the same few pairs again and again."""
        return {}

    def reason_to_ask(self, old: JunosVersion, new: JunosVersion) -> str | None:
        """Why a person must decide about this pair of the R line; None when it is within the policy.

        The policy is one of "upgrades and downgrades" (release notes 13.2); on the way down, what is said of
        the later release counts.
        """
        if old.main == new.main:
            return None
        is_down = new.main < old.main
        first, last = (self._places.get(main) for main in sorted((old.main, new.main)))
        if first is None or last is None:
            unknown = next(_short(main) for main in (old.main, new.main) if main not in self._places)
            return f"policy/releases.yaml does not have {unknown}: how far an upgrade may go is not known"
        if gap := self._gap(first, last):
            return f"policy/releases.yaml has a gap before {gap}: how many releases are passed is not known"
        rule = self._rules[last]
        if rule is None or rule.releases_ahead is None:
            what = f"a downgrade from {_short(old.main)}" if is_down else f"an upgrade to {_short(new.main)}"
            return f"how far {what} may go was not found{f' ({rule.source})' if rule else ''}"
        if self._is_within(first, last):
            return None
        far = f"{last - first} releases {'back' if is_down else 'ahead'}"
        return (
            f"{_short(old.main)} to {_short(new.main)} is {far}: {self._limit(rule, first, last)} "
            f"({rule.source}); {self._hops(first, last, is_down=is_down)}"
        )

    def _limit(self, rule: SpanRule, first: int, last: int) -> str:
        limit = f"{rule.releases_ahead} at a time are supported"
        if not rule.extended_ahead:
            return limit
        next_ones = f"or from an EEOL release to the next {rule.extended_ahead} EEOL releases"
        return f"{limit}, {next_ones}{self._unknown(first, last)}"

    def _unknown(self, first: int, last: int) -> str:
        """What would have to be known for the rule of EEOL releases."""
        ends = [self.releases[place] for place in (first, last)]
        if any(release.is_extended is False for release in ends):
            return ""
        unknown = [str(r) for r in self.releases[first : last + 1] if r.is_extended is None]
        return f" (not known of {', '.join(unknown)})" if unknown else ""

    def _gap(self, first: int, last: int) -> FeatureRelease | None:
        return next((each for each in self.releases[first + 1 : last + 1] if each.follows_gap), None)

    def _is_within(self, first: int, last: int) -> bool:
        """What is not known to be EEOL counts as one when it lies between, and as none at the ends."""
        rule = self._rules[last]
        if rule is None or rule.releases_ahead is None or self._gap(first, last):
            return False
        if last - first <= rule.releases_ahead:
            return True
        ends = (self.releases[first].is_extended, self.releases[last].is_extended)
        if ends != (True, True) or rule.extended_ahead is None:
            return False
        extended = sum(release.is_extended is not False for release in self.releases[first + 1 : last + 1])
        return extended <= rule.extended_ahead

    def _hops(self, first: int, last: int, *, is_down: bool) -> str:
        if (first, last) not in self._hops_found:
            self._hops_found[first, last] = self._fewest_hops(first, last)
        hops = self._hops_found[first, last]
        if not hops:
            return "no way in hops is known"
        names = " → ".join(str(self.releases[place]) for place in (reversed(hops) if is_down else hops))
        return f"in hops: {names}, each {'a downgrade' if is_down else 'an upgrade'} of its own"

    def _fewest_hops(self, first: int, last: int) -> tuple[int, ...]:
        """Places from the earlier release to the later one, each step as far as it may go; empty = no way."""
        before: dict[int, int] = {first: first}
        row = [first]
        while row and last not in before:
            reached = []
            for place in row:
                for following in range(last, place, -1):
                    if following not in before and self._is_within(place, following):
                        before[following] = place
                        reached.append(following)
            row = reached
        if last not in before:
            return ()
        hops = [last]
        while hops[-1] != first:
            hops.append(before[hops[-1]])
        return tuple(reversed(hops))


@dataclass(frozen=True, kw_only=True)
class KnownProblem:
    """Something to know before this pair of releases; decides nothing."""

    models: frozenset[str]  # empty = every model
    running: ReleaseRange
    target: ReleaseRange
    problem: str
    source: str

    def concerns(self, model: str, old: JunosVersion, new: JunosVersion) -> bool:
        """Also where the releases cannot be compared: better shown in vain than kept back."""
        if self.models and model not in self.models:
            return False
        return self.running.contains(old) is not False and self.target.contains(new) is not False

    def __str__(self) -> str:
        return f"{self.problem} ({self.source})"


def _short(main: Main) -> str:
    return f"{main[0]}.{main[1]}"
