"""``campaigns/<name>.yaml`` as it is written. What it means for a fleet is left to ``campaigns.py``."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from srx_issu.campaign.model import FAILURES, NEVER_RETRIED, OnExceeded, Result
from srx_issu.catalog.campaigns.fields import (
    REST,
    ClassPath,
    CronText,
    Date,
    Glob,
    ShareText,
    SizeText,
    TimeOfDay,
    Weekday,
    Zone,
)
from srx_issu.catalog.fields import DAY_S, FileEntry, ModelName, Name, Release, Seconds, Text, wrong
from srx_issu.domain.upgrade.route import Route

MOST_WAVES = 12  # each is a group of tasks in the DAG
MOST_ROUNDS = 3
MOST_IN_FLIGHT = 256  # runs of issu_cluster that Airflow lets be active at once

Words = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SelectEntry(FileEntry):
    """Filters; those that are given must all match, each by one of its values."""

    clusters: tuple[Glob, ...] = Field((), description="Names; `*` and `?` stand for any letters.")
    sites: tuple[Name, ...] = Field((), description="Sites of the inventory.")
    regions: tuple[Name, ...] = Field((), description="Regions of the inventory.")
    groups: tuple[Name, ...] = Field((), description="Groups of the inventory.")
    models: tuple[ModelName, ...] = Field((), description="Platforms.")
    releases: tuple[Release, ...] = Field(
        (), description="Releases that run now, as an audit or an upgrade last saw."
    )
    labels: dict[Name, Text] = Field(default_factory=dict, description="Labels; all of them must match.")


def _one_way(entry: OpenEntry) -> OpenEntry:
    given = [bool(entry.days), bool(entry.dates), entry.cron is not None]
    if sum(given) != 1:
        raise wrong("a window names none or several of days, dates and cron", "give exactly one of them")
    if entry.cron is None and entry.opens is None:
        raise wrong("a window by days or dates has no 'from'", 'add it: from: "22:00"')
    if entry.cron is not None and entry.opens is not None:
        raise wrong("a window by cron has a 'from'", "take it out: the cron line says when it opens")
    if (entry.closes is None) == (entry.hours is None):
        raise wrong("a window has both or none of to and hours", "give exactly one of them")
    return entry


class OpenEntry(FileEntry):
    """One rule by which a window opens, in local time."""

    days: tuple[Weekday, ...] = Field((), description="Weekdays on which it opens: mon to sun.")
    dates: tuple[Date, ...] = Field((), description="Dates on which it opens.")
    cron: CronText | None = Field(None, description="Opens whenever this cron line says.")
    opens: TimeOfDay | None = Field(None, alias="from", description="Opens at this time of day.")
    closes: TimeOfDay | None = Field(None, alias="to", description="Closes then; not later = the next day.")
    hours: float | None = Field(None, gt=0, le=168, description="Instead of `to`: so many hours.")


class FreezeEntry(FileEntry):
    """Dates on which nothing runs, both inclusive."""

    first: Date = Field(alias="from", description="First day.")
    last: Date = Field(alias="to", description="Last day.")
    reason: Text | None = Field(None, description="Why.")


CheckedOpen = Annotated[OpenEntry, AfterValidator(_one_way)]


class CalendarEntry(FileEntry):
    """When a site may be worked on."""

    zone: Zone = Field("UTC", description="The site's time zone, by its IANA name.")
    open: tuple[CheckedOpen, ...] = Field((), description="Windows; none = always open.")
    freeze: tuple[FreezeEntry, ...] = Field((), description="Dates on which nothing runs.")


class WindowsEntry(FileEntry):
    """Windows of all sites."""

    default: CalendarEntry | None = Field(None, description="Of sites that are not named below.")
    sites: dict[Name, CalendarEntry] = Field(default_factory=dict, description="By site.")


class InFlightEntry(FileEntry):
    """How many clusters at once."""

    campaign: int = Field(1, ge=1, le=MOST_IN_FLIGHT, description="In the whole campaign.")
    per_site: int | None = Field(None, ge=1, description="At one site.")
    per_region: int | None = Field(None, ge=1, description="In one region.")
    outages: int | None = Field(
        1, ge=1, description="By dual reboot or minimal downtime, which stop the traffic; empty = no limit."
    )


class BudgetEntry(FileEntry):
    """How many failures are allowed before nothing new starts."""

    total: ShareText | None = Field("0", description="In the campaign; empty = no limit.")
    per_wave: ShareText | None = Field(None, description="In one wave.")
    counts: tuple[Result, ...] = Field(
        tuple(sorted(FAILURES)), description="Results that count; UNKNOWN counts always."
    )
    on_exceeded: OnExceeded = Field(OnExceeded.HOLD, description="Ask a person, or stop for good.")


class GatesEntry(FileEntry):
    """Where a person is asked. A hold always asks."""

    plan: bool = Field(True, description="Before anything starts.")
    waves: bool = Field(False, description="Before every wave.")
    approvers: tuple[Words, ...] = Field((), description="Airflow users who may answer; none = everybody.")
    expiry_s: Seconds = Field(DAY_S, description="Without an answer by then: no.")


def _retriable(results: tuple[Result, ...]) -> tuple[Result, ...]:
    for result in results:
        if result.is_success or result in NEVER_RETRIED:
            raise wrong(f"{result} is not tried again", "a person must look at such a cluster first")
    return results


class RetryEntry(FileEntry):
    """What the answer 'Retry the failed' does."""

    rounds: int = Field(1, ge=0, le=MOST_ROUNDS, description="How often it is offered in one wave.")
    results: Annotated[tuple[Result, ...], AfterValidator(_retriable)] = Field(
        tuple(sorted(FAILURES - NEVER_RETRIED)), description="Results that are tried again."
    )


class SiteStagingEntry(FileEntry):
    """Limits of one site."""

    at_once: int = Field(2, ge=1, le=16, description="Copies at the same time.")
    mbit_s: float | None = Field(
        None, gt=0, le=100_000, description="Megabit a second, of all copies of the site together."
    )


class StagingEntry(SiteStagingEntry):
    """Copies the images to both nodes ahead of the window. The limits hold for each site by itself."""

    schedule: CronText | None = Field(None, description="Cron line, UTC; none = started by hand.")
    sites: dict[Name, SiteStagingEntry] = Field(
        default_factory=dict, description="Sites with limits of their own."
    )


class NotifyEntry(FileEntry):
    """Whom to tell, by one of Airflow's notifiers."""

    notifier: ClassPath = Field(description="Class of the notifier; its provider must be installed.")
    message: Words = Field("text", description="Name of the notifier's argument that takes the text.")
    subject: Words | None = Field(None, description="Name of the argument that takes the first line.")
    arguments: dict[str, str] = Field(default_factory=dict, description="Its other arguments.")


