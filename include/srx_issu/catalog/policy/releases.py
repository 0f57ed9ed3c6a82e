"""``policy/releases.yaml``: which feature releases there are, and how far one upgrade may go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from srx_issu.catalog.campaigns.fields import Date
from srx_issu.catalog.faults import Checked, nearest
from srx_issu.catalog.fields import FileEntry, Name, Text, wrong
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.domain.upgrade.span import FeatureRelease, ReleaseCalendar, SpanRule

_FEATURE = re.compile(r"[1-9][0-9]\.[0-9]")


def _feature(text: str) -> str:
    if not _FEATURE.fullmatch(text):
        raise wrong(f"{text[:80]!r} is not a feature release", "write its two numbers: 22.4")
    return text


Feature = Annotated[str, AfterValidator(_feature), Field(json_schema_extra={"pattern": _FEATURE.pattern})]
Ahead = Annotated[int, Field(ge=0, le=12)]


class ReleaseEntry(FileEntry):
    """One feature release, with all its R releases. Empty = not found, never guessed."""

    release: Feature = Field(description="Its two numbers: 22.4.")
    eeol: bool | None = Field(None, description="Whether it has an extended end of life; empty = not found.")
    published: Date | None = Field(None, description="Date of its first release; empty = not found.")
    gap: bool = Field(False, description="Before it are releases that this list does not have.")
    sources: tuple[Name, ...] = Field((), description="Names below `sources`.")


class SpanEntry(FileEntry):
    """How far an upgrade to these releases may go. The first entry whose target fits counts."""

    target: RangeEntry = Field(default_factory=RangeEntry, description="Releases that this is said of.")
    releases_ahead: Ahead | None = Field(
        None, description="So many releases ahead at a time; empty = not found: a person is asked."
    )
    eeol_ahead: Ahead | None = Field(
        None, description="From an EEOL release to one of so many next EEOL releases; empty = no such rule."
    )
    as_of: Date | None = Field(None, description="Date of the wording.")
    sources: tuple[Name, ...] = Field(min_length=1, description="Names below `sources`; operators read them.")


class ReleasesFile(FileEntry):
    """policy/releases.yaml."""

    sources: dict[Name, Text] = Field(
        default_factory=dict, description="By name: what it is, and its address."
    )
    releases: tuple[ReleaseEntry, ...] = Field((), description="Oldest first; say where some are missing.")
    spans: tuple[SpanEntry, ...] = Field((), description="How far one upgrade may go.")


def read_calendar(checked: Checked) -> ReleaseCalendar:
    """Empty where the file has faults; those are left in ``checked``."""
    entry = checked.whole(ReleasesFile) if checked.document.is_whole else None
    if entry is None:
        return ReleaseCalendar()
    for at, span in enumerate(entry.spans):
        _check_sources(checked, span.sources, entry.sources, "spans", at)
    releases: list[FeatureRelease] = []
    for at, each in enumerate(entry.releases):
        _check_sources(checked, each.sources, entry.sources, "releases", at)
        release = _release(each)
        _check_order(checked, releases, release, at)
        releases.append(release)
    rules = tuple(_rule(span) for span in entry.spans)
    return ReleaseCalendar(releases=tuple(releases), rules=rules)


def _release(entry: ReleaseEntry) -> FeatureRelease:
    major, minor = entry.release.split(".")
    return FeatureRelease(
        main=(int(major), int(minor)),
        is_extended=entry.eeol,
        published=entry.published,
        follows_gap=entry.gap,
    )


def _rule(span: SpanEntry) -> SpanRule:
    said = f"policy/releases.yaml: {', '.join(span.sources)}"
    return SpanRule(
        target=span.target.to_domain(),
        releases_ahead=span.releases_ahead,
        extended_ahead=span.eeol_ahead,
        source=f"{said}, as of {span.as_of}" if span.as_of else said,
    )


def _check_sources(
    checked: Checked, named: tuple[str, ...], known: Mapping[str, str], section: str, at: int
) -> None:
    for position, name in enumerate(named):
        if name not in known:
            place = (section, at, "sources", position)
            checked.fault(f"no source {name!r} below 'sources'", nearest(name, known), *place)


def _check_order(checked: Checked, before: list[FeatureRelease], release: FeatureRelease, at: int) -> None:
    """Both by number and, where it is known, by date: what is counted is the place in the list."""
    place = ("releases", at, "release")
    if before and before[-1].main >= release.main:
        checked.fault(f"{release} stands behind {before[-1]}", "write the oldest first", *place)
    dated = [known for known in before if known.published]
    if dated and release.published and dated[-1].published and release.published < dated[-1].published:
        found = f"{release} was published before {dated[-1]}, which is older"
        checked.fault(found, "correct the date that is wrong", *place)
