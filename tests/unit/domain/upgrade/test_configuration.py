"""What may be committed is a closed list, and what is left of a commit is told from a configuration."""

from __future__ import annotations

import pytest

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.configuration import CommitConfiguration, comment_of, still_there
from srx_issu.domain.upgrade.intent import EvidenceRules
from srx_issu.domain.upgrade.traces import (
    UNDO,
    added_by_others,
    is_tracing,
    own_traces,
    trace_lines,
)

LINES = trace_lines(EvidenceRules())
AS_ONE = "\n".join((*LINES, "set chassis cluster reth-count 2"))
AS_SEVERAL = """set chassis cluster reth-count 2
set chassis cluster traceoptions file jsrpd
set chassis cluster traceoptions file size 10m
set chassis cluster traceoptions file files 3
set chassis cluster traceoptions flag all
"""


@pytest.mark.parametrize(
    "line",
    [
        "set system root-authentication plain-text-password",
        "delete chassis cluster",
        "delete",
        "set chassis cluster traceoptions flag all\ndelete security",
        "set chassis cluster traceoptions file ../../etc/passwd size 10m files 3",
        "set chassis cluster traceoptions file jsrpd size 10m files 3 world-readable",
        "set chassis cluster traceoptions flag all ",
        "Set chassis cluster traceoptions flag all",
        "",
    ],
)
def test_a_line_outside_the_list_is_never_committed(line: str) -> None:
    with pytest.raises(RequestRefused, match="none of those"):
        CommitConfiguration(lines=(*LINES, line), comment="a comment")


def test_neither_is_nothing_at_all_nor_a_comment_with_markup() -> None:
    with pytest.raises(RequestRefused, match="without a line"):
        CommitConfiguration(lines=(), comment="a comment")
    for comment in ("", "<log/>", 'a "quote"', "two\nlines", "x" * 301):
        with pytest.raises(RequestRefused, match="expected 1 to 300"):
            CommitConfiguration(lines=LINES, comment=comment)


@pytest.mark.parametrize("upgrade_id", ["manual__2026-11-29T21:18:51.5+00:00", 'x"<>\n' * 80])
def test_the_comment_names_the_upgrade_whatever_its_run_is_called(upgrade_id: str) -> None:
    comment = comment_of(upgrade_id, "trace options for the ISSU")
    command = CommitConfiguration(lines=LINES, comment=comment)
    assert command.comment.startswith(f"srx-issu {upgrade_id[:1]}")
    assert command.cli.startswith("commit: set chassis cluster traceoptions file jsrpd size 10m files 3; set")


@pytest.mark.parametrize("text", [AS_ONE, AS_SEVERAL])
def test_what_is_set_is_seen_however_a_release_shows_it(text: str) -> None:
    assert is_tracing(text)
    assert len(still_there(UNDO, text)) >= 2
    assert added_by_others(text, LINES) == ()


def test_nothing_is_left_where_only_something_else_has_the_name() -> None:
    text = """set chassis cluster reth-count 2
set security flow traceoptions flag all
set chassis cluster traceoptions-of-another-kind flag all
"""
    assert still_there(UNDO, text) == own_traces("set security traceoptions flag all") == ()
    assert not is_tracing(text)


def test_deactivated_options_and_those_of_a_group_are_the_clusters_own() -> None:
    assert own_traces("deactivate chassis cluster traceoptions")
    assert own_traces("set groups node0 chassis cluster traceoptions flag all")
    assert still_there(UNDO, "deactivate chassis cluster traceoptions")


@pytest.mark.parametrize(
    "line",
    [
        "set chassis cluster traceoptions level verbose",
        "set chassis cluster traceoptions file jsrpd match ISSU",
        "deactivate chassis cluster traceoptions",
    ],
)
def test_what_somebody_else_has_added_is_told(line: str) -> None:
    assert added_by_others(f"{AS_ONE}\n{line}", LINES) == (line,)
