"""Seeded secrets, looked for in everything that two databases, all logs, all evidence and the process list
hold, after a real campaign."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from srx_issu.adapters.journal import SqlChain, Verifier
from srx_issu.adapters.sealed_box import open_with
from srx_issu.cli.airflow_replies import Run
from srx_issu.stack.processes.postgres_wheel import programs
from srx_issu.stack.production import databases, secrets
from srx_issu.stack.production.journal_key import public_pem
from srx_issu.stack.production.layout import instances
from tests.stack.distributed.fleet import KEYED, UPGRADED, Fleet

pytestmark = pytest.mark.stack

# What the simulated nodes' configurations hold: a hash of root's password, keys of VPNs and of BGP.
DEVICE_SECRETS = re.compile(rb"\$6\$labsalt|\$9\$(lab|bgp)[0-9]")
# What a worker works with; the journal's key it reads from a file.
OF_A_WORKER = {"REDIS_PASSWORD", "CELERY_RESULTS_PASSWORD", "JOURNAL_PASSWORD", secrets.SEAL_PUBLIC_KEY}
WRITTEN = ("logs", "airflow", "evidence", "files", "redis")


@pytest.fixture(scope="module")
def seeds(fleet: Fleet, campaign: Run) -> Mapping[str, str]:
    """Name -> secret. Keys of this deployment, the nodes' account, and the people's tokens."""
    told = {name: value for name, value in fleet.secrets.items() if re.search("PASSWORD|KEY|SECRET", name)}
    key = fleet.scenery.key
    lines = {f"line {number} of the private key": line for number, line in enumerate(key.lines, start=1)}
    assert len(lines) >= 3
    tokens = {f"token of {user}": fleet.token(user) for user in ("viewer", "operator", "approver", "admin")}
    return {
        **told, **lines, **tokens,
        "passphrase of the private key": key.passphrase,
        "password of the nodes": fleet.scenery.node_password,
    }  # fmt: skip


@pytest.fixture(scope="module")
def node_seeds(seeds: Mapping[str, str]) -> Mapping[str, str]:
    """Those that belong to the firewalls: not even an environment of ours may have them."""
    return {name: value for name, value in seeds.items() if "nodes" in name or "private key" in name}


def test_the_seeds_were_really_used(fleet: Fleet, campaign: Run) -> None:
    """A secret that nothing used is found nowhere and proves nothing: two clusters know only the key."""
    opened = {each["cluster"] for each in fleet.scenery.lab.events() if each["event"] == "session_opened"}
    assert opened == fleet.selected >= set(KEYED)
    configurations = [p for p in written(fleet.native.home.root) if "configuration" in p.name]
    assert len(configurations) >= 2


def test_no_secret_is_in_a_log_evidence_or_file(fleet: Fleet, seeds: Mapping[str, str]) -> None:
    found = []
    for path in written(fleet.native.home.root):
        content = path.read_bytes()
        found += [f"{path}: {name}" for name, value in seeds.items() if value.encode() in content]
        found += [f"{path}: {match[0].decode()}" for match in DEVICE_SECRETS.finditer(content)]
    assert found == []


@pytest.mark.parametrize("database", ["airflow", "journal"])
def test_no_secret_is_in_a_database(fleet: Fleet, seeds: Mapping[str, str], database: str) -> None:
    """XComs, rendered templates, connections, audit log, sessions; journal, campaigns, leases: all of it."""
    content = dump(fleet, database)
    assert UPGRADED.encode() in content, "the dump has what we look through"
    found = [name for name, value in seeds.items() if value.encode() in content]
    found += sorted({match[0].decode() for match in DEVICE_SECRETS.finditer(content)})
    assert found == []


def test_no_secret_is_on_a_command_line(fleet: Fleet, seeds: Mapping[str, str]) -> None:
    """Of any process, sampled while the campaign ran: everybody on the machine can read them."""
    seen = fleet.processes
    assert seen.looks > 30
    assert any("celery" in words or "production worker" in words for words in seen.command_lines)
    found = {name for name, value in seeds.items() for words in seen.command_lines if value in words}
    assert found == set()


def test_the_nodes_secrets_are_in_no_environment(fleet: Fleet, node_seeds: Mapping[str, str]) -> None:
    """Workers take the account out of Airflow's database when they need it; no child inherits it."""
    seen = fleet.processes.environments
    assert any("AIRFLOW__CORE__EXECUTOR=CeleryExecutor" in words for words in seen)
    found = {name for name, value in node_seeds.items() for words in seen if value in words}
    assert found == set()


