"""What one step of a campaign works with. Made in ``airflow/composition/campaign.py``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import CampaignEvent, NoticeSent
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.planning import Planning
from srx_issu.ports.campaign import CampaignJournal
from srx_issu.ports.clock import Clock
from srx_issu.ports.journal import Journal, Leases


@dataclass(frozen=True, kw_only=True)
class CampaignContext:
    """Ports and facts of one campaign. ``plan_now`` raises OperatorFileError while files have faults."""

    campaign_id: str
    requested_by: str
    plan_only: bool
    plan_now: Callable[[], Planning]
    journal: CampaignJournal
    upgrades: Journal
    leases: Leases
    clock: Clock
    log: logging.Logger
    stopped: Callable[[], str | None]  # who stopped the whole fleet, and why
    notify: Callable[[str, str], None]  # first line, whole text
    not_staged: Callable[[CampaignPlan], dict[str, str]]  # cluster -> why its image is not on both nodes yet

    def record(
        self,
        event: CampaignEvent,
        text: str,
        *,
        wave: int = 0,
        cluster: str | None = None,
        key: str | None = None,
    ) -> bool:
        """Writes one entry and logs it; False when its key was there before."""
        entry = CampaignEntry(
            at=self.clock.now(), text=text, event=event, wave=wave, cluster=cluster, key=key
        )
        is_new = self.journal.record(self.campaign_id, entry)
        if is_new:
            place = f" wave {wave}" if wave else ""
            self.log.info("%s%s%s: %s", self.campaign_id, place, f" {cluster}" if cluster else "", text)
        return is_new

    def announce(self, key: str, title: str, text: str, wave: int = 0) -> None:
        """Tells people, once for each key, whatever is retried or cleared."""
        if self.record(NoticeSent(), title, wave=wave, key=f"notice:{key}"):
            self.notify(f"{self.campaign_id}: {title}", text)
