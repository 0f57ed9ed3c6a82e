"""The production layout as processes, with the simulated fleet of twelve clusters and a campaign over all of
it, or over six of them where nobody asked for the whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import yaml

from srx_demo.campaign_scenery import CampaignScenery
from srx_demo.fleets import NOT_READY, PUT_BACK, TWELVE
from srx_demo.lab import Lab
from srx_demo.operator_files import CONNECTION_ID, CONNECTION_VARIABLE
from srx_issu.adapters.devices import login_class
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiUnreachable
from srx_issu.cli.login import ApiLogin
from srx_issu.stack.processes.home import Home
from srx_issu.stack.production import access, secrets
from srx_issu.stack.production.native import LayoutOptions, Native
from tests.stack.distributed.figures import Figures
from tests.stack.distributed.keys import Key
from tests.stack.distributed.processes import Processes

T = TypeVar("T")
SPEED = 120.0
SETTINGS = {
    "TASK_QUEUED_TIMEOUT": "60",  # a test need not wait five minutes for what a killed worker had fetched
    "WORKER_CONCURRENCY": "4",
    "PARALLELISM": "32",
    "AUDIT_SCHEDULE": "none",  # soon after midnight it would look at every cluster beside the campaign
}
KEYED_CONNECTION = "demo_key"
UPGRADED = "ams-edge-01"
KEYED = (UPGRADED, PUT_BACK)  # logged in to with a key that has a passphrase
WHOLE = "the whole fleet"  # what a test begins that wants all of them in the campaign
SIX = ("ams-branch-01", UPGRADED, "fra-core-01", NOT_READY, "lon-core-01", PUT_BACK)
OVER_SIX = {**TWELVE.campaign, "select": {"clusters": list(SIX)}, "canary": [], "waves": ["50%", "rest"]}


@dataclass(kw_only=True)
class Fleet:
    """One running layout."""

    native: Native
    scenery: PreparedScenery
    secrets: dict[str, str]
    figures: Figures
    processes: Processes
    selected: frozenset[str]  # of the campaign
    started: float = field(default_factory=time.monotonic)

    @property
    def url(self) -> str:
        return self.native.layout.url

    @property
    def size(self) -> int:
        return len(self.selected)

    def login(self, user: str) -> ApiLogin:
        _, variable = access.USERS[user]
        return ApiLogin(url=self.url, user=user, password=lambda: self.secrets[variable])

    @contextmanager
    def api(self, user: str) -> Iterator[AirflowApi]:
        with AirflowApi(self.login(user)) as api:
            yield api

    def token(self, user: str) -> str:
        login = self.login(user)
        body = {"username": user, "password": login.password()}
        answer = httpx.post(f"{self.url}/auth/token", json=body, timeout=30, trust_env=False)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def client(self, user: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(user)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def add_connections(self) -> None:
        """Kept in Airflow's database, encrypted with the Fernet key, as an administrator does."""
        told = json.loads(self.scenery.prepared[CONNECTION_VARIABLE])
        known_hosts = told["extra"]["known_hosts"]
        keyed = {
            "conn_type": told["conn_type"],
            "login": told["login"],
            "extra": {
                "known_hosts": known_hosts,
                "private_key": self.scenery.key.text,
                "private_key_passphrase": self.scenery.key.passphrase,
            },
        }
        with self.client("admin") as client:
            for name, given in ((CONNECTION_ID, told), (KEYED_CONNECTION, keyed)):
                body = {**given, "connection_id": name, "extra": json.dumps(given["extra"])}
                client.post("/api/v2/connections", json=body).raise_for_status()

    def database_url(self, database: str) -> str:
        """As PostgreSQL's superuser."""
        port = self.native.layout.ports["postgres"]
        return f"postgresql://postgres:{self.secrets['POSTGRES_PASSWORD']}@127.0.0.1:{port}/{database}"

    def starts(self) -> int:
        """How many upgrades were asked for, by the simulator's own account."""
        return sum(event["event"] == "issu_started" for event in self.scenery.lab.events())

    def until(self, look: Callable[[], T | None], what: str, deadline_s: float) -> T:
        """The first thing that ``look`` finds. A busy API server may be late: the deadline judges."""
        deadline = time.monotonic() + deadline_s
        while not (found := _patiently(look)):
            self.native.supervisor.check()
            assert time.monotonic() < deadline, f"no {what} within {deadline_s:.0f} s"
            time.sleep(0.5)
        return found

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)


@dataclass(kw_only=True)
class PreparedScenery(CampaignScenery):
    """Remembers what ``prepare`` found out; some clusters are logged in to with a key."""

    key: Key = field(default_factory=Key.made)
    prepared: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> dict[str, str]:
        self.prepared = dict(super().prepare())
        path = self.home.root / "files" / "inventory" / "lab.yaml"
        inventory = yaml.safe_load(path.read_text())
        for name in KEYED:
            inventory["clusters"][name]["connection_id"] = KEYED_CONNECTION
        path.write_text(yaml.safe_dump(inventory, sort_keys=False))
        return self.prepared

    @property
    def node_password(self) -> str:
        return str(json.loads(self.prepared[CONNECTION_VARIABLE])["password"])


def _patiently(look: Callable[[], T | None]) -> T | None:
    try:
        return look()
    except ApiUnreachable:
        return None


@contextmanager
def running_fleet(folder: Path, *, whole: bool) -> Iterator[Fleet]:
    """Everything started, and everything ended. ``whole``: the campaign is over all twelve clusters."""
    home = Home(root=folder / "home")
    key = Key.made()
    topology = _topology(folder / "fleet.yaml", key)
    lab = Lab(state=home.root / "lab", topology=topology, speed=SPEED)
    scenery = PreparedScenery.of(home, lab, TWELVE.campaign if whole else OVER_SIX)
    assert isinstance(scenery, PreparedScenery)
    scenery.key = key
    with Figures.listening() as figures, Processes.watched() as processes:
        told = {"STATSD_ON": "True", "STATSD_HOST": "127.0.0.1", "STATSD_PORT": str(figures.port)}
        made = {**secrets.new(), **SETTINGS, **told}
        options = LayoutOptions(
            variables=made,
            files=home.root / "files",
            alongside=(scenery.lab.program(home.logs / "lab.log"),),
            before_services=scenery.prepare,
        )
        with Native(home, options, lambda text: print(text, flush=True)) as native:
            scenery.check = native.supervisor.check
            processes.of(native)
            fleet = Fleet(
                native=native,
                scenery=scenery,
                secrets=made,
                figures=figures,
                processes=processes,
                selected=frozenset(cluster.name for cluster in scenery.clusters) if whole else frozenset(SIX),
            )
            fleet.add_connections()
            for cluster, fault in TWELVE.faults.items():
                scenery.lab.inject(fault, cluster)
            yield fleet


def _topology(path: Path, key: Key) -> Path:
    content = yaml.safe_load(TWELVE.path.read_text())
    credentials = {
        "authorized_keys": [key.public],
        "login_class": list(login_class.configuration()),  # as docs/junos-account.md publishes it
    }
    path.write_text(yaml.safe_dump({**content, "credentials": credentials}))
    return path
