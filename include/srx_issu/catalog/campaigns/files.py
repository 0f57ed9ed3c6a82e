"""``campaigns/*.yaml`` as campaigns: one file a campaign, named after the file.

``read_campaign`` looks at one file alone and is cheap enough for DAG parsing; ``check_campaigns`` adds what
lies between the files: images, sites and clusters that do not exist. Who is taken is ``campaign/``'s.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from srx_issu.campaign.cron import parse_cron
from srx_issu.campaign.model import (
    Budget,
    Campaign,
    Gates,
    InFlight,
    Retry,
    Selection,
    SiteStaging,
    Staging,
    WaveSize,
)
from srx_issu.campaign.window import Calendar, Days, Freeze, Opening
from srx_issu.catalog.campaigns.entries import (
    CalendarEntry,
    CampaignFile,
    FreezeEntry,
    NotifyEntry,
    OpenEntry,
    SelectEntry,
    StagingEntry,
)
from srx_issu.catalog.campaigns.fields import REST, parse_share, weekday
from srx_issu.catalog.campaigns.without_target import check_models_named, warn_of_models_without_target
from srx_issu.catalog.documents import Mapping as YamlMapping
from srx_issu.catalog.documents import read_document
from srx_issu.catalog.faults import Checked, nearest
from srx_issu.catalog.folder import find_files
from srx_issu.catalog.images import of_release
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.errors import FileFault

_NAME = re.compile(r"[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*")


@dataclass(frozen=True, kw_only=True)
class CampaignDocument:
    """One file. ``campaign`` is None where the file alone has faults."""

    name: str
    path: Path
    faults: tuple[FileFault, ...] = ()
    warnings: tuple[FileFault, ...] = ()  # against the rest of the catalogue
    campaign: Campaign | None = None
    schedule: str | None = None
    staging_schedule: str | None = None
    notify: tuple[NotifyEntry, ...] = ()
    settings: str = ""  # digest of what the file says; comments do not count


def campaign_files(files: Path) -> tuple[Path, ...]:
    """In order of name; what is in them is not looked at."""
    return find_files(files).campaigns


def read_campaign(path: Path) -> CampaignDocument:
    """Never raises; a file that cannot be read is its own fault."""
    return _read(path)[0]


def campaign_file(files: Path, name: str) -> Path | None:
    """None where the folder has no file of that campaign. The others are not opened."""
    return next((path for path in campaign_files(files) if path.stem == name), None)


def check_campaigns(
    files: Path, clusters: Mapping[str, Cluster] | None, images: Mapping[str, Image]
) -> dict[str, CampaignDocument]:
    """By the campaign's name; see ``check_campaign``."""
    documents = (check_campaign(path, clusters, images) for path in campaign_files(files))
    return {document.name: document for document in documents}


def check_campaign(
    path: Path, clusters: Mapping[str, Cluster] | None, images: Mapping[str, Image]
) -> CampaignDocument:
    """With every fault of the file, those against the rest of the catalogue included; ``campaign`` is None
    only where the file alone has some. ``clusters`` None: not all of them are known, so no name can be
    called wrong."""
    document, checked, entry = _read(path)
    if entry is not None:
        if clusters is not None:
            _check_names(checked, entry, clusters)
            _check_on_site(checked, entry, clusters)
            warn_of_models_without_target(checked, entry, clusters.values())
        _check_images(checked, entry, images)
    faults = tuple(sorted({*document.faults, *checked.faults}))
    return replace(document, faults=faults, warnings=tuple(checked.warnings))


def _check_routes(checked: Checked, entry: CampaignFile) -> None:
    for model in entry.routes:
        if model not in entry.target:
            checked.fault(f"a route for {model}, which has no image", "name it under target", "routes", model)


def _read(path: Path) -> tuple[CampaignDocument, Checked, CampaignFile | None]:
    checked = Checked(read_document(path))
    entry = checked.whole(CampaignFile) if checked.document.is_whole else None
    if entry is not None:
        _check_dates(checked, entry)
        check_models_named(checked, entry)
        _check_routes(checked, entry)
    if not _is_name(path.stem):
        remedy = "use letters, digits, - and single _ between them, 64 at most"
        checked.fault(f"the file's name {path.stem!r} cannot name a campaign", remedy)
    faults = tuple(checked.faults)
    sound = entry if not faults else None
    return (
        CampaignDocument(
            name=path.stem,
            path=path,
            faults=faults,
            campaign=_campaign(path.stem, sound) if sound else None,
            schedule=sound.schedule if sound else None,
            staging_schedule=sound.staging.schedule if sound and sound.staging else None,
            notify=sound.notify if sound else (),
            settings=_digest(checked.document.root),
        ),
        checked,
        sound,
    )


def _is_name(stem: str) -> bool:
    """Two underscores end the campaign's name in the ids of its runs."""
    return len(stem) <= 64 and _NAME.fullmatch(stem) is not None


def _digest(root: YamlMapping) -> str:
    return hashlib.sha256(json.dumps(root, sort_keys=True).encode()).hexdigest()[:16]


def _check_dates(checked: Checked, entry: CampaignFile) -> None:
    places: list[tuple[tuple[str | int, ...], FreezeEntry]] = [
        (("freeze", at), freeze) for at, freeze in enumerate(entry.freeze)
    ]
    calendars = {"default": entry.windows.default} if entry.windows.default else {}
    for name, calendar in calendars.items():
        places += [(("windows", name, "freeze", at), f) for at, f in enumerate(calendar.freeze)]
    for site, calendar in entry.windows.sites.items():
        places += [(("windows", "sites", site, "freeze", at), f) for at, f in enumerate(calendar.freeze)]
    for place, freeze in places:
        if freeze.last < freeze.first:
            checked.fault(
                f"a freeze ends on {freeze.last}, before {freeze.first}", "swap from and to", *place
            )
    if not _selection(entry.select).is_empty:
        return
    checked.fault(
        "select has no filter", "name sites, groups, models ...; clusters: ['*'] takes all", "select"
    )


