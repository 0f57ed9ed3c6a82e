"""Where rows are played in one process: databases, Airflow's settings, simulated clusters, an operator.

The settings are the embedded stack's own, so that what is played here is what is played there. Airflow reads
most of them when it is first imported: it is imported in here, and by none of the modules that tests import.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from srx_demo.lab import Lab
from srx_demo.operator_files import CONNECTION_VARIABLE, at_speed
from srx_demo.scenery import Scenery
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_recovery_id, new_run_id
from srx_issu.stack.embedded.environment import Wiring, variables
from srx_issu.stack.embedded.secrets import load_or_create
from srx_issu.stack.processes.home import Home, repository
from srx_issu.stack.processes.loaded import TASK_MODULES, load
from tests.integration.oneprocess.databases import Databases, databases
from tests.stack.airflow.other_clusters import TARGETS
from tests.stack.airflow.running_stack import PREFIXES, write_topology
from tests.stack.scenarios.outside import simulator

if TYPE_CHECKING:
    from tests.integration.oneprocess.scheduling import Scheduler

SPEED = 600.0
PAUSE_S = 0.2  # between two looks of a wait
REAL_TIME_S = 10.0  # what each deadline has more than the nodes' own time; nothing else delays a task here
WIRE = {"connect_s": 10, "rpc_s": 20}  # loopback answers in milliseconds, but for a machine that is busy
LONGEST_WAIT_S = 120.0
CLUSTERS, TWINS = 200, 20  # as many as there are rows, and as many again: one process may play them all
URL = "http://one.process.invalid"
NOT_YET = Databases(airflow="postgresql+psycopg2://nobody@/not-yet", journal="")


@dataclass(kw_only=True)
class Place:
    """A row takes a fresh cluster of its own and leaves it as it is."""

    scenery: Scenery
    scheduler: Scheduler
    lab_pid: int
    _taken: Counter[str] = field(default_factory=Counter)
    _apis: dict[str, AirflowApi] = field(default_factory=dict)

    @property
    def lab(self) -> Lab:
        return self.scenery.lab

    @property
    def environment(self) -> Mapping[str, str]:
        return os.environ

    def take_cluster(self, starter: str) -> str:
        """The name of one that no row has used; ``starter`` is primary of its RG0, or names its kind."""
        names = [c.name for c in self.scenery.clusters if c.name.startswith(PREFIXES[starter])]
        self._taken[starter] += 1
        return names[self._taken[starter] - 1]

    def trigger(self, cluster: str, **conf: Any) -> str:
        """Asks for an upgrade, as an operator does; without an approval of its start unless ``conf`` says
        otherwise. Returns the run's id."""
        run_id, image = new_run_id(cluster), self.scenery.image_for(cluster).path.name
        dag_of(self.api(), run_id).trigger(
            run_id, {"cluster": cluster, "image": image, "approval": False, **conf}
        )
        return run_id

    def recover(self, cluster: str) -> str:
        """Asks for a recovery; returns the run's id."""
        run_id = new_recovery_id(cluster)
        asked = {"cluster": cluster, "reason": "found half way"}
        dag_of(self.api(), run_id).trigger(run_id, asked)
        return run_id

    def api(self, user: str = "operator") -> AirflowApi:
        """Airflow's own REST API, in this process; the user logs in."""
        if user not in self._apis:
            self._apis[user] = AirflowApi(self.scenery.login(URL, user), transport=self._transport)
        return self._apis[user]

    @cached_property
    def _transport(self) -> httpx.BaseTransport:
        from a2wsgi import ASGIMiddleware  # noqa: PLC0415
        from airflow.api_fastapi.app import create_app  # noqa: PLC0415

        return httpx.WSGITransport(app=ASGIMiddleware(create_app(apps="core")))


