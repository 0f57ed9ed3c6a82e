"""Evidence for JTAC: one archive with a right manifest whatever the nodes do, and never more than allowed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import replace
from typing import Any

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows.node import CpuSample
from srx_issu.domain.cluster.state import PerNode, Rows
from srx_issu.domain.errors import CommandRefused, DeviceTimeout, DeviceUnreachable, SessionLost
from srx_issu.domain.history.command_events import CommandRejected, Sending
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import EvidenceRules
from srx_issu.ports.devices import CommandOutput
from srx_issu.ports.journal import JTAC_ARCHIVE
from srx_issu.steps.evidence.at_the_end import evidence_at_the_end
from srx_issu.steps.evidence.collect import BRIEF_S, collect_evidence
from srx_issu.steps.evidence.sparing import carrier_of_all
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import both, silent

N0, N1 = NodeName.NODE0, NodeName.NODE1
LOGS = {"messages.log", "jsrpd.log", "chassisd.log"}


def with_rules(upgrade: FakeUpgrade, **rules: Any) -> FakeUpgrade:
    policy = replace(upgrade.intent.policy, evidence=replace(upgrade.intent.policy.evidence, **rules))
    upgrade.intent = replace(upgrade.intent, policy=policy)
    return upgrade


def load(upgrade: FakeUpgrade, node0: float, node1: float = 5.0) -> FakeUpgrade:
    def samples(busy: float) -> Rows[CpuSample]:
        return Rows(rows=(CpuSample(busy_percent=busy),))

    upgrade.state = replace(upgrade.state, cpu=PerNode(node0=samples(node0), node1=samples(node1)))
    return upgrade


@pytest.fixture
def failed() -> FakeUpgrade:
    """An upgrade whose ISSU was asked for on node0, which carries the traffic and is idle."""
    return load(FakeUpgrade().with_baseline().with_start(), 10.0)


def archive(upgrade: FakeUpgrade) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest, and the other files by their names in it."""
    (name,) = [each for each in upgrade.evidence.names(upgrade.intent.upgrade_id) if JTAC_ARCHIVE in each]
    with tarfile.open(fileobj=io.BytesIO(upgrade.evidence.read(name)), mode="r:gz") as packed:
        files = {
            member.name.removeprefix("jtac-evidence/"): found.read()
            for member in packed.getmembers()
            if (found := packed.extractfile(member)) is not None
        }
    return json.loads(files.pop("manifest.json")), files


def collected(upgrade: FakeUpgrade) -> tuple[dict[str, dict[str, Any]], dict[str, bytes]]:
    """Collects; the lines of the manifest by file, and the files."""
    collect_evidence(upgrade.context("collect_evidence"))
    manifest, files = archive(upgrade)
    return {line["file"]: line for line in manifest["files"]}, files


