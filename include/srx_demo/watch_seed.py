"""Writes the upgrades that ``make bench-watch`` has watched: journal, evidence, DAG runs and deferred waits.

A program of its own, in the environment of a stack: ``python -m srx_demo.watch_seed CONNECTION IMAGE``.
CONNECTION is a file with Airflow's JSON form of the nodes' connection, IMAGE a name of the catalogue. What
``claim``, ``collect_baseline`` and ``start`` leave behind is written with the product's own stores, what
Airflow's scheduler does for a wait that starts in the triggerer with Airflow's own models.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh

from srx_demo.operator_files import CONNECTION_ID
from srx_issu import catalog
from srx_issu.adapters.devices import async_login
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.ssh import SshClusterReader
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.stores import Stores, open_stores
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import BaselineTaken, Event
from srx_issu.domain.junos.job import job_name, transcript_path
from srx_issu.domain.upgrade.commands import StartIssu
from srx_issu.domain.upgrade.intent import Intent, StartMethod
from srx_issu.ports import codec
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_issu.steps.upgrade.claim import claim
from srx_issu.steps.upgrade.start_issu import START_KEY

WAIT = "issu.wait_for_secondary_upgrade"
_STARTER = NodeName.NODE0
_A_TRANSACTION = 50  # runs


def run_id(cluster: str) -> str:
    return f"bench__{cluster}"


def transcript_of(cluster: str) -> str:
    """Where the ISSU of a cluster's upgrade writes its transcript, on node0."""
    return transcript_path(job_name(run_id(cluster)))


def seed(connection: str, image: str) -> None:
    intents = _intents(image)
    before = asyncio.run(_look(intents[0], _account(connection)))
    stores = open_stores()
    for intent in intents:
        _begin(intent, replace(before, cluster=intent.cluster.name), stores)
    _write_connection(connection)
    _write_dag()
    _defer([intent.upgrade_id for intent in intents])


def _intents(image: str) -> list[Intent]:
    known = load_catalog()
    asked = (
        catalog.UpgradeRequest(
            upgrade_id=run_id(name), cluster=name, image=image, requested_by="bench", needs_approval=False
        )
        for name in sorted(known.clusters)
    )
    return [catalog.resolve(known, request) for request in asked]


def _account(connection: str) -> Credentials:
    told = json.loads(connection)
    return Credentials(
        username=told["login"], password=told["password"], known_hosts=told["extra"]["known_hosts"]
    )


async def _look(first: Intent, account: Credentials) -> Snapshot:
    """One for all: the simulated clusters are alike until their ISSU starts."""
    cluster = first.cluster

    async def connect(node: NodeName) -> asyncssh.SSHClientConnection:
        return await async_login.connect(node, cluster.address(node), account)

    reader = SshClusterReader(cluster.name, connect, first.policy.timers)
    try:
        found = await reader.observe()
    finally:
        await reader.close()
    if not found.both_reachable:
        raise SystemExit(f"{cluster.name} does not answer")
    return found


def _begin(intent: Intent, before: Snapshot, stores: Stores) -> None:
    """Claimed, looked at, and asked for its ISSU: from here on the upgrade waits."""
    now, upgrade = datetime.now(UTC), intent.upgrade_id
    claim(intent, stores.journal, stores.leases, now)
    kept = stores.evidence.write(upgrade, "baseline-snapshot.json", codec.dumps(before))
    command = StartIssu(image_path=intent.image.node_path, software=intent.software).cli
    intended = CommandIntended(
        sending=Sending.START,
        node=_STARTER,
        command=command,
        permit_id=None,
        once=START_KEY,
        key=START_KEY,
        method=StartMethod.SHELL,
        transcript=transcript_of(intent.cluster.name),
    )
    sent = CommandSent(sending=Sending.START, node=_STARTER, command=command)

    def entry(event: Event, text: str) -> Entry:
        return entry_of(event, text, at=now, step="bench")

    stores.journal.record(upgrade, entry(BaselineTaken(snapshot=kept, state=kept), "baseline taken"))
    stores.journal.intend(upgrade, entry(intended, "the bench starts the ISSU itself"))
    stores.journal.record(upgrade, entry(sent, "accepted"))


def _write_connection(connection: str) -> None:
    """In Airflow's database, as in production: the host keys of thousands of nodes fit no environment."""
    from airflow.models.connection import Connection  # noqa: PLC0415 - takes seconds, needs the environment
    from airflow.utils.session import create_session  # noqa: PLC0415

    with create_session() as session:
        session.add(Connection.from_json(connection, conn_id=CONNECTION_ID))


def _write_dag() -> None:
    """Parsed and serialized as the DAG processor does it."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: PLC0415
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db  # noqa: PLC0415

    manager = DagBundlesManager()  # type: ignore[no-untyped-call]
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(
        dag_folder=bundle.path / f"{UPGRADE_DAG}.py", bundle_path=bundle.path, bundle_name=bundle.name
    )
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    sync_bag_to_db(bag, bundle.name, bundle_version=None)


def _defer(run_ids: Sequence[str]) -> None:
    from airflow.models.dagbag import DBDagBag  # noqa: PLC0415
    from airflow.utils.session import create_session  # noqa: PLC0415

    for begin in range(0, len(run_ids), _A_TRANSACTION):
        with create_session() as session:
            dag: Any = DBDagBag().get_latest_version_of_dag(UPGRADE_DAG, session=session)
            for each in run_ids[begin : begin + _A_TRANSACTION]:
                _defer_run(dag, each, session)


def _defer_run(dag: Any, upgrade_id: str, session: Any) -> None:
    """A run whose wait is deferred, everything before it done: ``DagRun.schedule_tis`` goes this way."""
    from airflow.utils.state import DagRunState, TaskInstanceState  # noqa: PLC0415
    from airflow.utils.types import DagRunTriggeredByType, DagRunType  # noqa: PLC0415

    run = dag.create_dagrun(
        run_id=upgrade_id,
        run_after=datetime.now(UTC),
        run_type=DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.REST_API,
        state=DagRunState.RUNNING,
        session=session,
    )
    before = dag.get_task(WAIT).get_flat_relative_ids(upstream=True)
    for instance in run.get_task_instances(session=session):
        if instance.task_id in before:
            instance.state = TaskInstanceState.SUCCESS
        elif instance.task_id == WAIT:
            instance.task = dag.get_task(WAIT)
            if not instance.defer_task(session=session):
                raise SystemExit(f"{WAIT} is no wait that the triggerer starts")


if __name__ == "__main__":
    seed(Path(sys.argv[1]).read_text(), sys.argv[2])
