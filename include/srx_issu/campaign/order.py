"""What a campaign orders: one run of the DAG of the cluster's route, in the campaign's journal before it is
asked for.

The run's ``claim`` shows the nonce and the same configuration, so nobody's run is taken for the campaign's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.route import Route

ConfValue = str | bool | None
ROUTE_KEY = "route"  # of the run's configuration: which DAG must take it
ORDER_KEY = "campaign_order"  # of the run's configuration: {"campaign": ..., "nonce": ...}


@dataclass(frozen=True, kw_only=True)
class UpgradeOrder:
    """One run, as ordered. ``nonce`` empty: by an older version, which ordered without."""

    campaign_id: str
    cluster: str
    attempt: int
    run_id: str
    nonce: str
    conf: Mapping[str, ConfValue]  # the run's parameters, without the order itself
    image_sha256: str
    facts: str  # see campaign.model.Member

    @property
    def route(self) -> Route:
        """Whose DAG runs it. An order without one is of an ISSU."""
        return Route(str(self.conf.get(ROUTE_KEY) or Route.ISSU))

    @property
    def digest(self) -> str:
        """Of everything that is ordered."""
        content = [self.run_id, dict(self.conf), self.image_sha256, self.facts]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def whole_conf(self) -> dict[str, ConfValue | dict[str, str]]:
        """What the run is started with."""
        if not self.nonce:
            return dict(self.conf)
        return {**self.conf, ORDER_KEY: {"campaign": self.campaign_id, "nonce": self.nonce}}


def check_order(order: UpgradeOrder, conf: Mapping[str, object]) -> None:
    """Whether a run with this configuration is what was ordered. Raises RequestRefused."""
    shown = conf.get(ORDER_KEY)
    nonce = str(shown.get("nonce") or "") if isinstance(shown, dict) else ""
    if not order.nonce or not hmac.compare_digest(nonce.encode(), order.nonce.encode()):
        raise RequestRefused(
            f"run {order.run_id} has a name that campaign {order.campaign_id} has ordered, but does not show "
            "the order: it is not the campaign's run and is not started; the campaign takes another name"
        )
    given = {key: value for key, value in conf.items() if key != ORDER_KEY}
    if given != dict(order.conf):
        changed = sorted(key for key in {*given, *order.conf} if given.get(key) != order.conf.get(key))
        raise RequestRefused(
            f"run {order.run_id} was not ordered like this by campaign {order.campaign_id}: "
            f"{', '.join(changed)} differ from the order in its journal"
        )


def check_unchanged(order: UpgradeOrder, image_sha256: str, facts: str) -> None:
    """Whether the files still say what was approved. Raises RequestRefused."""
    if order.image_sha256 and image_sha256 != order.image_sha256:
        raise RequestRefused(
            f"the image of {order.cluster} was approved with SHA-256 {order.image_sha256}, and the catalogue "
            f"says {image_sha256} now; put the file back, or plan a new campaign"
        )
    if order.facts and facts != order.facts:
        raise RequestRefused(
            f"addresses, image or policy of {order.cluster} were changed in the files since the campaign's "
            "plan was approved; put them back, or plan a new campaign"
        )
