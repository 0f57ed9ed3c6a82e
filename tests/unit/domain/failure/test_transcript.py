"""The words of a stopped upgrade, real ones first (captures of the guide's Table 2 and of field reports)."""

from __future__ import annotations

import pytest

from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.route_table import ROUTE_FACTS
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.failure.transcript import (
    CLASS_OF_CODE,
    REASON_PATTERNS,
    REFUSAL_PATTERNS,
    Stopped,
    transcript_verdict,
)
from tests.places import capture, captures
from tests.unit.domain.failure.growth import growth

REAL = {
    "4.1_reboot_secondary": (
        "4.1",
        FailureClass.SECONDARY_REBOOT_FAILED,
        True,
        "Reboot secondary node failed",
    ),
    "6.1_cold_sync_timeout": (
        "6.1",
        FailureClass.COLD_SYNC_FAILED,
        True,
        "timeout waiting for secondary node node1 to sync",
    ),
    "7.1_failover_failed": (
        "7.1",
        FailureClass.SWITCHOVER_FAILED,
        True,
        "failover all RGs to node node0 failed",
    ),
    "already_in_progress": (None, FailureClass.STALE_IN_PROGRESS, None, "warning: ISSU in progress"),
    "ansible254_reboot_keyword_missing": (
        None,
        FailureClass.REBOOT_KEYWORD_MISSING,
        None,
        "'reboot' keyword must be specified",
    ),
}


@pytest.mark.parametrize("name", sorted(REAL))
def test_reads_every_captured_failure(name: str) -> None:
    code, cause, window_open, words = REAL[name]
    verdict = transcript_verdict(capture(f"issu_failure__{name}.txt"))
    assert verdict is not None
    assert (verdict.code, verdict.cause, verdict.window_open) == (code, cause, window_open)
    assert words in verdict.line


def test_no_captured_failure_is_left_out() -> None:
    names = {path.stem.removeprefix("issu_failure__") for path in captures("issu_failure__*")}
    assert names == set(REAL)


def test_a_healthy_transcript_has_not_stopped() -> None:
    assert transcript_verdict(capture("icu_srxsme_12.1X46-D55.3_transcript.md")) is None


def test_every_class_that_words_can_name_has_its_words_here() -> None:
    known = {cause for cause, _ in (*REFUSAL_PATTERNS, *REASON_PATTERNS)}
    missing = sorted(known - {cause for _, cause in NAMED} - {REAL[name][1] for name in REAL})
    assert not missing, f"add a line of the device's words to NAMED in this file: {', '.join(missing)}"


def test_every_class_is_named_by_words_or_seen_on_the_nodes() -> None:
    named = {cause for cause, _ in (*REFUSAL_PATTERNS, *REASON_PATTERNS)} | set(CLASS_OF_CODE.values())
    nowhere = sorted(set(FailureClass) - named - SEEN_ON_THE_NODES)
    assert not nowhere, (
        f"include/srx_issu/domain/failure/transcript.py has no words for {', '.join(nowhere)}; "
        "where the nodes alone show it, add it to SEEN_ON_THE_NODES of this file"
    )


def test_every_class_that_words_can_name_says_where_they_are_believed() -> None:
    known = {cause for cause, _ in (*REFUSAL_PATTERNS, *REASON_PATTERNS)} | set(CLASS_OF_CODE.values())
    missing = sorted(cause for cause in known if not FACTS[cause].situations)
    assert not missing, f"say 'situations' in domain/failure/table.py of {', '.join(missing)}"


