"""Reads all of the operator's files, and gives either a whole catalogue or every fault of every file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from srx_issu.catalog.campaigns import check_campaigns
from srx_issu.catalog.checks_policy import CheckRulesEntry, merge_checks, read_checks_policy
from srx_issu.catalog.concurrency import Concurrency, read_concurrency
from srx_issu.catalog.documents import read_document
from srx_issu.catalog.failure_policy import FailureRulesEntry, merge_failures, read_failure_policy
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fleet import read_inventory, written_names
from srx_issu.catalog.folder import find_files
from srx_issu.catalog.images import read_images
from srx_issu.catalog.levels import Inventory, Levels
from srx_issu.catalog.limits import SettingsEntry, merge, read_limits
from srx_issu.catalog.matrix import read_matrix
from srx_issu.domain.errors import FileFault, OperatorFileError
from srx_issu.domain.intent import Policy
from srx_issu.domain.model import Cluster, Image
from srx_issu.domain.support import SupportMatrix


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

    def policy_for(self, cluster: Cluster, image: Image) -> Policy:
        """Timers, limits, tolerances and rules for checks, for this cluster when it takes this image."""
        policy = merge(self.limits.of(cluster, image))
        return replace(
            policy,
            checks=merge_checks(self.check_rules.of(cluster, image)),
            failures=merge_failures(self.failure_rules.of(cluster, image)),
        )


def load(files: Path) -> Catalog:
    """The catalogue in ``files``. Raises OperatorFileError with all faults when there is any."""
    catalog, faults = _read(files)
    if faults:
        raise OperatorFileError(faults)
    return catalog


def validate(files: Path) -> tuple[FileFault, ...]:
    """Every fault of every file, in order of file and line; empty when all is well. Never raises.

    ``load`` does not ask for the campaigns' files: a fault in one of them stops that campaign only.
    """
    catalog, faults = _read(files)
    campaigns = check_campaigns(files, catalog.clusters, catalog.images).values()
    return tuple(sorted({*faults, *(fault for found in campaigns for fault in found)}))


def _read(files: Path) -> tuple[Catalog, tuple[FileFault, ...]]:
    found = find_files(files)
    inventory = tuple(Checked(read_document(path)) for path in found.inventory)
    images = tuple(Checked(read_document(path)) for path in found.images)
    support, limits = Checked(read_document(found.support)), Checked(read_document(found.limits))
    checks, failures = Checked(read_document(found.checks)), Checked(read_document(found.failures))
    concurrency = Checked(read_document(found.concurrency))
    matrix = read_matrix(support)
    clusters = read_inventory(inventory)
    names = Inventory(
        groups=written_names(inventory, "groups"), clusters=written_names(inventory, "clusters")
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
    )
    checked = (*inventory, *images, support, limits, checks, failures, concurrency)
    return catalog, (*found.faults, *(fault for one in checked for fault in one.faults))
