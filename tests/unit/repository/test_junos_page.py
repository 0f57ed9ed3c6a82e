"""docs/junos.md speaks of every question, command and code that this software relies on."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.model import GroupState, NodeName
from srx_issu.domain.failure.transcript import CLASS_OF_CODE
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    Command,
    FailOver,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
    SnapshotSoftware,
    SoftwareFamily,
    StartIssu,
    ValidateImage,
)
from tests.integration.adapters.devices.every_question import every_question
from tests.places import ROOT

PAGE = (ROOT / "docs" / "junos.md").read_text(encoding="utf-8")
IMAGE = "/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"
QUESTIONS = {question.rpc.name: question.cli for question in every_question() if question.rpc}
COMMANDS: tuple[Command, ...] = (
    FailOver(group_id=1, to=NodeName.NODE0),
    ResetFailover(group_id=1),
    AbortIssu(),
    *(SnapshotSoftware(software=each) for each in SoftwareFamily),
    ResyncPolicies(),
    *(ValidateImage(image_path=IMAGE, software=each) for each in SoftwareFamily),
    *(RollBackNode(node=NodeName.NODE1, software=each) for each in SoftwareFamily),
    *(RebootNode(node=NodeName.NODE1, software=each) for each in SoftwareFamily),
    *(StartIssu(image_path=IMAGE, software=each) for each in SoftwareFamily),
)


@pytest.mark.parametrize("rpc", sorted(QUESTIONS))
def test_every_question_is_listed(rpc: str) -> None:
    line = f"| `{rpc}` | `{QUESTIONS[rpc]}` | what it is asked for |"
    listed = f"`{rpc}`" in PAGE
    assert listed, f'docs/junos.md, "Questions and their RPCs", has no line such as\n{line}'


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.cli)
def test_every_command_is_listed(command: Command) -> None:
    assert f"`{command.rpc.name}`" in PAGE
    words = command.cli.replace(IMAGE, "IMAGE").replace("node 0", "node M").replace("node 1", "node N")
    assert f"`{words.replace('-group 1', '-group N')}`" in PAGE


@pytest.mark.parametrize("code", CLASS_OF_CODE)
def test_every_known_error_code_is_explained(code: str) -> None:
    assert f"(error-code: {code})" in PAGE


@pytest.mark.parametrize("state", [state for state in GroupState if state is not GroupState.UNKNOWN])
def test_every_state_of_a_group_is_explained(state: GroupState) -> None:
    _, _, states = PAGE.partition("| state | what it means |")
    first_cells = {line.split("|")[1].strip() for line in states.split("\n\n")[0].splitlines()[2:]}
    assert state.value in {name for cell in first_cells for name in cell.split(", ")}