@pytest.mark.parametrize(
    "text",
    [
        "reboot failed (error-code: 4.1)",
        "reboot failed(error-code:4.1)",
        "REBOOT FAILED ( ERROR-CODE:  4.1 )",
        "node0:\n-----------------\n[Oct  6 12:30:16]: reboot failed (error-code: 4.1)\r\n",
        "reboot failed (error-code:\n4.1)",  # wrapped by a narrow terminal
    ],
)
def test_finds_the_code_however_it_is_printed(text: str) -> None:
    verdict = transcript_verdict(text)
    assert verdict is not None
    assert (verdict.code, verdict.cause) == ("4.1", FailureClass.SECONDARY_REBOOT_FAILED)
    assert verdict.line.lower().startswith(("reboot failed", "[oct  6 12:30:16]: reboot failed"))


def test_an_unknown_code_stays_unknown() -> None:
    verdict = transcript_verdict("[Oct  6 12:30:16]: something new failed (error-code: 9.9)")
    assert verdict == Stopped(
        code="9.9", line="[Oct  6 12:30:16]: something new failed (error-code: 9.9)", window_open=None
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[Oct  6 12:30:16]: ISSU aborted. But, both nodes are in ISSU window.", True),
        ("ISSU aborted and exiting ISSU window", False),
        ("ISSU aborted. But, both nodes are in ISSU window.\nISSU aborted and exiting ISSU window", False),
        ("error: ISSU Aborted!", None),
    ],
)
def test_tells_whether_the_window_is_open(words: str, expected: bool | None) -> None:
    verdict = transcript_verdict(words)
    assert verdict is not None
    assert verdict.window_open is expected
    assert verdict.cause is None


# Only the two marked [J] have a source; the others are plausible wordings that must be caught if met.
SEEN_ON_THE_NODES = frozenset(
    {
        FailureClass.ICU_ENDED_HALF_WAY,
        FailureClass.ICU_NOT_ENDED,
        *ROUTE_FACTS,
        FailureClass.BOTH_PRIMARY,
        FailureClass.COMMAND_ENDED,
        FailureClass.FINISHED,
        FailureClass.LINK_LOST,
        FailureClass.NODE_MISSING,
        FailureClass.PROMPT_UNANSWERED,
        FailureClass.STUCK,
        FailureClass.TRANSCRIPT_LOST,
        FailureClass.UNDER_WAY,
        FailureClass.UNKNOWN,
        FailureClass.UNKNOWN_CODE,
        FailureClass.VERSIONS_DIFFER,
    },
)
"""Classes that no words of the device name."""
NAMED = (
    ("ISSU currently do not support L2 mode", FailureClass.UNSUPPORTED_FEATURE),  # [J]
    ("File does not exist: /var/tmp/junos.tgz", FailureClass.IMAGE_MISSING),  # [J]
    ("error: package /var/tmp/junos.tgz not found", FailureClass.IMAGE_MISSING),
    ("error: package is corrupt", FailureClass.IMAGE_CORRUPT),
    ("ERROR: checksum verification failed", FailureClass.IMAGE_CORRUPT),
    ("error: package is not supported on this platform", FailureClass.WRONG_PLATFORM),
    ("error: Validation failed", FailureClass.VALIDATION_FAILED),
    ("error: file-fetch failed", FailureClass.REMOTE_SITE),
    ("error: failover of redundancy-groups to node0 failed", FailureClass.GROUP_FAILOVER_FAILED),
    ("error: node1: ksyncd reports an error", FailureClass.KSYNCD),
    ("error: chassisd is not ready for ISSU", FailureClass.CHASSISD),
    ("error: not enough disk space on /var", FailureClass.DISK_FULL),
    ("error: CPU usage above limit", FailureClass.CPU_BUSY),
    ("error: policies are out of sync for PFE node0.fpc0.pic0", FailureClass.POLICIES_OUT_OF_SYNC),
    ("error: upgrade of primary node failed", FailureClass.PRIMARY_UPGRADE_FAILED),
    ("error: Failed to push bundle to node1", FailureClass.ICU_INSTALL_FAILED),
    ("error: software installation on secondary node node1 failed", FailureClass.ICU_INSTALL_FAILED),
    ("error: node 1 did not come up", FailureClass.ICU_SECONDARY_NOT_BACK),
    ("error: rebooting primary node failed", FailureClass.PRIMARY_REBOOT_FAILED),
    (
        "Reboot failure on     Primary node",
        FailureClass.PRIMARY_REBOOT_FAILED,
    ),  # [S], with the guide's blanks
    ("error: ISSU is not supported on this platform", FailureClass.UNSUPPORTED_FEATURE),
    ("error: ISSU is not supported from release 15.1X49-D170.4", FailureClass.VALIDATION_FAILED),
    ("error: Junos 22.4R3-S2.11 is already running on this node", FailureClass.VALIDATION_FAILED),
    ("error: x.tgz is not a package for srx4600", FailureClass.WRONG_PLATFORM),
    ("error: node1: redundancy-group 1 has priority 0 (IF)", FailureClass.GROUP_FAILOVER_FAILED),
    ("error: node1: redundancy-group 0 is in hold state", FailureClass.GROUP_FAILOVER_FAILED),
)


