"""Fleets and campaigns for the planner's tests."""

from __future__ import annotations

import random
from dataclasses import replace

from srx_issu.campaign.model import (
    Budget,
    Campaign,
    FleetCluster,
    InFlight,
    Retry,
    Selection,
    Share,
    WaveSize,
)
from srx_issu.campaign.window import Calendar

IMAGE = "junos-srxhe-x86-64-22.4R3-S2.11.tgz"
SITES = {"ber": "Europe/Berlin", "nyc": "America/New_York", "syd": "Australia/Sydney"}


def member(name: str, **changes: object) -> FleetCluster:
    plain = FleetCluster(
        name=name, model="SRX4600", site="ber", region="emea", image=IMAGE, worst_case_s=3600.0
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def campaign(**changes: object) -> Campaign:
    plain = Campaign(name="spring", target={"SRX4600": IMAGE}, select=Selection(models=("SRX4600",)))
    return replace(plain, **changes)  # type: ignore[arg-type]


def random_fleet(dice: random.Random, size: int) -> tuple[FleetCluster, ...]:
    """Three sites, some pairs and triangles in conflict, some clusters without an image."""
    groups = [f"core-{number}" for number in range(max(1, size // 4))]
    return tuple(
        member(
            f"fw-{number:04}",
            site=(site := dice.choice(sorted(SITES))),
            region="emea" if site == "ber" else "other",
            conflict_groups=frozenset(dice.sample(groups, k=min(len(groups), dice.choice((0, 0, 1, 1, 2))))),
            image=None if dice.random() < 0.03 else IMAGE,
            worst_case_s=dice.choice((3600.0, 7200.0)),
        )
        for number in range(size)
    )


def random_campaign(dice: random.Random, calendars: dict[str, Calendar]) -> Campaign:
    shares = (Share(count=1), Share(percent=10), Share(percent=50), Share(count=7))
    return campaign(
        waves=tuple(WaveSize(share=share) for share in dice.sample(shares, k=dice.randint(0, 3))),
        in_flight=InFlight(
            campaign=dice.choice((1, 3, 50)),
            per_site=dice.choice((None, 1, 20)),
            per_region=dice.choice((None, 2, 30)),
        ),
        budget=Budget(
            total=dice.choice((None, Share(count=0), Share(count=2), Share(percent=10))),
            per_wave=dice.choice((None, Share(count=1), Share(percent=20))),
        ),
        retry=Retry(rounds=dice.randint(0, 2)),
        bake_s=dice.choice((0.0, 1800.0)),
        calendars=dice.choice(({}, calendars)),
    )
