"""Accounts of campaigns by dice: orders, ends, taken names, holds and their answers, in any order.

An attempt is ordered, taken and ended once, as its key sees to.
"""

from __future__ import annotations

import random

from srx_issu.campaign.model import Result
from srx_issu.ports.campaign import CampaignEvent, CampaignEventKind
from srx_issu.ports.journal import Json
from tests.fakes.snapshots import T0

CLUSTERS = ("a", "b", "c", "d", "e")


def random_events(dice: random.Random, number: int) -> list[CampaignEvent]:
    """At most ``number``."""
    events = [_event(dice, each) for each in range(number)]
    return list({event.key: event for event in reversed(events)}.values())[::-1]


def _event(dice: random.Random, number: int) -> CampaignEvent:
    kind = dice.choice(tuple(CampaignEventKind))
    name = dice.choice(CLUSTERS)
    attempt = dice.choice((1, 1, 1, 2))
    wave, cluster, key = 0, None, f"{number}"
    detail: dict[str, Json] = {}
    match kind:
        case CampaignEventKind.STARTED | CampaignEventKind.TAKEN | CampaignEventKind.ENDED:
            cluster = name
            detail = {"attempt": attempt, "run_id": f"spring__1__{name}", "nonce": "n"}
            key = f"{kind}:{name}:{attempt}"
            if kind is CampaignEventKind.ENDED:
                detail["result"] = dice.choice(tuple(Result)).value
        case CampaignEventKind.PROVED:
            cluster = name
            detail = {"run_id": f"spring__1__{name}", "refused": dice.random() < 0.3}
        case CampaignEventKind.OPENED:
            wave = dice.randint(1, 3)
            detail = {"clusters": list(dice.sample(CLUSTERS, k=3))}
        case CampaignEventKind.JUDGED:
            wave = dice.randint(1, 3)
            detail = {"way": dice.choice(("promote", "hold")), "round": 1}
        case CampaignEventKind.ANSWERED:
            wave = dice.randint(1, 3)
            again, forgiven = dice.sample(CLUSTERS, k=2), dice.sample(CLUSTERS, k=1)
            detail = {"round": 1, "clusters": list(again), "forgiven": list(forgiven)}
        case CampaignEventKind.ORDERED:
            detail = {"order": dice.choice(("pause", "resume", "resume"))}
        case CampaignEventKind.APPROVED:
            detail = {"digest": "d", "by": "ada"}
        case _:
            pass
    return CampaignEvent(
        at=T0, kind=kind, text=f"{number}", wave=wave, cluster=cluster, key=key, detail=detail
    )
