"""Trouble in the midst of a crowd: one cluster fails with error 4.1, and requests come that will be refused.

Both must be served at once, however many upgrades run beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from srx_demo import referee
from srx_demo.campaign_scenery import CampaignScenery
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import UPGRADE_DAG

FAULT = "secondary_reboot_fails"  # error 4.1: the secondary is not back within the hold timer
FIRST_COMMAND_S, REFUSED_S = 60.0, 20.0  # what is promised
ASK_EVERY_STARTS = 5  # a request to be refused behind so many starts


@dataclass(kw_only=True)
class Trouble:
    """``look`` is to be called every few seconds while the campaign runs."""

    scenery: CampaignScenery
    api: AirflowApi
    cluster: str
    asked: dict[str, datetime] = field(default_factory=dict)  # run id -> when it was asked for

    @classmethod
    def of(cls, scenery: CampaignScenery, api: AirflowApi) -> Trouble:
        """The cluster in the middle of the crowd will fail."""
        clusters = scenery.clusters
        made = cls(scenery=scenery, api=api, cluster=clusters[len(clusters) // 2].name)
        scenery.lab.inject(FAULT, made.cluster)
        return made

    def look(self) -> None:
        """Asks for an upgrade of a cluster that is being upgraded, each few starts."""
        started = sum(referee.starts(self.scenery.lab.events()).values())
        if started >= ASK_EVERY_STARTS * (len(self.asked) + 1):
            run_id = new_run_id(self.cluster)
            conf = {"cluster": self.cluster, "image": self.scenery.image.path.name}
            self.asked[run_id] = datetime.now(UTC)
            self.api.of(UPGRADE_DAG).trigger(run_id, conf)

    def refused_s(self) -> list[float]:
        """How long each refused request took from being asked to its end."""
        runs = {run.run_id: run for run in self.api.of(UPGRADE_DAG).newest()}
        ends = ((runs[run_id].ended, asked) for run_id, asked in self.asked.items() if run_id in runs)
        return [(ended - asked).total_seconds() for ended, asked in ends if ended is not None]

    def figures(self) -> dict[str, str]:
        first, refused = self._first_command_s(), self.refused_s()
        return {
            "error 4.1 to first order": f"{first:.1f} s" if first is not None else "never",
            "refused requests": f"{len(refused)} of {len(self.asked)} ended; "
            f"{median(refused or [0]):.1f} s usually, {max(refused, default=0):.1f} s at most",
        }

    def missed(self) -> list[str]:
        """What was promised and is not so."""
        first, refused = self._first_command_s(), self.refused_s()
        found = []
        if first is None or first > FIRST_COMMAND_S:
            found.append(f"a recovery's first command within {FIRST_COMMAND_S:.0f} s of the error")
        if not refused or len(refused) < len(self.asked) or max(refused) > REFUSED_S:
            found.append(f"a refused request ends within {REFUSED_S:.0f} s")
        return found

    def _first_command_s(self) -> float | None:
        return referee.first_order_s(list(self.scenery.lab.events()), self.cluster)
