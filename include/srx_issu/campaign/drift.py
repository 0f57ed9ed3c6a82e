"""What the operator's files say differently now from the plan that was approved. Pure.

Only what is still to run is compared: a cluster that is done has changed, that is the purpose.
"""

from __future__ import annotations

from collections.abc import Collection

from srx_issu.campaign.plan import CampaignPlan


def drift(approved: CampaignPlan, now: CampaignPlan, still_to_run: Collection[str]) -> tuple[str, ...]:
    """In words, one line a difference; empty = what was approved is what would run."""
    found: list[str] = []
    if approved.settings != now.settings:
        found.append("the campaign's file was changed: limits, windows, budget, waves or gates")
    reasons = {left.name: left.reason for left in now.left_out}
    for cluster in approved.clusters:
        if cluster.name not in still_to_run:
            continue
        today = now.cluster(cluster.name)
        if today is None:
            found.append(f"{cluster.name} is not taken any more: {reasons.get(cluster.name, 'not selected')}")
        elif today.image != cluster.image:
            found.append(f"{cluster.name}: image {cluster.image} was approved, now it is {today.image}")
        elif today.route is not cluster.route:
            found.append(f"{cluster.name}: route {cluster.route} was approved, now it is {today.route}")
        elif today.outage != cluster.outage:
            found.append(f"{cluster.name}: its traffic was to stop for {cluster.outage}, now {today.outage}")
        elif today.conflict_groups != cluster.conflict_groups or today.site != cluster.site:
            found.append(f"{cluster.name}: its site or conflict groups were changed")
        elif today.facts != cluster.facts:
            found.append(f"{cluster.name}: its addresses, policy or image file were changed")
    planned = {cluster.name for cluster in approved.clusters}
    added = sorted(cluster.name for cluster in now.clusters if cluster.name not in planned)
    if added:
        found.append(
            f"{len(added)} more would be taken ({', '.join(added[:5])}); they wait for the next campaign"
        )
    return tuple(found)
