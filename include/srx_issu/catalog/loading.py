"""Reads all of the operator's files, and gives either a whole catalogue or every fault of every file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from srx_issu.catalog.campaigns.files import check_campaigns
from srx_issu.catalog.documents import Document, read_document
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FileEntry
from srx_issu.catalog.folder import TABLE, find_files
from srx_issu.catalog.images import read_images
from srx_issu.catalog.inventory.fleet import read_inventory, written_names
from srx_issu.catalog.inventory.models import warn_of_unknown_models
from srx_issu.catalog.inventory.netbox import NetboxEntry, NetboxReading, document_of
from srx_issu.catalog.inventory.tabular import read_table
from srx_issu.catalog.policy.approvals import ApprovalPolicy, read_approvals
from srx_issu.catalog.policy.checks import CheckRulesEntry, merge_checks, read_checks_policy
from srx_issu.catalog.policy.concurrency import Concurrency, read_concurrency
from srx_issu.catalog.policy.deadlines import warn_of_short_deadlines
from srx_issu.catalog.policy.failures import FailureRulesEntry, merge_failures, read_failure_policy
from srx_issu.catalog.policy.known_problems import read_known_problems
from srx_issu.catalog.policy.levels import Inventory, Levels
from srx_issu.catalog.policy.limits import SettingsEntry, merge, read_limits
from srx_issu.catalog.policy.matrix import read_matrix
from srx_issu.catalog.policy.releases import read_calendar
from srx_issu.catalog.policy.routes import read_routes
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.errors import FileFault, OperatorFileError
from srx_issu.domain.upgrade.intent import Policy
from srx_issu.domain.upgrade.support import SupportMatrix

NETBOX = "netbox"


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """What the operator's files say, checked as a whole."""

    files: Path
    clusters: Mapping[str, Cluster]  # by name
    images: Mapping[str, Image]  # by file name; ``request.find_image`` takes a release too
    support_rules: SupportMatrix
    limits: Levels[SettingsEntry]
    check_rules: Levels[CheckRulesEntry]
    failure_rules: Levels[FailureRulesEntry]
    concurrency: Concurrency
    approvals: ApprovalPolicy
    is_whole: bool = True  # False: clusters stand in NetBox, which was not asked

    def policy_for(self, cluster: Cluster, image: Image) -> Policy:
        """Timers, limits, tolerances and rules for checks, for this cluster when it takes this image."""
        policy = merge(self.limits.of(cluster, image))
        return replace(
            policy,
            checks=merge_checks(self.check_rules.of(cluster, image)),
            failures=merge_failures(self.failure_rules.of(cluster, image)),
        )

    def levels_of(self, cluster: Cluster, image: Image) -> tuple[FileEntry, ...]:
        """What ``policy_for`` is made of: the same entries give the same policy."""
        files = (self.limits, self.check_rules, self.failure_rules)
        return tuple(entry for file in files for entry in file.of(cluster, image))


def load(files: Path, reading: NetboxReading | None = None) -> Catalog:
    """The catalogue in ``files``, with what was read from NetBox where they name one; without a reading its
    clusters are unknown. Raises OperatorFileError with all faults when there is any."""
    catalog, faults = _read(files, reading)
    if faults:
        raise OperatorFileError(faults)
    return catalog


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What is wrong with the files, and what may be meant but is worth a second look; by file and line."""

    faults: tuple[FileFault, ...]
    warnings: tuple[FileFault, ...]


def validate(files: Path) -> Validation:
    """Every fault and warning of every file. Never raises.

    ``load`` does not ask for the campaigns' files: a fault in one of them stops that campaign only.
    """
    catalog, faults = _read(files)
    known = catalog.clusters if catalog.is_whole else None
    campaigns = check_campaigns(files, known, catalog.images).values()
    found = find_files(files)
    limits = Checked(read_document(found.limits))
    warn_of_short_deadlines(
        limits, catalog.limits, catalog.support_rules, catalog.clusters.values(), catalog.images.values()
    )
    inventory = [Checked(inventory_document(path)) for path in found.inventory]
    if not any(fault.file == str(found.support) for fault in faults):
        for one in inventory:
            warn_of_unknown_models(one, catalog.support_rules.platforms)
    warnings = [warning for one in (limits, *inventory) for warning in one.warnings]
    return Validation(
        faults=tuple(sorted({*faults, *(fault for one in campaigns for fault in one.faults)})),
        warnings=tuple(sorted({*warnings, *(found for one in campaigns for found in one.warnings)})),
    )


def inventory_document(path: Path) -> Document:
    """A file of the folder inventory/, whatever it is written in. Never raises."""
    return read_table(path) if path.suffix == TABLE else read_document(path)


def netbox_entry(files: Path) -> NetboxEntry | None:
    """The section ``netbox`` of the inventory; None when there is none, or a faulty one. Never raises."""
    inventory = (Checked(inventory_document(path)) for path in find_files(files).inventory)
    return next((entry for one in inventory if (entry := one.entry(NETBOX, NetboxEntry))), None)


def _with_netbox(
    inventory: tuple[Checked, ...], reading: NetboxReading | None
) -> tuple[tuple[Checked, ...], bool]:
    """The documents with that of the reading, and whether all clusters are known."""
    named = [one for one in inventory if NETBOX in one.document.root]
    for one in named[1:]:
        place = f"{named[0].document.path}:{named[0].document.line(NETBOX)}"
        one.fault("section 'netbox' is defined twice", f"also defined in {place}; keep one", NETBOX)
    if not named:
        return inventory, True
    entry = named[0].entry(NETBOX, NetboxEntry)
    if entry is None or reading is None:
        return inventory, False
    return (*inventory, Checked(document_of(reading, entry, named[0].document))), True


def _read(files: Path, reading: NetboxReading | None = None) -> tuple[Catalog, tuple[FileFault, ...]]:
    found = find_files(files)
    written = tuple(Checked(inventory_document(path)) for path in found.inventory)
    inventory, is_whole = _with_netbox(written, reading)
    images = tuple(Checked(read_document(path)) for path in found.images)
    support, limits = Checked(read_document(found.support)), Checked(read_document(found.limits))
    checks, failures = Checked(read_document(found.checks)), Checked(read_document(found.failures))
    concurrency = Checked(read_document(found.concurrency))
    approvals = Checked(read_document(found.approvals))
    releases, problems = Checked(read_document(found.releases)), Checked(read_document(found.known_problems))
    routes = Checked(read_document(found.routes))
    matrix = replace(
        read_matrix(support),
        calendar=read_calendar(releases),
        known_problems=read_known_problems(problems),
        routes=read_routes(routes),
    )
    clusters = read_inventory(inventory)
    names = Inventory(
        groups=written_names(inventory, "groups"),
        clusters=written_names(inventory, "clusters") if is_whole else None,
    )
    catalog = Catalog(
        files=files,
        clusters=clusters,
        images=read_images(images, matrix),
        support_rules=matrix,
        limits=read_limits(limits, names),
        check_rules=read_checks_policy(checks, names),
        failure_rules=read_failure_policy(failures, names),
        concurrency=read_concurrency(concurrency),
        approvals=read_approvals(approvals, names),
        is_whole=is_whole,
    )
    policy = (support, limits, checks, failures, concurrency, approvals, releases, problems, routes)
    checked = (*inventory, *images, *policy)
    return catalog, (*found.faults, *(fault for one in checked for fault in one.faults))