def _rest_last(waves: tuple[str, ...]) -> tuple[str, ...]:
    if REST in waves[:-1]:
        raise wrong("rest is not the last wave", "put it last: nobody is left after it")
    return waves


class CampaignFile(FileEntry):
    """A file of the folder campaigns/: one campaign."""

    target: dict[ModelName, Words] = Field(
        min_length=1, description="By model: the image, by file name or release."
    )
    routes: dict[ModelName, Route] = Field(
        default_factory=dict,
        description="By model: how both nodes come to the image; others: ISSU or ICU.",
    )
    on_site: dict[Name, Words] = Field(
        default_factory=dict,
        description="By cluster: who is at its cables; minimal_downtime is not taken without.",
    )
    select: SelectEntry = Field(description="Which clusters.")
    exclude: SelectEntry | None = Field(None, description="Which of them not.")
    canary: tuple[Name, ...] = Field((), description="The first wave, by name.")
    waves: Annotated[
        tuple[SizeText, ...], Field(max_length=MOST_WAVES, min_length=1), AfterValidator(_rest_last)
    ] = Field(
        ("1", "10%", "50%", REST),
        description="Sizes of the waves (after the canary); percentages are of all that are selected.",
    )
    in_flight: InFlightEntry = Field(default_factory=InFlightEntry, description="How many at once.")
    windows: WindowsEntry = Field(default_factory=WindowsEntry, description="When; none = always.")
    freeze: tuple[FreezeEntry, ...] = Field((), description="Dates on which nothing runs at any site.")
    budget: BudgetEntry = Field(default_factory=BudgetEntry, description="How many failures are allowed.")
    bake_s: Annotated[float, Field(ge=0, le=30 * DAY_S)] = Field(
        0, description="Pause between two waves, seconds."
    )
    gates: GatesEntry = Field(default_factory=GatesEntry, description="Where a person is asked.")
    retry: RetryEntry = Field(default_factory=RetryEntry, description="After failures.")
    fail_back: bool = Field(
        True, description="Each group back on node0, or where its configured priority prefers."
    )
    staging: StagingEntry | None = Field(
        None, description="Images are copied ahead, by a DAG of its own; none = each upgrade copies its own."
    )
    schedule: CronText | None = Field(None, description="Cron line, UTC; none = started by hand.")
    notify: tuple[NotifyEntry, ...] = Field((), description="Whom to tell; the log is told always.")
