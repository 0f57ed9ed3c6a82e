"""Trace options are committed by policy's word, behind the approval, and taken back at every end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from srx_issu.domain.cluster.rows.network import ConfigurationSection
from srx_issu.domain.cluster.state import ClusterState, NotAnswered, Rows
from srx_issu.domain.errors import CommandRefused, RequestRefused, SessionLost
from srx_issu.domain.history.command_events import CommandIntended
from srx_issu.domain.history.events import CommitUndone, FoundBy
from srx_issu.domain.history.own_commit import undo_lines
from srx_issu.domain.history.recovery_events import ClusterTakenOver
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import EvidenceRules, Purpose
from srx_issu.domain.upgrade.traces import UNDO, trace_lines
from srx_issu.steps.approval.facts import in_force
from srx_issu.steps.approval.request import start_request
from srx_issu.steps.baseline import baseline, baseline_state
from srx_issu.steps.upgrade.clean_up import clean_up, left_undone
from srx_issu.steps.upgrade.close import what_to_do
from srx_issu.steps.upgrade.trace_cluster import OWN, trace_cluster
from srx_issu.steps.upgrade.undo_commit import undo_commit
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import POLICY, intent
from tests.fakes.snapshots import N0, NEW, OLD, T0, both

LINES = trace_lines(EvidenceRules())
TRACING = replace(POLICY, evidence=EvidenceRules(traceoptions=True))
PLAIN = ["set chassis cluster reth-count 2"]
SET = (N0, f"commit: {'; '.join(LINES)}")
DELETED = (N0, f"commit: {'; '.join(UNDO)}")


def state(lines: list[str]) -> ClusterState:
    section = ConfigurationSection(section="chassis", sha256=str(hash(tuple(lines))), lines=len(lines))
    return ClusterState(cluster="fw-1", taken_at=T0, configuration=Rows(rows=(section,)))


def approved(**changes: object) -> FakeUpgrade:
    """A cluster whose configuration takes what is committed; policy asks for traces, people have said yes."""
    fake = FakeUpgrade(intent=intent(policy=TRACING, **changes), state=state(PLAIN))
    configured = fake.reader.configured = [*PLAIN]

    def committed(lines: tuple[str, ...]) -> None:
        configured[:] = [*PLAIN] if lines == UNDO else [*configured, *lines]
        fake.state = state(configured)
        fake.reader.now = both(configured_at=fake.clock.now(), configured_by="srx-issu")

    fake.writer.committed = committed
    return fake.with_baseline().ready_and_approved()


def run(fake: FakeUpgrade) -> dict[str, object]:
    return dict(trace_cluster(fake.context("issu.trace_cluster")))


def close(fake: FakeUpgrade, outcome: Outcome) -> dict[str, object]:
    fake.decided(outcome, "because")
    return dict(clean_up(fake.context("clean_up")))


def traced(**changes: object) -> FakeUpgrade:
    fake = approved(**changes)
    assert run(fake) == {"traces": "committed"}
    return fake


@pytest.mark.parametrize("changes", [{"policy": POLICY}, {"purpose": Purpose.RECOVER}])
def test_without_policys_word_nothing_is_read_or_sent(changes: dict[str, object]) -> None:
    fake = FakeUpgrade(intent=replace(intent(policy=TRACING), **changes))  # type: ignore[arg-type]
    assert run(fake) == {}
    assert fake.writer.sent == []
    assert close(fake, Outcome.UPGRADED) == {}


def test_who_has_not_said_yes_has_no_configuration_changed() -> None:
    fake = FakeUpgrade(intent=intent(policy=TRACING)).with_baseline()
    fake.reader.configured = [*PLAIN]
    with pytest.raises(RequestRefused, match="no passed readiness assessment"):
        run(fake)
    assert fake.writer.sent == []
    assert fake.outcome is Outcome.REFUSED


def test_the_request_shows_every_line_that_is_committed() -> None:
    body = start_request(approved().context("approval")).body
    assert all(line in body for line in (*LINES, *UNDO))
    assert "traceoptions" not in start_request(FakeUpgrade().with_baseline().context("approval")).body


def test_every_line_is_part_of_what_a_yes_is_bound_to() -> None:
    fake = approved()
    question = in_force(fake.known(), fake.intent, "start")
    assert question is not None
    assert question.parts["configuration"] == f"{'; '.join(LINES)}, taken back at the end"


def test_both_nodes_trace_and_the_baseline_has_the_configuration_of_then() -> None:
    fake = traced()
    assert fake.writer.sent == [SET]
    so_far = fake.known()
    assert baseline_state(so_far, fake.evidence).configuration == state([*PLAIN, *LINES]).configuration
    assert baseline(so_far, fake.evidence).node0.configured_by == "srx-issu"
    assert baseline(so_far, fake.evidence).node0.booted_at == both().node0.booted_at


def test_a_second_try_commits_nothing() -> None:
    fake = traced()
    assert run(fake) == {"traces": "committed"}
    assert fake.writer.sent == [SET]
    assert fake.known().baseline is not None
    assert len(fake.evidence.names(fake.intent.upgrade_id)) == 4


def test_options_of_the_clusters_own_are_left_alone() -> None:
    fake = approved()
    assert fake.reader.configured is not None
    fake.reader.configured.append("set groups node0 chassis cluster traceoptions flag configuration")
    assert run(fake) == run(fake) == {"traces": "left as they are"}
    assert fake.writer.sent == []
    assert fake.known().found_by(FoundBy.COMMIT) == [OWN]
    assert close(fake, Outcome.UPGRADED) == {}
    assert fake.outcome is Outcome.UPGRADED


def test_a_commit_that_is_refused_starts_nothing_and_leaves_nothing() -> None:
    fake = approved()
    fake.writer.refuse = CommandRefused("node0", "configuration database locked by: ada")
    with pytest.raises(RequestRefused, match=r"could not be committed.*locked by: ada; nothing was sent"):
        run(fake)
    assert fake.outcome is Outcome.NOT_READY
    assert undo_lines(fake.known()) == ()


def test_a_commit_without_an_answer_is_not_made_again() -> None:
    fake = approved()
    fake.writer.refuse = SessionLost("node0", "the session ended")
    with pytest.raises(SessionLost):
        run(fake)
    with pytest.raises(RequestRefused, match="does not show the trace options"):
        run(fake)
    assert fake.writer.sent == [SET]
    told = clean_up(fake.context("clean_up"))
    assert "it may show later" in str(told["not_undone"])
    assert fake.outcome is Outcome.REFUSED


def test_one_that_was_made_all_the_same_is_gone_on_with_and_taken_back() -> None:
    fake = approved()
    assert fake.reader.configured is not None
    fake.writer.refuse = SessionLost("node0", "the session ended")
    with pytest.raises(SessionLost):
        run(fake)
    fake.writer.refuse = None
    fake.writer.committed(LINES)
    assert run(fake) == {"traces": "committed"}
    assert close(fake, Outcome.UPGRADED) == {"undone": True}
    assert fake.writer.sent == [SET, DELETED]


def test_a_configuration_that_cannot_be_read_then_starts_nothing() -> None:
    fake = approved()
    take = fake.writer.committed

    def committed(lines: tuple[str, ...]) -> None:
        take(lines)
        fake.state = replace(fake.state, configuration=NotAnswered(reason="node0: timeout"))

    fake.writer.committed = committed
    with pytest.raises(RequestRefused, match=r"cannot be read: node0: timeout; no ISSU was sent, but trace"):
        run(fake)


@pytest.mark.parametrize(
    "outcome",
    [Outcome.UPGRADED, Outcome.NOT_READY, Outcome.REFUSED, Outcome.ABORTED_CLEAN, Outcome.ROLLED_BACK],
)
@pytest.mark.parametrize("begun", [True, False])
def test_every_end_takes_it_back_and_reads_both_nodes(outcome: Outcome, begun: bool) -> None:
    fake = traced()
    if begun:
        fake.with_start()
    assert close(fake, outcome) == {"undone": True}
    assert fake.writer.sent == [SET, DELETED]
    assert fake.reader.configured == PLAIN
    assert fake.outcome is outcome
    assert undo_lines(fake.known()) == ()
    assert undo_commit(fake.context("clean_up")) == {}


def in_mid_issu(fake: FakeUpgrade) -> None:
    fake.with_start()
    fake.reader.now = both(OLD, NEW)


def others_have_added(fake: FakeUpgrade) -> None:
    assert fake.reader.configured is not None
    fake.reader.configured.append("set chassis cluster traceoptions level verbose")


def locked(fake: FakeUpgrade) -> None:
    fake.writer.refuse = CommandRefused("node0", "configuration database locked by: ada")


def taken_and_not_gone(fake: FakeUpgrade) -> None:
    fake.writer.committed = lambda _: None


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (in_mid_issu, "stopped half way"),
        (others_have_added, "level verbose"),
        (locked, "locked by: ada"),
        (taken_and_not_gone, "node0 still has"),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.UPGRADED, Outcome.NEEDS_OPERATOR])
def test_what_cannot_be_taken_back_is_told_with_the_lines_to_type(
    spoil: Callable[[FakeUpgrade], None], words: str, outcome: Outcome
) -> None:
    fake = traced()
    spoil(fake)
    text = str(close(fake, outcome)["not_undone"])
    assert words in text
    assert "configure exclusive; delete chassis cluster traceoptions; show | compare; commit and-quit" in text
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is not Outcome.UPGRADED
    assert ended.reason.startswith("because; not taken back (")
    assert UNDO[0] in what_to_do(fake.context("close"))


def test_a_section_that_is_not_as_before_is_a_finding() -> None:
    fake = traced()
    take = fake.writer.committed

    def committed(lines: tuple[str, ...]) -> None:
        take(lines)
        fake.state = state([*PLAIN, "set chassis cluster heartbeat-interval 2000"])

    fake.writer.committed = committed
    assert "differs from" in str(close(fake, Outcome.UPGRADED)["differs"])
    assert "differs from the one before" in fake.known().found_by(FoundBy.COMMIT)[0]


def test_a_clean_up_that_breaks_off_tells_it_too() -> None:
    fake = traced()
    fake.decided(Outcome.UPGRADED, "because")
    left_undone(fake.context("clean_up"), "KeyError: x")
    assert fake.outcome is Outcome.UPGRADED_WITH_FINDINGS
    assert UNDO[0] in fake.known().found_by(FoundBy.COMMIT)[0]


def test_a_recovery_takes_back_what_it_has_taken_over() -> None:
    fake = FakeUpgrade(intent=replace(intent(), purpose=Purpose.RECOVER))
    fake.reader.configured = [*PLAIN, *LINES]
    event = ClusterTakenOver(by="ada", from_upgrade="manual__0", undo=UNDO, committed=LINES)
    fake.happened(event, "taken over")

    def committed(_: tuple[str, ...]) -> None:
        fake.reader.configured = [*PLAIN]

    fake.writer.committed = committed
    assert close(fake, Outcome.ABORTED_CLEAN) == {"undone": True}
    assert fake.writer.sent == [DELETED]
    entries = fake.journal.written[fake.intent.upgrade_id]
    assert [e for e in entries if isinstance(e.event, CommitUndone)]
    assert not [e for e in entries if isinstance(e.event, CommandIntended) and e.event.undo]


def test_what_others_committed_before_ours_stays_a_finding() -> None:
    """The baseline that is taken anew has it, so that no comparison afterwards can tell of it."""
    fake = approved()
    theirs = ConfigurationSection(section="security", sha256="theirs", lines=9)
    take = fake.writer.committed

    def committed(lines: tuple[str, ...]) -> None:
        take(lines)
        assert isinstance(fake.state.configuration, Rows)
        rows = (*fake.state.configuration.rows, theirs)
        fake.state = replace(fake.state, configuration=Rows(rows=rows))

    fake.writer.committed = committed
    assert run(fake) == run(fake) == {"traces": "committed"}
    told = [text for text in fake.known().found_by(FoundBy.COMMIT) if "'security'" in text]
    assert told == ["configuration section 'security' was changed by somebody else since the baseline"]


def test_a_clean_up_that_is_tried_again_tells_what_is_left_once() -> None:
    fake = traced()
    locked(fake)
    close(fake, Outcome.UPGRADED)
    first = fake.known().conclusion
    clean_up(fake.context("clean_up"))
    left_undone(fake.context("clean_up"), "KeyError: x")
    assert fake.known().conclusion == first
    assert len(fake.known().found_by(FoundBy.COMMIT)) == 1


def test_a_later_try_that_takes_it_back_says_so() -> None:
    fake = traced()
    locked(fake)
    close(fake, Outcome.UPGRADED)
    fake.writer.refuse = None
    clean_up(fake.context("clean_up"))
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.UPGRADED_WITH_FINDINGS
    assert ended.reason.endswith("; it was taken back by a later try")


def test_one_that_was_taken_back_without_an_answer_is_taken_back() -> None:
    fake = traced()
    take = fake.writer.committed

    def committed(lines: tuple[str, ...]) -> None:
        take(lines)
        raise SessionLost("node0", "the session ended")

    fake.writer.committed = committed
    assert close(fake, Outcome.UPGRADED) == {"undone": True}
    assert fake.writer.sent == [SET, DELETED]
    assert fake.outcome is Outcome.UPGRADED


def taken_over(*lines: str, is_answered: bool = True) -> FakeUpgrade:
    fake = FakeUpgrade(intent=replace(intent(), purpose=Purpose.RECOVER))
    fake.reader.configured = [*PLAIN, *lines]
    event = ClusterTakenOver(by="ada", from_upgrade="manual__0", undo=UNDO, committed=LINES)
    fake.happened(replace(event, is_commit_answered=is_answered), "taken over")

    def committed(_: tuple[str, ...]) -> None:
        fake.reader.configured = [*PLAIN]

    fake.writer.committed = committed
    return fake


def test_what_was_taken_over_is_told_by_the_lines_of_who_committed_it() -> None:
    other = replace(POLICY, evidence=EvidenceRules(trace_file_mb=7, trace_files=9))
    fake = taken_over(*LINES)
    fake.intent = replace(fake.intent, policy=other)
    assert close(fake, Outcome.ABORTED_CLEAN) == {"undone": True}


def test_a_commit_that_was_taken_over_without_its_answer_may_show_later() -> None:
    fake = taken_over(is_answered=False)
    assert "it may show later" in str(close(fake, Outcome.ABORTED_CLEAN)["not_undone"])
