"""The one stack of the proofs: simulated clusters that outlive it, a journal that can go away, one node whose
shell has bad days, and a second person who may answer.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncssh
import yaml

from srx_demo.lab import Lab, make_image
from srx_demo.operator_files import CONNECTION_VARIABLE, ImageFile, image_entry
from srx_demo.scenery import Scenery
from srx_issu.adapters.journal import migrate
from srx_issu.stack.embedded.postgres import Postgres
from srx_issu.stack.embedded.secrets import ROLES, passwords, write_private
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.component import Component
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.sessions import end_all
from tests.stack.airflow.running_stack import PARALLELISM, PAUSE_S, UNHURRIED, RunningStack, write_topology
from tests.stack.proofs.operator_files import write, write_approvals, write_campaign, write_timers
from tests.stack.proofs.relay import Relay
from tests.stack.scenarios.outside import options, simulator

SPEED = 120.0
CLUSTERS = 32
AWAY = "fw-test-23"  # in mid-ISSU while the journal is away
RESTARTED = "fw-test-22"  # in mid-ISSU while the stack is
LATE, LOST = "fw-test-31", "fw-test-32"  # starts that do not arrive as they should
SLOW_ONES = {name: {"cold_sync": 2400.0, "cold_sync_timeout": 6000.0} for name in (AWAY, RESTARTED, LATE)}
RELAYED = (LATE, LOST, AWAY)  # node0 of these is reached through a relay
LEASED = "fw-test-24"  # whose lease ends within two hours
STRICT = ("fw-test-30", "fw-test-26")  # here policy wants an approval
UNANSWERED = "fw-test-29"  # here a question waits for seconds only
PAIR = ("fw-test-27", "fw-test-28")  # of a campaign that grows
SWAPPED = "fw-test-25"  # of a campaign whose run somebody else makes
RESERVED = frozenset({*RELAYED, *STRICT, UNANSWERED, *PAIR, SWAPPED, RESTARTED, LEASED})
GROWING, SWAPPING = "growing", "swapping"
CAMPAIGNS = {GROWING: PAIR[:1], SWAPPING: (SWAPPED,)}
ANSWER_WITHIN_S = 15.0
RELAYED_LOGIN_S = 4.0  # so long the software waits for a shell there
OTHER_RELEASE = "22.4R3-S1.9"  # of a second image for the same platform
USERS = {**ROLES, "approver": "op"}
# An alarm that a device may have, with what nobody wants to have on a terminal or in a journal.
ALARM = "FPC 0 Hard errors"
HASH, COMMUNITY = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC", "s3cr3tRO"
HOSTILE = f"{ALARM} \x9b31m {HASH} snmp community {COMMUNITY} authorization read-only"
JOURNAL_VARIABLE = "SRX_ISSU_JOURNAL_URL"


@dataclass(kw_only=True)
class OwnJournal:
    """A PostgreSQL that serves the journal alone, and may be away."""

    home: Home
    _server: Postgres = field(init=False)
    _running: Component | None = None

    def __post_init__(self) -> None:
        self.home.create()
        self._server = Postgres(self.home)

    @property
    def url(self) -> str:
        return self._server.uri("journal", "+psycopg")

    def start(self) -> None:
        self._running = Component(self._server.program())
        self._server.wait(self._running.check)

    def stop(self) -> None:
        if self._running is not None:
            end_all([self._running.session], 5.0)
            self._running.wait()
            self._running = None

    def forget(self) -> None:
        self.stop()
        self._server.forget()


@dataclass(kw_only=True)
class ProofScenery(Scenery):
    """Written anew at each start; ``journal_url`` None = the journal is on the stack's own server."""

    relays: Mapping[str, Relay] = field(default_factory=dict)
    journal_url: str | None = None

    def prepare(self) -> Mapping[str, str]:
        told = dict(super().prepare())
        files = self.home.root / "files"
        self._lead_through_relays(files)
        write_timers(
            files,
            {
                UNANSWERED: {"approval_s": ANSWER_WITHIN_S},
                LEASED: {"approval_s": 3600.0, "lease_s": 3600.0},
                **{name: {"connect_s": RELAYED_LOGIN_S} for name in self.relays},
            },
        )
        write_approvals(files, STRICT)
        self._offer_another_image(files)
        for name, clusters in CAMPAIGNS.items():
            write_campaign(files, name, self.image.release, clusters)
        known = passwords(self.home)
        write_private(self.home.users_file, {**dict.fromkeys(USERS, "in-the-proofs-only"), **known})
        told[CONNECTION_VARIABLE] = self._with_relays(told[CONNECTION_VARIABLE])
        told["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] = ",".join(f"{u}:{r}" for u, r in USERS.items())
        own = {JOURNAL_VARIABLE: self.journal_url} if self.journal_url else {}
        return {**told, **UNHURRIED, **own, "HOME": str(self._user_with_an_ssh_of_his_own())}

    @property
    def proxied(self) -> Path:
        """Is there when the user's own ``ProxyCommand`` was run."""
        return self.home.root / "user" / "proxied"

    def _user_with_an_ssh_of_his_own(self) -> Path:
        """His home: a key, and a way to hosts by a program of his, which leads there all the same."""
        folder = self.proxied.parent / ".ssh"
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "id_ed25519"
        if not key.exists():
            asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(key))
            key.chmod(0o600)
        program = f"{sys.executable} {Path(__file__).with_name('by_proxy.py')} {self.proxied} %h %p"
        (folder / "config").write_text(f"Host *\n  ProxyCommand {program}\n")
        return self.proxied.parent

    def _lead_through_relays(self, files: Path) -> None:
        path = files / "inventory" / "lab.yaml"
        inventory = yaml.safe_load(path.read_text())
        for cluster in self.clusters:
            if relay := self.relays.get(cluster.name):
                assert relay.address is not None
                relay.to(cluster.node0)
                address = {"host": relay.address.host, "port": relay.address.port}
                inventory["clusters"][cluster.name]["node0"] = address
        write(path, inventory)

    def _with_relays(self, connection: str) -> str:
        told: dict[str, Any] = json.loads(connection)
        told["extra"]["known_hosts"] += "".join(each.known_hosts_line for each in self.relays.values())
        for relay in self.relays.values():
            relay.username, relay.password = told["login"], told["password"]
        return json.dumps(told)

    def _offer_another_image(self, files: Path) -> None:
        path = make_image("SRX4600", OTHER_RELEASE, 1, self.home.root / "image-store")
        other = ImageFile(path=path, release=OTHER_RELEASE, models=("SRX4600",))
        write(files / "images" / "other.yaml", {"images": [image_entry(other)]})


