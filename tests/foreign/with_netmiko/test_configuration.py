"""netmiko in configuration mode: set and delete, compare, commit, roll back, other people's locks."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.foreign.with_netmiko.conftest import Connect


def test_display_inheritance_shows_the_nodes_host_name(session: Any) -> None:
    assert "host-name" not in session.send_command("show configuration system")
    output = session.send_command("show configuration system | display inheritance")
    assert "## 'system' was inherited from group" in output or "was inherited from group 'node0'" in output
    assert "host-name" in output


@pytest.mark.parametrize(
    ("command", "words"),
    [("configure", ["Entering configuration mode"]),
     ("configure exclusive", ["warning: uncommitted changes will be discarded on exit",
                              "Entering configuration mode"]),
     ("configure private", ["warning: uncommitted changes will be discarded on exit",
                            "Entering configuration mode"])],
)  # fmt: skip
def test_configuration_mode(editing: Any, command: str, words: list[str]) -> None:
    output = editing.config_mode(config_command=command)
    assert editing.check_config_mode()
    assert [line for line in output.splitlines() if line in words] == words
    left = editing.exit_config_mode()
    assert "Exiting configuration mode" in left
    assert not editing.check_config_mode()


def test_configure_exclusive_keeps_others_out(connect: Connect, editing: Any) -> None:
    editing.config_mode(config_command="configure exclusive")
    other = connect("edited")
    try:
        refused = other.send_command_timing("configure exclusive")
        assert "configuration database locked by" in refused
        assert "exclusive" in refused
        assert not other.check_config_mode()
    finally:
        other.disconnect()
        editing.exit_config_mode()


def test_second_user_is_told_of_the_first(connect: Connect, editing: Any) -> None:
    editing.config_mode()
    other = connect("edited")
    try:
        assert "Users currently editing the configuration:" in other.config_mode()
    finally:
        other.disconnect()
        editing.exit_config_mode()


def test_set_and_compare(candidate: Any) -> None:
    candidate.send_config_set(["set system location building netmiko"], exit_config_mode=False)
    shown = candidate.send_command("show | compare")
    assert "[edit system]" in shown
    assert re.search(r"^\+ +location \{$", shown, re.M)
    assert re.search(r"^\+ +building netmiko;$", shown, re.M)


def test_delete_and_compare(candidate: Any) -> None:
    candidate.send_config_set(["delete routing-options autonomous-system"], exit_config_mode=False)
    shown = candidate.send_command("show | compare")
    assert re.search(r"^- +autonomous-system 64999;$", shown, re.M)


def test_change_of_a_value_shows_both(candidate: Any) -> None:
    candidate.send_config_set(["set routing-options autonomous-system 65010"], exit_config_mode=False)
    shown = candidate.send_command("show | compare")
    assert re.search(r"^- +autonomous-system 64999;$", shown, re.M)
    assert re.search(r"^\+ +autonomous-system 65010;$", shown, re.M)


def test_show_tells_the_candidate(candidate: Any) -> None:
    candidate.send_config_set(["set system location building netmiko"], exit_config_mode=False)
    assert "building netmiko;" in candidate.send_command("show system location")
    candidate.send_command("edit system location", expect_string=r"#\s*$")
    assert candidate.send_command("show").strip() == "building netmiko;"
    assert candidate.send_command_timing("set floor 3") is not None
    candidate.send_command("top", expect_string=r"#\s*$")
    assert "floor 3;" in candidate.send_command("show system location")


@pytest.mark.parametrize("line", ["set no-such-hierarchy", "set system no-such-statement x", "sett system"])
def test_line_that_is_no_statement(candidate: Any, line: str) -> None:
    output = candidate.send_config_set([line], exit_config_mode=False, error_pattern="")
    assert "syntax error" in output or "unknown command" in output
    assert not candidate.send_command("show | compare").strip()


def test_commit_check_then_leaving_asks(candidate: Any) -> None:
    candidate.send_config_set(["set system location building netmiko"], exit_config_mode=False)
    assert "configuration check succeeds" in candidate.commit(check=True)
    left = candidate.exit_config_mode()
    assert "The configuration has been changed but not committed" in left
    assert "Exit with uncommitted changes? [yes,no] (yes)" in left
    assert "The configuration has been changed but not committed" in candidate.config_mode()


def test_commit_and_roll_back(candidate: Any) -> None:
    candidate.send_config_set(["set system location building netmiko"], exit_config_mode=False)
    assert "commit complete" in candidate.commit(comment="by netmiko", and_quit=True)
    assert "building netmiko;" in candidate.send_command("show configuration system location")
    assert "by netmiko" in candidate.send_command("show system commit")
    candidate.config_mode()
    assert "load complete" in candidate.send_command("rollback 1", expect_string=r"#\s*$")
    candidate.commit(and_quit=True)
    assert "netmiko" not in candidate.send_command("show configuration system")


def test_commit_confirmed(candidate: Any) -> None:
    candidate.send_config_set(["set system location building netmiko"], exit_config_mode=False)
    output = candidate.commit(confirm=True, confirm_delay=10)
    assert "commit confirmed will be automatically rolled back in 10 minutes unless confirmed" in output
    assert "commit complete" in output
    candidate.send_command("rollback 1", expect_string=r"#\s*$")
    candidate.commit(and_quit=True)