@contextmanager
def place(folder: Path, session: str, process: str) -> Iterator[Place]:
    """``session`` and ``process`` name the test session and this process in it."""
    topology = write_topology(folder / "topology.yaml", CLUSTERS, TWINS, others=True)
    home = Home(root=folder / "home")
    lab = Lab(state=folder / "lab", topology=topology, speed=SPEED)
    scenery = Scenery.build(home, lab, image_mb=2, others=TARGETS)
    scenery.shortest_pause_s = PAUSE_S
    with ExitStack() as cleanup:
        cleanup.enter_context(_environment_as_it_was())
        served = cleanup.enter_context(simulator(scenery.lab, folder / "lab.log"))
        scenery.check = served.check
        _settle(home, NOT_YET)
        load(TASK_MODULES)  # by all processes at once, before they wait for each other
        urls = cleanup.enter_context(databases(session, process, _initialise))
        _settle(home, urls)
        os.environ.update(_host_keys_in_a_file(scenery.prepare(), folder / "known_hosts"))
        _hurry(home.root / "files" / "policy" / "limits.yaml")
        _connect_airflow(urls.airflow)
        scheduler = cleanup.enter_context(_scheduler())
        made = Place(scenery=scenery, scheduler=scheduler, lab_pid=served.session.sid)
        made.api().session.log_in()  # makes the API, which takes seconds
        yield made


@contextmanager
def _environment_as_it_was() -> Iterator[None]:
    """At the end."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _settle(home: Home, urls: Databases) -> None:
    """The embedded stack's variables, for this process."""
    secrets, _ = load_or_create(home)
    wiring = Wiring(
        home=home,
        repository=repository(),
        dags=repository() / "dags",
        files=home.root / "files",
        port=1,  # nobody listens: the API is in this process
        airflow_database=urls.airflow,
        journal_database=urls.journal,
        parallelism=1,
    )
    os.environ.update(variables(wiring, secrets, os.environ))
    # Where another suite of this process has loaded Airflow before, its folder is that suite's.
    os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"] = str(home.airflow / "logs")


def _host_keys_in_a_file(prepared: Mapping[str, str], known_hosts: Path) -> Mapping[str, str]:
    """As for a large fleet: Airflow masks, quotes and copies what stands in a connection, task by task, and
    these are the keys of all rows' nodes."""
    connection = json.loads(prepared[CONNECTION_VARIABLE])
    known_hosts.write_text(connection["extra"]["known_hosts"])
    connection["extra"]["known_hosts"] = str(known_hosts)
    return {**prepared, CONNECTION_VARIABLE: json.dumps(connection)}


def _hurry(limits: Path) -> None:
    """The project's own limits at the simulator's speed, without the time that a stack needs for itself."""
    policy = yaml.safe_load((repository() / "include" / "policy" / "limits.yaml").read_text())
    scaled = at_speed(policy, SPEED, PAUSE_S, REAL_TIME_S)
    scaled["fleet"]["timers"] |= WIRE
    limits.write_text(yaml.safe_dump(scaled, sort_keys=False))


def _initialise(url: str) -> None:
    """Airflow's tables, in an empty database."""
    _connect_airflow(url)
    from airflow import settings  # noqa: PLC0415
    from airflow.utils.db import initdb  # noqa: PLC0415

    initdb()
    settings.dispose_orm()


def _connect_airflow(url: str) -> None:
    os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = url
    from airflow import settings  # noqa: PLC0415

    settings.configure_vars()
    settings.reconfigure_orm()


@contextmanager
def _scheduler() -> Iterator[Scheduler]:
    """The DAG files parsed and written down as the DAG processor does."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: PLC0415
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db  # noqa: PLC0415
    from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor  # noqa: PLC0415

    from tests.integration.oneprocess.scheduling import Scheduler  # noqa: PLC0415
    from tests.integration.oneprocess.waiting import Triggerer  # noqa: PLC0415

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    assert not bag.import_errors, bag.import_errors
    sync_bag_to_db(bag, bundle.name, bundle.version)
    client = InProcessTestSupervisor._api_client(bag.dags["issu_cluster"])
    with Triggerer(client, LONGEST_WAIT_S) as triggerer:
        yield Scheduler(dags=bag.dags, client=client, wait=triggerer.wait)