@pytest.mark.parametrize(("line", "cause"), NAMED)
def test_names_the_cause(line: str, cause: FailureClass) -> None:
    verdict = transcript_verdict(f"ISSU: Validating package\n{line}\n")
    assert verdict is not None, f"no pattern of include/srx_issu/domain/failure/transcript.py fits {line!r}"
    assert (verdict.cause, verdict.line, verdict.code) == (cause, line, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ISSU: Validating package",
        "Checking disk space on both nodes",
        "warning: unsupported PIC 1/0 will restart; package not compatible with it",
        "ksyncd: no errors",
        "System going down IMMEDIATELY",
        "hint: run 'request chassis cluster in-service-upgrade abort' to abort",
        "error: something minor, going on",
        "error: commit is not allowed while ISSU is in progress",
    ],
)
def test_words_that_do_not_stop_an_upgrade(text: str) -> None:
    assert transcript_verdict(text) is None


@pytest.mark.parametrize("unit", ["upgrade primary ", "CPU ", "error:[", "validate "])
def test_a_line_without_end_keeps_no_other_cluster_waiting(unit: str) -> None:
    """A message in a loop, a hostile node: read in the loop of all waits, 20 kB of it took a minute."""
    assert growth(lambda text: transcript_verdict(f"error: {text}"), unit, smaller=2_000) < 8


def test_a_line_without_end_is_told_shortly_and_its_code_is_found() -> None:
    verdict = transcript_verdict(f"error: {'no ' * 50_000} (error-code: 6.1) {'no ' * 50_000}")
    assert verdict is not None
    assert verdict.code == "6.1"
    assert "(error-code: 6.1)" in verdict.line
    assert len(verdict.line) <= 400


def test_a_check_that_passed_is_not_the_reason_of_an_abort() -> None:
    verdict = transcript_verdict("Checking disk space: done\nsync with ksyncd done\nISSU aborted")
    assert verdict is not None
    assert (verdict.cause, verdict.line) == (None, "ISSU aborted")


def test_an_error_that_is_not_recognised_is_quoted_rather_than_the_abort() -> None:
    verdict = transcript_verdict("error: upgrade of node node0 failed\nISSU aborted")
    assert verdict is not None
    assert (verdict.cause, verdict.line) == (None, "error: upgrade of node node0 failed")


def test_an_unsuffixed_reason_counts_beside_an_abort() -> None:
    verdict = transcript_verdict("ksyncd failed on node1\nISSU aborted and exiting ISSU window")
    assert verdict is not None
    assert (verdict.cause, verdict.line, verdict.window_open) == (
        FailureClass.KSYNCD,
        "ksyncd failed on node1",
        False,
    )


def test_a_reason_beside_an_unknown_code_is_kept() -> None:
    verdict = transcript_verdict("error: no space left on device\nerror: stage failed (error-code: 3.2)")
    assert verdict is not None
    assert (verdict.code, verdict.cause) == ("3.2", FailureClass.DISK_FULL)
