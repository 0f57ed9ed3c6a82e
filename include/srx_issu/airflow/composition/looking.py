"""Looking at clusters from a task's threads: accounts are read first, in the task's own thread, because
Airflow's connections cannot be asked for in others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.airflow.hooks.srx import SrxHook
from srx_issu.domain.cluster.model import Cluster
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.intent import Intent


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """By connection: the account, or why it cannot be used."""

    found: dict[str, Credentials | RequestRefused]

    @classmethod
    def of(cls, clusters: Iterable[Cluster]) -> Accounts:
        used = {cluster.connection_id for cluster in clusters}
        return cls(found={connection_id: _account(connection_id) for connection_id in used})

    def account(self, cluster: Cluster) -> Credentials:
        """Raises RequestRefused."""
        account = self.found[cluster.connection_id]
        if isinstance(account, RequestRefused):
            raise account
        return account


def looker(
    accounts: Accounts, tables_for: Callable[[Intent], Iterable[str]]
) -> Callable[[Intent], Observation]:
    """Asks both nodes of an intent's cluster for their status and some tables; changes nothing."""
    from srx_issu.adapters.devices.collecting import collect_state  # noqa: PLC0415 - PyEZ takes a second to import
    from srx_issu.adapters.devices.pyez import PyezClusterReader  # noqa: PLC0415

    def look(intent: Intent) -> Observation:
        account = accounts.account(intent.cluster)
        with PyezClusterReader(intent.cluster, account, intent.policy.timers) as reader:
            snapshot = reader.observe()
            state = collect_state(reader, snapshot, tables_for(intent), intent=intent, clock=SystemClock())
        return Observation(snapshot=snapshot, state=state)

    return look


def _account(connection_id: str) -> Credentials | RequestRefused:
    try:
        return SrxHook(connection_id).credentials()
    except RequestRefused as refused:
        return refused
    except Exception as error:  # noqa: BLE001 - whatever Airflow says of a missing connection
        return RequestRefused(f"connection {connection_id} cannot be used: {error}")
