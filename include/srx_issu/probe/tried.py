"""What an upgrade needs of a node, tried: a shell, a job that outlives its session, files there and back.

One file in /var/tmp is made and removed. A probe that was interrupted leaves it; the next one removes it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import paramiko

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.login import ssh_transport
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.files import configuration_text, file_content
from srx_issu.adapters.devices.pyez import ask
from srx_issu.adapters.devices.shell import NodeShell, NoShell, node_shell
from srx_issu.adapters.devices.start import detached
from srx_issu.adapters.devices.transfer import PART, SshNodeFiles
from srx_issu.domain.cluster.model import Cluster, NodeName
from srx_issu.domain.errors import DeviceError, TransferFailed
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.probe.trial import Trial, TrialResult, bad, good, unknown

FILE = "/var/tmp/srx-issu-probe"
SIZE_BYTES = 2 * 1024 * 1024
JOB_S, PAUSE_S = 30.0, 1.0  # how long the job's end is waited for; between two looks
_BACKUP_FORMS = ("text", "set")


@dataclass(frozen=True, kw_only=True)
class CopySpeed:
    """What copying to one node took; 0: not measured."""

    node: NodeName
    there: float = 0.0  # bytes a second
    back: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Of both nodes."""

    trials: tuple[Trial, ...] = ()
    speeds: tuple[CopySpeed, ...] = ()


def try_everything(cluster: Cluster, account: Credentials, timers: Timers) -> Tried:
    """Both nodes at the same time. Never raises for a node."""
    nodes = [NodeTrials(cluster, node, account, timers) for node in NodeName]
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="try") as pool:
        found = list(pool.map(lambda each: tuple(each.carry_out()), nodes))
    return Tried(
        trials=tuple(trial for trials in found for trial in trials),
        speeds=tuple(each.speed for each in nodes),
    )