def _check_on_site(checked: Checked, entry: CampaignFile, clusters: Mapping[str, Cluster]) -> None:
    for name in entry.on_site:
        if name not in clusters:
            checked.fault(f"no cluster {name!r} in the inventory", nearest(name, clusters), "on_site", name)


def _check_names(checked: Checked, entry: CampaignFile, clusters: Mapping[str, Cluster]) -> None:
    known = {
        "sites": {c.site for c in clusters.values()},
        "regions": {c.region for c in clusters.values() if c.region},
        "groups": {group for c in clusters.values() for group in c.groups},
    }
    for section, given in (("select", entry.select), ("exclude", entry.exclude)):
        if given is None:
            continue
        for key, names in known.items():
            for at, name in enumerate(getattr(given, key)):
                if name not in names:
                    checked.fault(
                        f"no cluster has {key[:-1]} {name!r}", nearest(name, names), section, key, at
                    )
        for at, name in enumerate(given.clusters):
            if name not in clusters and not set(name) & {"*", "?"}:
                found = f"no cluster {name!r} in the inventory"
                checked.fault(found, nearest(name, clusters), section, "clusters", at)
    for at, name in enumerate(entry.canary):
        if name not in clusters:
            checked.fault(f"no cluster {name!r} in the inventory", nearest(name, clusters), "canary", at)
    staging = entry.staging.sites if entry.staging else {}
    for section, sites in (("windows", entry.windows.sites), ("staging", staging)):
        for site in sites:
            if site not in known["sites"]:
                remedy = nearest(site, known["sites"])
                checked.fault(f"no cluster has site {site!r}", remedy, section, "sites", site)


def _check_images(checked: Checked, entry: CampaignFile, images: Mapping[str, Image]) -> None:
    for model, wanted in entry.target.items():
        if wanted not in images and not of_release(images.values(), wanted):
            remedy = nearest(wanted, images)
            checked.fault(f"no image {wanted!r} in the catalogue", remedy, "target", model)
            continue
        for_model = [image for image in images.values() if model in image.models]
        named = [image for image in for_model if image.name == wanted]
        takers = named if wanted in images else of_release(for_model, wanted)
        if len(takers) != 1:
            found = f"{len(takers)} images of the catalogue are {wanted!r} for {model}"
            checked.fault(found, "name one by its file name", "target", model)


def _campaign(name: str, entry: CampaignFile) -> Campaign:
    canary = (WaveSize(names=entry.canary),) if entry.canary else ()
    sizes = (WaveSize() if size == REST else WaveSize(share=parse_share(size)) for size in entry.waves)
    everywhere = tuple(_freeze(freeze) for freeze in entry.freeze)
    budget = entry.budget
    return Campaign(
        name=name,
        target=entry.target,
        routes=entry.routes,
        on_site=entry.on_site,
        select=_selection(entry.select),
        exclude=_selection(entry.exclude) if entry.exclude else Selection(),
        waves=(*canary, *sizes),
        in_flight=InFlight(**entry.in_flight.model_dump()),
        calendar=_calendar(entry.windows.default or CalendarEntry(), everywhere),
        calendars={site: _calendar(given, everywhere) for site, given in entry.windows.sites.items()},
        budget=Budget(
            total=parse_share(budget.total) if budget.total is not None else None,
            per_wave=parse_share(budget.per_wave) if budget.per_wave is not None else None,
            counts=frozenset(budget.counts),
            on_exceeded=budget.on_exceeded,
        ),
        bake_s=entry.bake_s,
        gates=Gates(**entry.gates.model_dump()),
        retry=Retry(rounds=entry.retry.rounds, results=frozenset(entry.retry.results)),
        fail_back=entry.fail_back,
        staging=_staging(entry.staging) if entry.staging else None,
    )


def _staging(entry: StagingEntry) -> Staging:
    return Staging(
        everywhere=SiteStaging(at_once=entry.at_once, mbit_s=entry.mbit_s),
        sites={name: SiteStaging(**given.model_dump()) for name, given in entry.sites.items()},
    )


def _selection(entry: SelectEntry) -> Selection:
    return Selection(**entry.model_dump())


def _calendar(entry: CalendarEntry, everywhere: tuple[Freeze, ...]) -> Calendar:
    return Calendar(
        zone=entry.zone,
        openings=tuple(opening for given in entry.open for opening in _openings(given)),
        freezes=(*everywhere, *(_freeze(freeze) for freeze in entry.freeze)),
    )


def _freeze(entry: FreezeEntry) -> Freeze:
    return Freeze(first=entry.first, last=entry.last, reason=entry.reason or "")


def _openings(entry: OpenEntry) -> tuple[Opening, ...]:
    length_s = entry.hours * 3600 if entry.hours is not None else None
    if entry.cron is not None:
        line = parse_cron(entry.cron)
        days, times = line.days, line.times
    else:
        assert entry.opens is not None
        times = (entry.opens,)
        days = (
            Days(dates=frozenset(entry.dates))
            if entry.dates
            else Days(weekdays=frozenset(weekday(day) for day in entry.days))
        )
    return tuple(Opening(days=days, opens=at, closes=entry.closes, length_s=length_s) for at in times)
