"""The writer against a node that refuses, forgets, hangs and dies: nothing is sent twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceTimeout,
    DeviceUnreachable,
    PermitExpired,
    RequestRefused,
    SessionLost,
    UnknownCommand,
)
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    Command,
    FailOver,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
    StartIssu,
)
from srx_issu.domain.upgrade.intent import StartMethod, Timers
from srx_issu.ports.devices import Started
from tests.fakes.lines import permit, send, start
from tests.fakes.node import Act, ScriptedNode, closed_port
from tests.fakes.wires import cluster_at

N0, N1 = NodeName.NODE0, NodeName.NODE1
IMAGE = "/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"
START = StartIssu(image_path=IMAGE)
START_RPC = "request-package-in-service-upgrade"


WHO_ANSWERS = ("get-interface-information", "get-software-information")  # asked once a session


def told(node: ScriptedNode) -> list[str]:
    """All that it was asked, but for which node it is."""
    return [request for request in node.requests if request not in WHO_ANSWERS]


def output(text: str) -> str:
    return f"<output>\n{text}\n</output>"


def error(text: str, severity: str = "error") -> str:
    words = f"<error-severity>{severity}</error-severity><error-message>{text}</error-message>"
    return f"<rpc-error>{words}</rpc-error>"


@pytest.fixture
def node() -> Iterator[ScriptedNode]:
    with ScriptedNode() as scripted:
        yield scripted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What stands for the node's /var/tmp."""
    folder = tmp_path / "var-tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def writer(node: ScriptedNode, folder: Path) -> Iterator[PyezClusterWriter]:
    cluster = cluster_at(node.address, node.address)
    timers = Timers(connect_s=5, rpc_s=0.4)
    writer = PyezClusterWriter(
        cluster,
        node.credentials(),
        timers,
        folder_of=lambda job: f"{folder}/srx-issu-{job}",
        rpc_wait_s=0.4,
        pause=lambda _: time.sleep(0.05),
    )
    yield writer
    writer.close()


def shell_writer(node: ScriptedNode, folder: Path, *, takes_answers: bool) -> PyezClusterWriter:
    made = PyezClusterWriter(
        cluster_at(node.address, node.address),
        node.credentials(),
        Timers(connect_s=5, rpc_s=0.4),
        folder_of=lambda job: f"{folder}/srx-issu-{job}",
        pause=lambda _: time.sleep(0.05),
    )
    made.takes_answers = takes_answers
    return made


def test_no_answer_is_a_timeout_and_the_other_form_is_not_tried(
    node: ScriptedNode, writer: PyezClusterWriter
) -> None:
    node.answers["request-reboot"] = Act.HANG
    with pytest.raises(DeviceTimeout, match=r"node0: request-reboot: no answer within 0.4 s"):
        send(writer, N0, RebootNode(node=N1))
    assert told(node) == ["request-reboot"]


