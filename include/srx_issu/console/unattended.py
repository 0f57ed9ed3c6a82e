"""Clusters that nobody looks after: an upgrade is open in the journal and holds its cluster, and Airflow has
no run for it that is queued or running. It was deleted, or ended without closing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from srx_issu.ports.dag_names import OWNING_DAGS
from srx_issu.ports.journal import Json, UpgradeRecord

AtWork = Callable[[Iterable[str]], frozenset[str]]  # of these run ids, those that are queued or running


@dataclass(frozen=True, kw_only=True)
class Unattended:
    """One cluster, and the command that takes it over."""

    cluster: str
    upgrade_id: str
    opened_at: datetime

    @property
    def command(self) -> str:
        return f"srx-issu recover {self.cluster} --take-over --reason '...'"

    def as_json(self) -> dict[str, Json]:
        return {
            "cluster": self.cluster,
            "upgrade_id": self.upgrade_id,
            "opened_at": self.opened_at.isoformat(),
            "command": self.command,
        }


def unattended(held: Iterable[UpgradeRecord], at_work: AtWork) -> tuple[Unattended, ...]:
    """``held``: the open upgrades that hold their cluster."""
    records = tuple(held)
    busy = at_work(record.upgrade_id for record in records) if records else frozenset()
    return tuple(
        Unattended(cluster=r.cluster, upgrade_id=r.upgrade_id, opened_at=r.opened_at)
        for r in records
        if r.upgrade_id not in busy
    )


def runs_at_work(run_ids: Iterable[str]) -> frozenset[str]:
    """Asks Airflow's database; only in the API server, which may."""
    from airflow.models.dagrun import DagRun  # noqa: PLC0415 - the rest of the console runs without Airflow
    from airflow.utils.session import create_session  # noqa: PLC0415
    from airflow.utils.state import DagRunState  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    alive = (DagRunState.QUEUED, DagRunState.RUNNING)
    query = select(DagRun.run_id).where(
        DagRun.dag_id.in_(OWNING_DAGS), DagRun.run_id.in_(tuple(run_ids)), DagRun.state.in_(alive)
    )
    with create_session() as session:
        return frozenset(session.scalars(query))
