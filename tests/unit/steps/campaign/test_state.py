"""A cluster's own part of the account says of it what the whole account says."""

from __future__ import annotations

import random

import pytest

from srx_issu.campaign.budget import counted
from srx_issu.campaign.entry import is_about
from srx_issu.campaign.model import Budget
from srx_issu.campaign.state import CampaignState, read_state
from tests.fakes.campaign_events import CLUSTERS, random_entries


def of_one(state: CampaignState, name: str) -> tuple[object, ...]:
    """All that a decision about one cluster is made of."""
    order = state.orders_given.get(name)
    return (
        state.results.get(name),
        state.reasons.get(name),
        state.attempt(name),
        order,
        state.ordered_at.get(name),
        name in state.in_flight,
        state.taken.get(name),
        order and (order.run_id in state.proved, state.denied.get(order.run_id)),
        counted(state.results, Budget(), state.accepted),
        state.opened,
        state.orders(None),
        state.approved,
    )


@pytest.mark.parametrize("seed", range(200))
def test_what_is_left_out_decides_nothing_about_a_cluster(seed: int) -> None:
    entries = random_entries(random.Random(seed), 60)
    whole = read_state(entries)
    for name in CLUSTERS:
        own = read_state(entry for entry in entries if is_about(entry, (name,)))
        assert of_one(own, name) == of_one(whole, name)
