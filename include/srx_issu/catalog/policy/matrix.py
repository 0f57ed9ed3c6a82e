"""``policy/support.yaml``: which platform has ISSU, from where to where, and what its procedure needs.

Only the file's form; the judgement is ``domain/upgrade/support.py``'s.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import Family, FileEntry, Mark, ModelName, Text, wrong
from srx_issu.domain.junos.release_range import ReleaseRange, parse_mark
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.support import HoldTimer, InService, Platform, SupportMatrix, SupportRule

SECTIONS = ("platforms", "rules")


class RangeEntry(FileEntry):
    """A range of releases; all conditions given must hold, none = every release."""

    at_least: Mark | None = Field(
        None, description="This release or later on its line, or 17.4 for any 17.4."
    )
    below: Mark | None = Field(None, description="Earlier than this one.")
    within: tuple[Mark, ...] = Field(
        (), description="One of these: 17.4, 15.1X49, 24.4R1 (with its S releases)."
    )

    def to_domain(self) -> ReleaseRange:
        return ReleaseRange(
            at_least=parse_mark(self.at_least) if self.at_least else None,
            below=parse_mark(self.below) if self.below else None,
            within=tuple(parse_mark(text) for text in self.within),
        )


def _holds_some_release(entry: RangeEntry) -> RangeEntry:
    """A rule that never counts would leave its pairs to the next one."""
    if why := entry.to_domain().why_empty:
        raise wrong(why, "mend the range, or take the entry out")
    return entry


Range = Annotated[RangeEntry, AfterValidator(_holds_some_release)]


class HoldTimerEntry(FileEntry):
    """How long the primary waits for the secondary's first reboot."""

    from_release: Mark = Field(description="From this running release on.")
    seconds: int = Field(gt=0, le=86_400)


class PlatformEntry(FileEntry):
    """One or more models with the same answers."""

    models: tuple[ModelName, ...] = Field(min_length=1)
    in_service: InService = Field(description="issu, icu (in-band cluster upgrade only), refused, or ask.")
    from_release: Mark | None = Field(None, description="First running release with ISSU.")
    reason: Text = Field(description="Why, with the source; shown to operators.")
    software: SoftwareFamily = Field(SoftwareFamily.SYSTEM, description="Family of request commands.")
    routing_engines: dict[Literal["RE1", "RE2", "RE3"], SoftwareFamily] = Field(
        default_factory=dict, description="Where the routing engine decides on the commands."
    )
    image_families: tuple[Family, ...] = Field((), description="Products in image names; empty = not known.")
    snapshot: bool = Field(False, description="Whether it makes a snapshot of its software.")
    unlink: bool = Field(False, description="Whether the ISSU command takes 'unlink'.")
    hold_timers: tuple[HoldTimerEntry, ...] = Field((), description="900 s where none applies.")
    optional_packages: tuple[Text, ...] = Field(
        (), description="Packages that the image does not bring, by their name in 'show version'."
    )
    node1_first_slot: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Number of node1's first FPC in commands that number on from node0's; empty = not known.",
    )


class RuleEntry(FileEntry):
    """An exception: decides when both releases are in range. The first that does wins."""

    models: tuple[ModelName, ...] = Field(min_length=1)
    running: Range = Field(default_factory=RangeEntry)
    target: Range = Field(default_factory=RangeEntry)
    verdict: InService
    reason: Text


class SupportFile(FileEntry):
    """policy/support.yaml."""

    platforms: tuple[PlatformEntry, ...] | None = None
    rules: tuple[RuleEntry, ...] | None = None


def read_matrix(checked: Checked) -> SupportMatrix:
    """The sound part of the file; the faults are left in ``checked``."""
    if checked.document.is_whole:
        checked.sections(*SECTIONS)
    platforms: dict[str, Platform] = {}
    for at, entry in checked.listed("platforms", PlatformEntry).items():
        for position, model in enumerate(entry.models):
            if model in platforms:
                checked.fault(
                    f"platform {model} is defined twice", "keep one", "platforms", at, "models", position
                )
                continue
            platforms[model] = _platform(model, entry)
    rules = tuple(
        SupportRule(
            models=frozenset(entry.models),
            running=entry.running.to_domain(),
            target=entry.target.to_domain(),
            verdict=entry.verdict,
            reason=entry.reason,
        )
        for entry in checked.listed("rules", RuleEntry).values()
    )
    return SupportMatrix(platforms=platforms, rules=rules)


def _platform(model: str, entry: PlatformEntry) -> Platform:
    timers = tuple(
        HoldTimer(from_release=parse_mark(timer.from_release), seconds=timer.seconds)
        for timer in entry.hold_timers
    )
    return Platform(
        model=model,
        in_service=entry.in_service,
        reason=entry.reason,
        from_release=parse_mark(entry.from_release) if entry.from_release else None,
        software=entry.software,
        routing_engines={str(name): software for name, software in entry.routing_engines.items()},
        image_families=frozenset(entry.image_families),
        snapshot_supported=entry.snapshot,
        unlink_supported=entry.unlink,
        hold_timers=timers,
        optional_packages=frozenset(entry.optional_packages),
        node1_first_slot=entry.node1_first_slot,
    )
