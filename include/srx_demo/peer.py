"""The same wait by today's usual tool: an Ansible play that asks each cluster until it is upgraded.

One forked process a cluster, which sleeps between two questions; OpenSSH keeps its connections. It is the
least that such a play can do: one node a cluster is asked, with one command, and of the answer a word counts.
Not a part of this software: ansible-core is installed into a folder of its own, or there is no figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from srx_demo.lab import Endpoints, LabCluster

REQUIREMENT = "ansible-core==2.19.14"
WARM_UP_S = 40.0  # every cluster was asked once
INSTALL_TIMEOUT_S = 300.0
NEVER = "this is never said"
PLAY = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {
                "name": "wait until the cluster is upgraded",
                "ansible.builtin.raw": "show chassis cluster status",
                "register": "status",
                "until": f"'{NEVER}' in status.stdout",
                "retries": 100_000,
                "delay": "{{ poll_s }}",
            }
        ],
    }
]


class NoPeer(Exception):
    """Why there is no figure of a peer."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """What waiting for some clusters cost, all processes together; memory is PSS."""

    clusters: int
    processes: int
    cores: float
    memory_bytes: int

    @property
    def cpu_percent(self) -> float:
        """Of a core, a cluster."""
        return 100 * self.cores / self.clusters

    @property
    def memory_mb(self) -> float:
        """A cluster."""
        return self.memory_bytes / self.clusters / 1e6


def install(folder: Path) -> None:
    """Once. Raises NoPeer."""
    if (folder / "bin/ansible-playbook").exists():
        return
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", REQUIREMENT],
    )
    for step in steps:
        try:
            done = subprocess.run(
                step, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S
            )
        except subprocess.TimeoutExpired as late:
            raise NoPeer(f"{REQUIREMENT} cannot be installed: {late}") from late
        if done.returncode != 0:
            raise NoPeer(f"{REQUIREMENT} cannot be installed: {(done.stderr or done.stdout).strip()[-300:]}")


def measure(
    programs: Path,
    folder: Path,
    endpoints: Endpoints,
    clusters: Sequence[LabCluster],
    poll_s: float,
    seconds: float,
) -> Peer:
    """``programs`` is where ``install`` put it, ``folder`` a new one. Raises NoPeer when the play ends."""
    folder.mkdir(parents=True)
    key = folder / "key"
    key.write_text((endpoints.known_hosts.parent / "id_ed25519").read_text())
    key.chmod(0o600)
    (folder / "play.yaml").write_text(yaml.safe_dump(PLAY))
    (folder / "hosts.yaml").write_text(yaml.safe_dump(_inventory(endpoints, clusters, key, poll_s)))
    with _playing(programs, folder, len(clusters)) as play:
        _sleep(play, folder, WARM_UP_S)
        began, before = time.monotonic(), _cpu_s(folder)
        _sleep(play, folder, seconds)
        passed, after = time.monotonic() - began, _cpu_s(folder)
        family = _family(folder)
        memory = sum(each.memory_full_info().pss for each in family)
    cores = (after - before) / passed
    return Peer(clusters=len(clusters), processes=len(family), cores=cores, memory_bytes=memory)


def _inventory(
    endpoints: Endpoints, clusters: Sequence[LabCluster], key: Path, poll_s: float
) -> dict[str, object]:
    hosts = {
        each.name: {"ansible_host": each.node0.host, "ansible_port": each.node0.port} for each in clusters
    }
    ours = {
        "ansible_user": endpoints.username,
        "ansible_ssh_private_key_file": str(key),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={endpoints.known_hosts} -F none",
        "poll_s": int(poll_s),
    }
    return {"all": {"hosts": hosts, "vars": ours}}


@contextmanager
def _playing(programs: Path, folder: Path, forks: int) -> Iterator[subprocess.Popen[bytes]]:
    """Ended with everything that it forked."""
    environment = {
        **os.environ,
        "ANSIBLE_FORKS": str(forks),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "LC_ALL": "C.UTF-8",
    }
    words = [
        str(programs / "bin/ansible-playbook"),
        "-i",
        str(folder / "hosts.yaml"),
        str(folder / "play.yaml"),
    ]
    with (folder / "log").open("wb") as log:
        play = subprocess.Popen(
            words,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
        )
    try:
        yield play
    finally:
        while family := _family(folder):  # a fork may have come meanwhile
            for each in family:
                with suppress(psutil.Error):
                    each.kill()
            psutil.wait_procs(family, timeout=5)
            play.poll()


def _sleep(play: subprocess.Popen[bytes], folder: Path, seconds: float) -> None:
    try:
        play.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    raise NoPeer(f"the play ended by itself: {(folder / 'log').read_text(errors='replace').strip()[-500:]}")


def _family(folder: Path) -> list[psutil.Process]:
    """The play, its forks and OpenSSH's masters, each in a session of its own: all name the folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if f"{folder}/" in " ".join(process.cmdline()):
                found.append(process)
    return found


def _cpu_s(folder: Path) -> float:
    """Of all, and of those that have ended below them."""
    total = 0.0
    for process in _family(folder):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
