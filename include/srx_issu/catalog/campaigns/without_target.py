"""Models that a campaign selects and has no image for: named outright a fault, taken by another filter a
warning, because a site may well have clusters that are not meant."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.campaign.choose import matches
from srx_issu.campaign.model import FleetCluster, Selection
from srx_issu.catalog.campaigns.entries import CampaignFile, SelectEntry
from srx_issu.catalog.faults import Checked
from srx_issu.domain.cluster.model import Cluster

_MOST_NAMES = 5


def check_models_named(checked: Checked, entry: CampaignFile) -> None:
    for at, model in enumerate(entry.select.models):
        if model not in entry.target:
            found = f"select names {model}, and target has no image for it"
            checked.fault(found, "add the model to target, or take it out here", "select", "models", at)


def warn_of_models_without_target(checked: Checked, entry: CampaignFile, clusters: Iterable[Cluster]) -> None:
    """What runs now is left aside: nobody knows it here."""
    by_model: dict[str, list[str]] = {}
    for cluster in clusters:
        if cluster.model not in entry.target and _takes(entry, cluster):
            by_model.setdefault(cluster.model, []).append(cluster.name)
    for model, names in sorted(by_model.items()):
        if model in entry.select.models:
            continue  # a fault already
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        listed = ", ".join(sorted(names)[:_MOST_NAMES])
        found = f"select takes {listed}{more}, but target has no image for {model}: left out of the campaign"
        checked.warn(found, f"add {model} to target, or exclude it", "select")


def _takes(entry: CampaignFile, cluster: Cluster) -> bool:
    member = FleetCluster(
        name=cluster.name,
        model=cluster.model,
        site=cluster.site,
        region=cluster.region,
        groups=cluster.groups,
        labels=cluster.labels,
    )
    exclude = entry.exclude or SelectEntry()
    selected = Selection(**entry.select.model_dump() | {"releases": ()})
    left_out = Selection(**exclude.model_dump())
    return matches(selected, member) and (left_out.is_empty or not matches(left_out, member))
