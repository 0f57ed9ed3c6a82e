"""Accounts of campaigns by dice: orders, ends, taken names, holds and their answers, in any order.

An attempt is ordered, taken and ended once, as its key sees to.
"""

from __future__ import annotations

import random

from srx_issu.campaign.model import Result
from srx_issu.ports.campaign import CampaignEntry, CampaignEntryKind
from srx_issu.ports.journal import Json
from tests.fakes.snapshots import T0

CLUSTERS = ("a", "b", "c", "d", "e")


def random_events(dice: random.Random, number: int) -> list[CampaignEntry]:
    """At most ``number``."""
    events = [_event(dice, each) for each in range(number)]
    return list({event.key: event for event in reversed(events)}.values())[::-1]


def _event(dice: random.Random, number: int) -> CampaignEntry:
    kind = dice.choice(tuple(CampaignEntryKind))
    name = dice.choice(CLUSTERS)
    attempt = dice.choice((1, 1, 1, 2))
    wave, cluster, key = 0, None, f"{number}"
    detail: dict[str, Json] = {}
    match kind:
        case CampaignEntryKind.STARTED | CampaignEntryKind.TAKEN | CampaignEntryKind.ENDED:
            cluster = name
            detail = {"attempt": attempt, "run_id": f"spring__1__{name}", "nonce": "n"}
            key = f"{kind}:{name}:{attempt}"
            if kind is CampaignEntryKind.ENDED:
                detail["result"] = dice.choice(tuple(Result)).value
        case CampaignEntryKind.PROVED:
            cluster = name
            detail = {"run_id": f"spring__1__{name}", "refused": dice.random() < 0.3}
        case CampaignEntryKind.OPENED:
            wave = dice.randint(1, 3)
            detail = {"clusters": list(dice.sample(CLUSTERS, k=3))}
        case CampaignEntryKind.JUDGED:
            wave = dice.randint(1, 3)
            detail = {"way": dice.choice(("promote", "hold")), "round": 1}
        case CampaignEntryKind.ANSWERED:
            wave = dice.randint(1, 3)
            again, forgiven = dice.sample(CLUSTERS, k=2), dice.sample(CLUSTERS, k=1)
            detail = {"round": 1, "clusters": list(again), "forgiven": list(forgiven)}
        case CampaignEntryKind.ORDERED:
            detail = {"order": dice.choice(("pause", "resume", "resume"))}
        case CampaignEntryKind.APPROVED:
            detail = {"digest": "d", "by": "ada"}
        case _:
            pass
    return CampaignEntry(
        at=T0, kind=kind, text=f"{number}", wave=wave, cluster=cluster, key=key, detail=detail
    )