def test_the_manifest_is_right_about_every_file_of_both_nodes(failed: FakeUpgrade) -> None:
    lines, files = collected(failed)
    assert set(files) == set(lines)
    for name, content in files.items():
        line = lines[name]
        assert (line["bytes"], line["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert (line["truncated"], line["missing"]) == (False, None)
        assert line["time"].endswith("+00:00")
    for node in NodeName:
        of_node = {name.partition("/")[2] for name in files if name.startswith(node.value)}
        assert of_node >= LOGS | {
            "core-dumps.txt",
            "cluster-status.txt",
            "cluster-information.txt",
            "issu.txt",
        }
        assert lines[f"{node}/jsrpd.log"]["command"] == "show log jsrpd | last 20000"
    assert lines["node0/issu-transcript.txt"]["command"] == "file show /t"
    assert "node1/issu-transcript.txt" not in lines
    assert b"start" in files["timeline.txt"]
    assert lines["timeline.txt"]["node"] is None


def test_a_node_that_is_away_is_recorded_and_never_asked(failed: FakeUpgrade) -> None:
    failed.reader.now = replace(both(), node1=silent(N1))
    lines, files = collected(failed)
    assert not any(name.startswith("node1/") for name in files)
    assert all("away" in line["missing"] for name, line in lines.items() if name.startswith("node1/"))
    assert all(line["sha256"] is None for name, line in lines.items() if name.startswith("node1/"))
    assert all(node is N0 for node, _ in failed.shows.asked)
    assert lines["node0/messages.log"]["missing"] is None


def test_a_login_that_fails_costs_its_node_alone(failed: FakeUpgrade) -> None:
    failed.shows.away[N0] = DeviceUnreachable("node0", "no TCP connection")
    lines, _ = collected(failed)
    assert lines["node0/messages.log"]["missing"] == "no TCP connection"
    assert lines["node1/messages.log"]["missing"] is None


def test_a_refusal_or_a_silence_costs_one_file_a_lost_session_the_rest(failed: FakeUpgrade) -> None:
    failed.shows.answers = {
        (N0, "show chassis cluster information issu"): CommandRefused("node0", "syntax error"),
        (N0, "show chassis alarms"): DeviceTimeout("node0", "no answer within 60 s"),
        (N1, "show log messages"): SessionLost("node1", "the session ended"),
    }
    lines, _ = collected(failed)
    missing = {name: line["missing"] for name, line in lines.items() if line["missing"]}
    assert missing == {
        "node0/issu.txt": "syntax error",
        "node0/alarms.txt": "no answer within 60 s",
        "node1/messages.log": "the session ended",
        "node1/chassisd.log": "the session ended",
    }


def test_what_was_cut_is_marked_and_what_did_not_come_in_time_is_missing(failed: FakeUpgrade) -> None:
    failed.shows.answers = {
        (N0, "show log messages"): CommandOutput(text="the end\n", is_cut=True),
        (N0, "show log jsrpd"): CommandOutput(text="", is_cut=True),
    }
    lines, files = collected(failed)
    assert (lines["node0/messages.log"]["truncated"], files["node0/messages.log"]) == (True, b"the end\n")
    assert "time" in lines["node0/jsrpd.log"]["missing"]
    assert "node0/jsrpd.log" not in files


def test_no_time_is_no_question(failed: FakeUpgrade) -> None:
    lines, files = collected(with_rules(failed, most_s=0.0))
    assert failed.shows.asked == []
    assert set(files) == {"timeline.txt"}
    assert all(line["missing"] for name, line in lines.items() if name != "timeline.txt")


@pytest.mark.parametrize(("busy", "is_spared"), [(79.0, False), (80.0, True), (100.0, True)])
def test_a_busy_node_that_carries_all_the_traffic_is_left_alone(
    failed: FakeUpgrade, busy: float, is_spared: bool
) -> None:
    lines, _ = collected(load(failed, busy))
    assert (N0 in {node for node, _ in failed.shows.asked}) is not is_spared
    assert ("carries all the traffic" in (lines["node0/messages.log"]["missing"] or "")) is is_spared
    assert lines["node1/messages.log"]["missing"] is None


def test_a_busy_node_that_carries_nothing_is_asked(failed: FakeUpgrade) -> None:
    lines, _ = collected(load(failed, 10.0, 99.0))
    assert all(line["missing"] is None for line in lines.values())


def test_a_load_that_is_not_known_is_no_small_one(failed: FakeUpgrade) -> None:
    failed.state = replace(
        failed.state, cpu=type(failed.state)(cluster="x", taken_at=failed.state.taken_at).cpu
    )
    lines, _ = collected(failed)
    assert "its load is not known" in lines["node0/messages.log"]["missing"]


def test_groups_on_both_nodes_are_carried_by_none_alone() -> None:
    assert carrier_of_all(both()) is N0


def test_an_archive_is_made_once(failed: FakeUpgrade) -> None:
    collected(failed)
    asked = len(failed.shows.asked)
    facts = collect_evidence(failed.context("collect_evidence"))
    assert (facts["archive"], len(failed.shows.asked)) == (None, asked)
    assert len([n for n in failed.evidence.names(failed.intent.upgrade_id) if JTAC_ARCHIVE in n]) == 1


def test_a_try_that_dies_leaves_nothing_and_the_next_one_makes_it_anew(failed: FakeUpgrade) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    whole = failed.evidence.write
    failed.evidence.write = die  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        collect_evidence(failed.context("collect_evidence"))
    failed.evidence.write = whole  # type: ignore[method-assign]
    assert not any(JTAC_ARCHIVE in n for n in failed.evidence.names(failed.intent.upgrade_id))
    lines, _ = collected(failed)
    assert lines["node1/messages.log"]["missing"] is None


def test_nothing_is_taken_where_policy_says_so_nothing_was_asked_for_or_it_is_over(
    failed: FakeUpgrade,
) -> None:
    for upgrade in (with_rules(FakeUpgrade().with_start(), collect=False), FakeUpgrade()):
        assert collect_evidence(upgrade.context("collect_evidence"))["archive"] is None
        assert upgrade.shows.asked == []
    failed.journal.close_upgrade(failed.intent.upgrade_id, Outcome.ROLLED_BACK, "x", failed.clock.now())
    assert "closed" in str(collect_evidence(failed.context("collect_evidence"))["reason"])


@pytest.mark.parametrize(
    ("outcome", "is_taken"),
    [(Outcome.NEEDS_OPERATOR, True), (Outcome.ABORTED_CLEAN, True), (Outcome.UPGRADED_WITH_FINDINGS, False)],
)
def test_the_end_of_a_run_that_failed_takes_what_nobody_has_taken(
    failed: FakeUpgrade, outcome: Outcome, is_taken: bool
) -> None:
    failed.decided(outcome)
    evidence_at_the_end(failed.context("collect_evidence"))
    kept = failed.evidence.names(failed.intent.upgrade_id)
    assert any(JTAC_ARCHIVE in name for name in kept) is is_taken
    assert not any("support-information" in name for name in kept)


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_refused_start_keeps_its_cluster_for_seconds_and_not_for_minutes(
    failed: FakeUpgrade, is_refused: bool
) -> None:
    load(failed, 95.0)  # to sample the load would take longer than all the rest
    if is_refused:
        no = CommandRejected(sending=Sending.START, node=N0, command="start", permit_id="t0")
        failed.happened(no, "error: no")
    failed.decided(Outcome.ABORTED_CLEAN)
    evidence_at_the_end(failed.context("collect_evidence"))
    _, files = archive(failed)
    assert ("node0/messages.log" in files) is is_refused
    assert (max(failed.shows.within_s) <= BRIEF_S) is is_refused


def test_a_silent_node_takes_no_time_from_the_one_that_answers(failed: FakeUpgrade) -> None:
    no = CommandRejected(sending=Sending.START, node=N0, command="start", permit_id="t0")
    failed.happened(no, "error: no")
    failed.decided(Outcome.ABORTED_CLEAN)
    observe = failed.reader.observe

    def slowly() -> Snapshot:
        failed.clock.sleep(2 * BRIEF_S)
        return observe()

    failed.reader.observe = slowly  # type: ignore[method-assign]
    evidence_at_the_end(failed.context("collect_evidence"))
    assert "node0/messages.log" in archive(failed)[1]


def test_support_information_is_taken_by_policy_once_and_without_secrets(failed: FakeUpgrade) -> None:
    with_rules(failed, support_information=True).decided(Outcome.ROLLED_BACK)
    words = 'set security ike policy x pre-shared-key ascii-text "hush"\n'
    failed.shows.answers = {
        (N0, "request support information"): CommandOutput(text=words),
        (N1, "request support information"): CommandRefused("node1", "permission denied"),
    }
    evidence_at_the_end(failed.context("collect_evidence"))
    uid = failed.intent.upgrade_id
    (name,) = [each for each in failed.evidence.names(uid) if "support-information" in each]
    content = gzip.decompress(failed.evidence.read(name)).decode()
    assert "node0" in name
    assert "pre-shared-key" in content
    assert "hush" not in content
    assert "permission denied" in "\n".join(entry.text for entry in failed.journal.entries(uid))
    failed.shows.asked.clear()
    evidence_at_the_end(failed.context("collect_evidence"))
    assert (N0, "request support information") not in failed.shows.asked


def test_the_rules_of_the_code_are_bounded() -> None:
    rules = EvidenceRules()
    assert (rules.most_s, rules.support_information) == (300.0, False)