class NodeTrials:
    """The trials of one node."""

    def __init__(self, cluster: Cluster, node: NodeName, account: Credentials, timers: Timers) -> None:
        self.node = node
        self.speed = CopySpeed(node=node)
        self._address = cluster.address(node)
        self._account = account
        self._timers = timers
        self._netconf = NetconfSession(
            node, self._address, account, connect_s=timers.connect_s, rpc_s=timers.rpc_s
        )

    def carry_out(self) -> Iterator[Trial]:
        """Whatever a trial ends with, the file is removed."""
        try:
            with SshNodeFiles(self.node, self._address, self._account, self._timers) as files:
                try:
                    yield from self._shell_and_job()
                    yield from self._there_and_back(files)
                finally:
                    left = self._remove(files)
            yield left
            yield from self._backups()
        finally:
            self._netconf.close()

    def _shell(self) -> AbstractContextManager[NodeShell]:
        return node_shell(
            self.node,
            self._address,
            self._account,
            connect_s=self._timers.connect_s,
            timeout_s=self._timers.rpc_s,
        )

    def _shell_and_job(self) -> Iterator[Trial]:
        """The job says its word after our session has ended: it has outlived it then."""
        token = secrets.token_hex(4)
        try:
            with self._shell() as shell:
                _launch(shell, token)
        except NoShell as error:
            yield bad("shell", self.node, f"none: {error}; an ISSU could be started by RPC only")
            yield unknown("detached job", self.node, "without a shell none was started")
            return
        except DeviceError as error:
            yield unknown("shell", self.node, error.message)
            yield unknown("detached job", self.node, "none was started")
            return
        yield good("shell", self.node, "a shell, with its own clock and a cli that answers")
        yield self._job(token)

    def _job(self, token: str) -> Trial:
        name, deadline, text = "detached job", time.monotonic() + JOB_S, ""
        try:
            while (status := job_status(text, token)) is None:
                if time.monotonic() > deadline:
                    return bad(name, self.node, f"did not end after its session: {text.strip()[:160]!r}")
                time.sleep(PAUSE_S)
                text = file_content(self.node, ask(self._netconf, questions.file_show(FILE)), FILE) or ""
        except DeviceError as error:
            return unknown(name, self.node, f"its transcript cannot be read: {error.message}")
        if status != "0" or "junos" not in text.lower():
            return bad(name, self.node, f"'show version' ended with {status}: {text.strip()[:160]!r}")
        return good(name, self.node, "outlived its session; its transcript was read back")

    def _there_and_back(self, files: SshNodeFiles) -> Iterator[Trial]:
        name, content = "file copy", secrets.token_bytes(SIZE_BYTES)
        try:
            self._by_files(files)  # what an interrupted probe left
            there = self._upload(files, content)
            self.speed = CopySpeed(node=self.node, there=there)
            began = time.monotonic()
            came = self._read_back()
        except TransferFailed as error:
            yield bad(name, self.node, error.message)
            return
        except DeviceError as error:
            yield unknown(name, self.node, error.message)
            return
        if came is None:
            said = (
                f"by SCP, {there / 1e6:.1f} MB/s there, the node's SHA-256 agrees; a copy that is cut off "
                "begins anew: 'set system services ssh sftp-server'"
            )
            yield Trial(name=name, node=self.node, result=TrialResult.LOOK_AT, said=said)
            return
        back = SIZE_BYTES / max(time.monotonic() - began, 0.001)
        self.speed = CopySpeed(node=self.node, there=there, back=back)
        if hashlib.sha256(came).digest() != hashlib.sha256(content).digest():
            yield bad(name, self.node, "what came back is not what was sent")
            return
        said = f"by SFTP, {there / 1e6:.1f} MB/s there, {back / 1e6:.1f} MB/s back; the node's SHA-256 agrees"
        yield good(name, self.node, said)

    def _upload(self, files: SshNodeFiles, content: bytes) -> float:
        """Bytes a second, the node's checksum included. Raises DeviceError."""
        with tempfile.TemporaryDirectory(prefix="srx-issu-probe-") as folder:
            source = Path(folder) / "probe"
            source.write_bytes(content)
            began = time.monotonic()
            files.upload(source, FILE, lambda _there, _size: None)
            return len(content) / max(time.monotonic() - began, 0.001)

    def _read_back(self) -> bytes | None:
        """None where the node lets the account in and gives it no SFTP."""
        transport = ssh_transport(self.node, self._address, self._account, self._timers.connect_s)
        try:
            with translate_errors(self.node, f"reading {FILE}"):
                try:
                    sftp = paramiko.SFTPClient.from_transport(transport)
                except (paramiko.SSHException, EOFError):
                    if not transport.is_active():
                        raise
                    return None
                if sftp is None:
                    return None
                with sftp.open(FILE, "rb") as remote:
                    remote.prefetch(SIZE_BYTES)
                    return bytes(remote.read(SIZE_BYTES + 1))
        finally:
            transport.close()

    def _remove(self, files: SshNodeFiles) -> Trial:
        """As copies are, else by the shell; looked at afterwards: nothing of ours is left in silence."""
        name, reasons = "removed", list[str]()
        ways: tuple[Callable[[], None], ...] = (lambda: self._by_files(files), self._by_shell)
        for remove in ways:
            try:
                remove()
                break
            except (DeviceError, NoShell) as error:
                reasons.append(str(error))
        try:
            content = file_content(self.node, ask(self._netconf, questions.file_show(FILE)), FILE)
        except DeviceError as error:
            return unknown(name, self.node, f"whether {FILE} is gone: {error.message}")
        if content is None:
            return good(name, self.node, f"{FILE} is gone")
        return bad(name, self.node, f"{FILE} is still there ({'; '.join(reasons)}); delete it")

    def _by_files(self, files: SshNodeFiles) -> None:
        files.delete(FILE)
        files.delete(f"{FILE}{PART}")

    def _by_shell(self) -> None:
        with self._shell() as shell:
            shell.run(f"rm -f {FILE} {FILE}{PART}")

    def _backups(self) -> Iterator[Trial]:
        name = "configuration for the backup"
        try:
            counted = [self._configuration(form).count("\n") for form in _BACKUP_FORMS]
        except DeviceError as error:
            yield bad(name, self.node, error.message)
            return
        shown = " and ".join(
            f"{many(lines, 'line')} as {form}" for lines, form in zip(counted, _BACKUP_FORMS, strict=True)
        )
        yield good(name, self.node, shown)

    def _configuration(self, form: str) -> str:
        return configuration_text(self.node, ask(self._netconf, questions.configuration(form)), form)


def job_status(text: str, token: str) -> str | None:
    """What the job says behind its token; None while it says nothing there."""
    said = re.search(rf"{token} (\d+)", text)
    return said[1] if said else None


def _launch(shell: NodeShell, token: str) -> None:
    """As an ISSU is started (``devices.start``), with a command that only looks, and two seconds late."""
    shell.run(f"rm -f {FILE} {FILE}{PART}")
    shell.launch(detached(f'(sleep 2; : | cli -c "show version"; echo {token} $?) > {FILE} 2>&1'))
    shell.run("true")  # the line before it has been taken