def test_lost_session_is_not_a_refusal(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    node.answers["request-reboot"] = Act.CUT
    with pytest.raises(SessionLost):
        send(writer, N0, RebootNode(node=N1))
    assert told(node) == ["request-reboot"]


def test_node_that_cannot_be_reached_was_sent_nothing(node: ScriptedNode) -> None:
    with closed_port() as nowhere:
        trusted = node.known_hosts.replace(str(node.address.port), str(nowhere.port))
        writer = PyezClusterWriter(
            cluster_at(nowhere, nowhere), node.credentials(known_hosts=trusted), Timers(connect_s=1)
        )
        with pytest.raises(DeviceUnreachable):
            send(writer, N0, AbortIssu())
        writer.close()


def test_answer_that_cannot_be_read_leaves_it_unknown(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    node.answers["request-reboot"] = Act.GARBAGE
    with pytest.raises(SessionLost, match="cannot be read"):
        send(writer, N0, RebootNode(node=N1))
    assert told(node) == ["request-reboot"]


@pytest.mark.parametrize(
    ("command", "rpc", "answer"),
    [
        (
            FailOver(group_id=1, to=N1),
            "request-chassis-cluster-failover",
            output("error: Manual failover is not permitted"),
        ),
        (
            RebootNode(node=N1),
            "request-reboot",
            error("error: reboot is not allowed while ISSU is in progress"),
        ),
        (ResetFailover(group_id=0), "request-chassis-cluster-failover-reset", error("permission denied")),
        (
            RollBackNode(node=N1),
            "request-package-rollback",
            error("ISSU in progress", "warning"),
        ),
        (
            RollBackNode(node=N1),
            "request-package-rollback",
            output("WARNING: Cannot rollback, /packages/junos.old is not valid"),
        ),
        (RollBackNode(node=N1), "request-package-rollback", output("rollback aborted")),
    ],
)
def test_refusal_comes_in_the_nodes_own_words(
    node: ScriptedNode, writer: PyezClusterWriter, command: Command, rpc: str, answer: str
) -> None:
    node.answers[rpc] = answer
    with pytest.raises(CommandRefused) as refused:
        send(writer, N0, command)
    assert refused.value.message
    assert told(node) == [rpc]


@pytest.mark.parametrize(
    ("command", "rpc"),
    [
        (RebootNode(node=N1), "request-reboot"),
        (RollBackNode(node=N1), "request-package-rollback"),
    ],
)
def test_an_error_that_says_that_the_node_goes_down_is_no_refusal(
    node: ScriptedNode, writer: PyezClusterWriter, command: Command, rpc: str
) -> None:
    """py-junos-eznc issue 481: a reboot that is carried out is answered so."""
    node.answers[rpc] = error("error: System shutdown time has arrived")
    assert "shutdown time has arrived" in send(writer, N0, command)
    assert told(node) == [rpc]


def test_of_any_other_command_it_is_one(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    node.answers["request-chassis-cluster-failover-reset"] = error("System shutdown time has arrived")
    with pytest.raises(CommandRefused, match="shutdown"):
        send(writer, N0, ResetFailover(group_id=0))


def test_unknown_rpc_goes_by_cli(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    command = FailOver(group_id=0, to=N1)
    node.answers[command.cli] = output("Initiated manual failover for redundancy group 0")
    assert send(writer, N0, command) == "Initiated manual failover for redundancy group 0"
    assert told(node) == [command.rpc.name, command.cli]


def test_resync_goes_by_cli_first(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    node.answers["request security policies resync"] = output("node0.fpc0: in-sync")
    send(writer, N0, ResyncPolicies())
    assert told(node) == ["request security policies resync"]


def test_neither_form_known(writer: PyezClusterWriter) -> None:
    with pytest.raises(UnknownCommand):
        send(writer, N0, AbortIssu())


def test_success_of_an_abort_is_not_taken_for_a_refusal(
    node: ScriptedNode, writer: PyezClusterWriter
) -> None:
    node.answers["request-chassis-cluster-in-service-upgrade"] = output("ISSU aborted")
    assert send(writer, N0, AbortIssu()) == "ISSU aborted"


def test_send_never_starts_an_issu(node: ScriptedNode, writer: PyezClusterWriter) -> None:
    with pytest.raises(RequestRefused, match="over a start line"):
        send(writer, N0, START)
    assert told(node) == []


class TestStartByRpc:
    @pytest.mark.parametrize(
        "answer",
        [
            error("'reboot' keyword must be specified. Aborting ISSU"),
            output("warning: ISSU in progress"),
            error("ISSU in progress", "warning"),
            output("error: File does not exist: /var/tmp/x.tgz"),
        ],
    )
    def test_refusal(self, node: ScriptedNode, writer: PyezClusterWriter, answer: str) -> None:
        node.answers[START_RPC] = answer
        report = start(writer, N0, START, "job", StartMethod.RPC)
        assert report.started is Started.REFUSED
        assert report.words
        assert report.transcript_path is None
        assert told(node) == [START_RPC]

    @pytest.mark.parametrize("answer", [Act.HANG, Act.CUT, Act.GARBAGE, output("ISSU: Validating Image")])
    def test_anything_else_is_unknown_and_sent_once(
        self,
        node: ScriptedNode,
        writer: PyezClusterWriter,
        answer: str | Act,
    ) -> None:
        node.answers[START_RPC] = answer
        report = start(writer, N0, START, "job", StartMethod.RPC)
        assert (report.started, report.method) == (Started.UNKNOWN, StartMethod.RPC)
        assert told(node) == [START_RPC]

    def test_its_session_is_needed_until_the_node_goes_down(
        self, node: ScriptedNode, writer: PyezClusterWriter
    ) -> None:
        node.answers[START_RPC] = Act.HANG
        start(writer, N0, START, "job", StartMethod.RPC)
        assert writer.is_needed
        node.hang_up()
        deadline = time.monotonic() + 5
        while writer.is_needed:
            assert time.monotonic() < deadline, "a session that the node has ended is still needed"
            time.sleep(0.05)

    def test_a_refused_start_needs_no_session(self, node: ScriptedNode, writer: PyezClusterWriter) -> None:
        node.answers[START_RPC] = error("ISSU in progress", "warning")
        start(writer, N0, START, "job", StartMethod.RPC)
        assert not writer.is_needed

    def test_release_that_does_not_know_the_rpc_gets_the_command(
        self, node: ScriptedNode, writer: PyezClusterWriter
    ) -> None:
        node.answers[START.cli] = output("error: ISSU can only be initiated from the primary node")
        report = start(writer, N0, START, "job", StartMethod.RPC)
        assert report.started is Started.REFUSED
        assert told(node) == [START_RPC, START.cli]


class TestStartInShell:
    """Against a real /bin/sh with a ``cli`` of the test's making."""

    @pytest.fixture
    def with_shell(self, node: ScriptedNode, tmp_path: Path) -> Path:
        """The ``cli`` program behind the node's shell; what it is asked for is kept in ``asked``."""
        program = tmp_path / "bin" / "cli"
        program.parent.mkdir()
        node.shell = {"PATH": f"{program.parent}:/usr/bin:/bin"}
        self._write(program, "echo 'ISSU: Validating Image'; sleep 3")
        return program

    def _write(self, program: Path, does: str) -> None:
        version = 'case "$2" in show*) echo "Junos: 21.4R3-S5.4"; exit 0;; esac'
        program.write_text(f'#!/bin/sh\n{version}\necho "$2" >> {program.parent}/asked\n{does}\n')
        program.chmod(0o755)

    def asked(self, program: Path) -> list[str]:
        file = program.parent / "asked"
        return file.read_text().splitlines() if file.exists() else []

    def test_account_without_a_shell_is_sent_nothing(
        self, node: ScriptedNode, writer: PyezClusterWriter
    ) -> None:
        with pytest.raises(UnknownCommand, match=r"no shell .*unknown command.*nothing was sent"):
            start(writer, N0, START, "job", StartMethod.SHELL)
        assert told(node) == ["start shell"]

    def test_account_without_a_shell_goes_by_rpc(self, node: ScriptedNode, writer: PyezClusterWriter) -> None:
        node.answers[START_RPC] = error("ISSU in progress", "warning")
        report = start(writer, N0, START, "job", StartMethod.AUTO)
        assert (report.started, report.method) == (Started.REFUSED, StartMethod.RPC)
        assert told(node) == ["start shell", START_RPC]

    @pytest.mark.parametrize("method", [StartMethod.AUTO, StartMethod.SHELL])
    def test_a_shell_that_is_merely_slow_is_no_missing_shell(
        self, node: ScriptedNode, folder: Path, method: StartMethod
    ) -> None:
        node.silent_shell = True
        cluster, timers = cluster_at(node.address, node.address), Timers(connect_s=1, rpc_s=0.4)
        writer = PyezClusterWriter(cluster, node.credentials(), timers, rpc_wait_s=0.4)
        with pytest.raises(DeviceTimeout, match="shell"):
            start(writer, N0, START, "job", method)
        writer.close()
        assert told(node) == ["start shell"]

    def test_shell_without_cli_goes_by_rpc(self, node: ScriptedNode, writer: PyezClusterWriter) -> None:
        node.shell = {"PATH": "/usr/bin:/bin"}
        node.answers[START_RPC] = error("ISSU in progress", "warning")
        report = start(writer, N0, START, "job", StartMethod.AUTO)
        assert report.method is StartMethod.RPC

    def test_job_runs_detached_and_leaves_its_transcript(
        self, writer: PyezClusterWriter, with_shell: Path, folder: Path
    ) -> None:
        self._write(with_shell, "echo 'ISSU: Validating Image'; sleep 2; echo later; exit 3")
        report = start(writer, N0, START, "job-1", StartMethod.AUTO)
        assert (report.started, report.method) == (Started.ACCEPTED, StartMethod.SHELL)
        assert report.words == "ISSU: Validating Image"
        assert report.transcript_path == f"{folder}/srx-issu-job-1/transcript"
        assert self.asked(with_shell) == [START.cli]
        status = folder / "srx-issu-job-1" / "exit"
        wait_for(status)  # our session is closed; the job goes on
        assert status.read_text() == "3\n"
        assert Path(report.transcript_path).read_text() == "ISSU: Validating Image\nlater\n"

    def test_second_call_attaches(self, writer: PyezClusterWriter, with_shell: Path, folder: Path) -> None:
        self._write(with_shell, "echo 'ISSU: Validating Image'; sleep 3")
        first = start(writer, N0, START, "job", StartMethod.AUTO)
        again = start(writer, N0, START, "job", StartMethod.AUTO)
        assert again.started is Started.ACCEPTED
        assert again.words == "already started by this job; nothing was sent"
        assert again.transcript_path == first.transcript_path
        assert self.asked(with_shell) == [START.cli]

    def test_a_job_with_a_standing_input_takes_one_yes_and_no_other(
        self, node: ScriptedNode, with_shell: Path, folder: Path
    ) -> None:
        self._write(with_shell, "printf 'Go on ? [yes,no] (no) '; read said; echo; echo said $said; exit 3")
        writer = shell_writer(node, folder, takes_answers=True)
        start(writer, N0, START, "job", StartMethod.SHELL)
        job = folder / "srx-issu-job"
        with writer.start_line(N0, StartMethod.SHELL) as line:
            assert "standing input" in line.answer("job", permit(N0))
            with pytest.raises(CommandRefused, match="has ended, or was started without"):
                line.answer("other", permit(N0))
            wait_for(job / "exit")
            with pytest.raises(CommandRefused, match="has ended"):
                line.answer("job", permit(N0))
        assert (job / "transcript").read_text() == "Go on ? [yes,no] (no) \nsaid yes\n"
        assert (job / "exit").read_text() == "3\n"
        assert (job / "answered").read_text() == "yes\n"

    def test_a_job_without_a_standing_input_finds_the_end_of_it(
        self, writer: PyezClusterWriter, with_shell: Path, folder: Path
    ) -> None:
        self._write(with_shell, "read said && echo said $said; sleep 3")
        start(writer, N0, START, "job", StartMethod.SHELL)
        with (
            writer.start_line(N0, StartMethod.SHELL) as line,
            pytest.raises(CommandRefused, match="without a standing input"),
        ):
            line.answer("job", permit(N0))
        assert not (folder / "srx-issu-job" / "answer").exists()

    def test_no_answer_leaves_with_a_permit_that_has_run_out(
        self, node: ScriptedNode, with_shell: Path, folder: Path
    ) -> None:
        self._write(with_shell, "read said; sleep 3")
        writer = shell_writer(node, folder, takes_answers=True)
        start(writer, N0, START, "job", StartMethod.SHELL)
        with writer.start_line(N0, StartMethod.SHELL) as line, pytest.raises(PermitExpired):
            line.answer("job", permit(N0, seconds=-1))
        assert not (folder / "srx-issu-job" / "answer").exists()

    def test_refusal_of_the_job(self, writer: PyezClusterWriter, with_shell: Path, folder: Path) -> None:
        self._write(with_shell, "echo 'warning: ISSU in progress'; exit 1")
        report = start(writer, N0, START, "job", StartMethod.AUTO)
        assert report.started is Started.REFUSED
        assert report.words == "warning: ISSU in progress"

    def test_second_call_after_a_refusal_says_so_and_sends_nothing(
        self, writer: PyezClusterWriter, with_shell: Path, folder: Path
    ) -> None:
        self._write(with_shell, "echo 'error: File does not exist: /var/tmp/x.tgz'; exit 1")
        start(writer, N0, START, "job", StartMethod.AUTO)
        again = start(writer, N0, START, "job", StartMethod.AUTO)
        assert again.started is Started.REFUSED
        assert "nothing was sent" in again.words
        assert self.asked(with_shell) == [START.cli]

    def test_job_that_ends_at_once_without_a_refusal_is_unknown(
        self, writer: PyezClusterWriter, with_shell: Path, folder: Path
    ) -> None:
        self._write(with_shell, "exit 0")
        report = start(writer, N0, START, "job", StartMethod.AUTO)
        assert report.started is Started.UNKNOWN
        assert "ended at once, exit status 0" in report.words

    def test_marker_without_a_transcript_is_unknown(
        self, writer: PyezClusterWriter, with_shell: Path, folder: Path
    ) -> None:
        (folder / "srx-issu-job").mkdir()
        report = start(writer, N0, START, "job", StartMethod.AUTO)
        assert report.started is Started.UNKNOWN
        assert "nothing was sent" in report.words
        assert self.asked(with_shell) == []

    def test_marker_that_cannot_be_made_starts_nothing(
        self, writer: PyezClusterWriter, with_shell: Path, folder: Path
    ) -> None:
        report = start(writer, N0, START, "missing/job", StartMethod.AUTO)
        assert report.started is Started.UNKNOWN
        assert self.asked(with_shell) == []


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 10
    while not file.exists() or not file.read_text():
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.05)