def test_what_a_worker_sealed_opens_where_the_private_key_is_and_nowhere_here(
    fleet: Fleet, campaign: Run
) -> None:
    """Of every process that ran, none had the key that opens configurations."""
    sealed = [path for path in written(fleet.native.home.root) if path.name.endswith(".sealed")]
    assert sealed
    private_key = fleet.secrets[secrets.UNSEAL_KEY]
    for path in sealed:
        assert b"system" in open_with([private_key], path.read_bytes()), path
    assert not any(private_key in words for words in fleet.processes.environments)


def test_a_worker_has_no_key_and_no_database_of_airflows(fleet: Fleet, campaign: Run) -> None:
    """All that it did, it did with the broker, the journal and the tokens of its tasks. Also those that were
    killed meanwhile, and started again."""
    workers = instances(fleet.native.services["worker"])
    assert len(workers) > 1
    for name in workers:
        given = fleet.native.supervisor.program(name).environment
        assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in given, name
        assert known_in("\n".join(given.values()), fleet) == OF_A_WORKER, name


def test_no_process_of_a_worker_came_by_more_than_it_was_given(fleet: Fleet, campaign: Run) -> None:
    """As the kernel shows them. One that gives itself a title may hide its own: of that, nothing is seen."""
    names = instances(fleet.native.services["worker"])
    seen = [e for e in fleet.processes.environments if any(f"HOSTNAME={name} " in f"{e} " for name in names)]
    found = {name for environment in seen for name in known_in(environment, fleet)}
    assert found <= OF_A_WORKER


@pytest.mark.parametrize("role", [databases.RESULTS, databases.WRITER])
def test_what_a_worker_may_log_in_as_does_not_reach_airflows_database(fleet: Fleet, role: str) -> None:
    password = fleet.secrets[databases.PASSWORD_OF[role]]
    port = fleet.native.layout.ports["postgres"]
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(f"postgresql://{role}:{password}@127.0.0.1:{port}/{databases.AIRFLOW}")


def test_every_row_of_the_campaigns_upgrades_is_signed(fleet: Fleet, campaign: Run) -> None:
    """By workers and triggerers, also those that were killed in between; the API server has no key."""
    verifier = Verifier.from_pem(public_pem(fleet.secrets[secrets.JOURNAL_KEY]))
    chain = SqlChain(fleet.database_url("journal"))
    upgrades = [each for each in chain.upgrade_ids() if each.startswith(campaign.run_id)]
    assert f"{campaign.run_id}__{UPGRADED}" in upgrades
    for upgrade_id in upgrades:
        links = chain.stored(upgrade_id).links
        by = {link.signature.key_id if link.signature else None for link in links}
        assert by == {verifier.key_id}, upgrade_id
        assert all(
            link.signature and verifier.accepts(link.signature, upgrade_id, link.position, link.hash)
            for link in links
        ), upgrade_id


def known_in(text: str, fleet: Fleet) -> set[str]:
    """The names of this deployment's secrets that are in ``text``."""
    return {name for name in secrets.NAMES if fleet.secrets[name] in text}


def written(root: Path) -> list[Path]:
    return [path for name in WRITTEN for path in (root / name).rglob("*") if path.is_file()]


def dump(fleet: Fleet, database: str) -> bytes:
    environment = {**os.environ, "PGPASSWORD": fleet.secrets["POSTGRES_PASSWORD"]}
    port = str(fleet.native.layout.ports["postgres"])
    words = ["--host=127.0.0.1", f"--port={port}", "--username=postgres", "--column-inserts", database]
    done = subprocess.run([programs() / "pg_dump", *words], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