@dataclass(kw_only=True)
class ProofStack:
    """``running`` is another one after each start."""

    scenery: ProofScenery
    journal: OwnJournal
    running: RunningStack

    @property
    def lab(self) -> Lab:
        return self.scenery.lab

    @property
    def files(self) -> Path:
        """The operator's."""
        return self.running.files

    @property
    def relays(self) -> Mapping[str, Relay]:
        return self.scenery.relays

    def take_cluster(self) -> str:
        """Healthy, and nobody else's."""
        while (name := self.running.take_cluster()) in RESERVED:
            pass
        return name

    def journal_is_away(self, seconds: float) -> None:
        """Stopped, and started again."""
        self.journal.stop()
        time.sleep(seconds)
        self.journal.start()

    def stop(self) -> None:
        self.running.close()
        self.running.stack.stop()

    def start(self, *, own_journal: bool) -> None:
        """After ``stop``, on the same folder."""
        self.scenery.journal_url = self.journal.url if own_journal else None
        stack = Stack(self.scenery.home, options(self.scenery, PARALLELISM)).__enter__()
        self.scenery.check = stack.check
        self.running = replace(self.running, stack=stack, _apis={})


def slow_down(topology: Path) -> None:
    """Some clusters, so that there is time in mid-ISSU."""
    content = yaml.safe_load(topology.read_text())
    for cluster in content["clusters"]:
        cluster["durations"] = SLOW_ONES.get(cluster["name"], {})
    topology.write_text(yaml.safe_dump(content))


@contextmanager
def proof_stack(folder: Path) -> Iterator[ProofStack]:
    """Everything started, and everything ended."""
    topology = write_topology(folder / "topology.yaml", CLUSTERS)
    slow_down(topology)
    lab = Lab(state=folder / "lab", topology=topology, speed=SPEED)
    with ExitStack() as cleanup:
        journal = OwnJournal(home=Home(root=folder / "journal"))
        cleanup.callback(journal.forget)
        journal.start()
        migrate(journal.url)
        scenery = ProofScenery.build(Home(root=folder / "home"), lab, image_mb=2)
        assert isinstance(scenery, ProofScenery)
        scenery.shortest_pause_s = PAUSE_S
        scenery.relays = {name: cleanup.enter_context(Relay(username="", password="")) for name in RELAYED}
        scenery.journal_url = journal.url
        scenery.check = cleanup.enter_context(simulator(lab, folder / "lab.log")).check
        stack = Stack(scenery.home, options(scenery, PARALLELISM)).__enter__()
        proofs = ProofStack(
            scenery=scenery, journal=journal, running=RunningStack(stack=stack, scenery=scenery)
        )
        cleanup.callback(proofs.stop)
        scenery.check = stack.check
        yield proofs
