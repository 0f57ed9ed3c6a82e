"""What the product asks of a node, the simulator takes: it refuses arguments that an RPC
does not have, and what is refused as an RPC is asked by the CLI instead, unseen."""

from __future__ import annotations

import pytest

from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.domain.upgrade.rpc import Rpc
from srx_lab.answering import ARGUMENTS
from srx_lab.replies.scene import Query

ASKED: set[Rpc] = {
    form.rpc
    for each in TABLE_QUESTIONS
    for form in each.question.forms
    if form.cli is None and form.rpc.name != "get-configuration"
}


@pytest.mark.parametrize("rpc", sorted(ASKED, key=str), ids=lambda each: str(each.name))
def test_question_is_asked_with_arguments_that_are_known(rpc: Rpc) -> None:
    query = Query(rpc=rpc.name, arguments={name: value or "" for name, value in rpc.leaves})
    assert ARGUMENTS.unknown(query) is None


def test_an_argument_that_is_not_known_is_named() -> None:
    query = Query(rpc="get-software-information", arguments={"brief": "", "no-such": "1"})
    assert ARGUMENTS.unknown(query) == "no-such"
