"""The production layout as processes, with the simulated fleet of twelve clusters and a campaign over it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from srx_demo.campaign import CAMPAIGN, FLEET, NOT_READY, PUT_BACK
from srx_demo.campaign_scenery import CampaignScenery
from srx_demo.lab import Lab
from srx_demo.operator_files import CONNECTION_ID, CONNECTION_VARIABLE
from srx_issu.cli.campaign_api import CampaignApi
from srx_issu.cli.login import Login
from srx_issu.embedded.home import Home
from srx_issu.production import access, secrets
from srx_issu.production.native import Native, Options

T = TypeVar("T")
SPEED = 120.0
# So that a test need not wait five minutes for a task that a killed worker had fetched.
SETTINGS = {"TASK_QUEUED_TIMEOUT": "60", "WORKER_CONCURRENCY": "6", "PARALLELISM": "32"}


@dataclass(kw_only=True)
class Fleet:
    """One running layout."""

    native: Native
    scenery: PreparedScenery
    secrets: dict[str, str]
    started: float = field(default_factory=time.monotonic)

    @property
    def url(self) -> str:
        return self.native.layout.url

    def login(self, user: str) -> Login:
        _, variable = access.USERS[user]
        return Login(url=self.url, user=user, password=lambda: self.secrets[variable])

    @contextmanager
    def api(self, user: str) -> Iterator[CampaignApi]:
        with CampaignApi(self.login(user)) as api:
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

    def add_connection(self) -> None:
        """Kept in Airflow's database, encrypted with the Fernet key, as an administrator does."""
        told = json.loads(self.scenery.prepared[CONNECTION_VARIABLE])
        body = {**told, "connection_id": CONNECTION_ID, "extra": json.dumps(told["extra"])}
        with self.client("admin") as client:
            client.post("/api/v2/connections", json=body).raise_for_status()

    def starts(self) -> dict[str, int]:
        """Cluster -> how often it was asked to upgrade itself, by the simulator's account."""
        return {status["name"]: int(status["issu_starts"]) for status in self.scenery.lab.status()}

    def until(self, look: Callable[[], T | None], what: str, deadline_s: float) -> T:
        deadline = time.monotonic() + deadline_s
        while not (found := look()):
            self.native.crew.check()
            assert time.monotonic() < deadline, f"no {what} within {deadline_s:.0f} s"
            time.sleep(0.5)
        return found

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)


@dataclass(kw_only=True)
class PreparedScenery(CampaignScenery):
    """Remembers what ``prepare`` found out."""

    prepared: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> dict[str, str]:
        self.prepared = dict(super().prepare())
        return self.prepared

    @property
    def node_password(self) -> str:
        return str(json.loads(self.prepared[CONNECTION_VARIABLE])["password"])


@contextmanager
def running_fleet(folder: Path, campaign: dict[str, Any] | None = None) -> Iterator[Fleet]:
    """Everything started, and everything ended."""
    home = Home(root=folder / "home")
    lab = Lab(state=home.root / "lab", topology=FLEET, speed=SPEED)
    scenery = PreparedScenery.of(home, lab, campaign or CAMPAIGN)
    assert isinstance(scenery, PreparedScenery)
    made = {**secrets.new(), **SETTINGS}
    options = Options(
        variables=made,
        files=home.root / "files",
        alongside=(lab.program(home.logs / "lab.log"),),
        before_services=scenery.prepare,
    )
    with Native(home, options, lambda text: print(text, flush=True)) as native:
        scenery.check = native.crew.check
        fleet = Fleet(native=native, scenery=scenery, secrets=made)
        fleet.add_connection()
        scenery.lab.inject("var_tmp_full_on_both", NOT_READY)
        scenery.lab.inject("cold_sync_never_completes", PUT_BACK)
        yield fleet
