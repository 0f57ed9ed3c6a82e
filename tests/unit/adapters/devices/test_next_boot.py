"""What a node boots next, from the answers that platforms give: named, unnamed, nothing, or not told."""

from __future__ import annotations

import pytest

from srx_issu.adapters.devices.next_boot import MEDIA, PENDING, next_boot
from srx_issu.adapters.devices.parse.reply import parse_reply
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.questions import SOFTWARE
from srx_issu.domain.cluster.model import NextBoot
from srx_issu.domain.errors import DeviceTimeout, DeviceUnreachable, UnknownCommand
from tests.fakes.snapshots import N0, view

RUNNING, TARGET = "21.4R3-S5.4", "22.4R3-S2.11"
EMPTY = "<rpc-reply/>"
NAMED = (
    f"<rpc-reply><output>Junos version '{TARGET}' is pending</output>"
    "<package-result>1</package-result></rpc-reply>"
)
UNNAMED = "<rpc-reply><output>There is already an install pending.</output></rpc-reply>"
TWO = f"<rpc-reply><output>{TARGET} pending over {RUNNING}</output></rpc-reply>"
NO_RESULT = "<rpc-reply><output>no pending install</output><package-result>0</package-result></rpc-reply>"
STAGED = (
    "<rpc-reply><output>There is pending upgrade. upgrade_in_progress=stage</output>"
    "<package-result>0</package-result></rpc-reply>"
)
VERSION = (
    f"<rpc-reply><software-information><junos-version>{RUNNING}</junos-version>{{}}"
    "</software-information></rpc-reply>"
)
PLAIN = VERSION.format("")
WITH_PENDING = VERSION.format(f"<junos-version-pending>{TARGET}</junos-version-pending>")


def result(code: int) -> str:
    """Without a word."""
    return f"<rpc-reply><package-result>{code}</package-result></rpc-reply>"


def item(answer: str) -> str:
    """As the node's own, in a reply of both."""
    inner = answer.removeprefix("<rpc-reply>").removesuffix("</rpc-reply>")
    return (
        "<rpc-reply><multi-routing-engine-results><multi-routing-engine-item><re-name>node0</re-name>"
        f"{inner}</multi-routing-engine-item></multi-routing-engine-results></rpc-reply>"
    )


def slices(primary: str, backup: str) -> str:
    def part(name: str, role: str, release: str) -> str:
        return (
            f"<snapshot-medium>internal (/dev/{name}) ({role})</snapshot-medium>"
            f"<creation-date>x</creation-date><software-version><package><package-name>junos</package-name>"
            f"<package-version>{release}-domestic</package-version></package></software-version>"
        )

    found = part("da0s1a", "backup", backup) + part("da0s2a", "primary", primary)
    return f"<rpc-reply><snapshot-information>{found}</snapshot-information></rpc-reply>"


def asked(answers: dict[Question, str]) -> NextBoot | None:
    """Who is not in ``answers`` does not know the question."""
    asking = next_boot(N0, view(N0, RUNNING))
    try:
        question = next(asking)
        while True:
            if question in answers:
                question = asking.send(parse_reply("node0", answers[question]))
            else:
                question = asking.throw(UnknownCommand("node0", "syntax error"))
    except StopIteration as done:
        found: NextBoot | None = done.value
        return found


NOTHING, SOME = NextBoot(is_other=False), NextBoot(is_other=True)
GIVEN = NextBoot(is_other=True, release=TARGET)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({PENDING: EMPTY}, NOTHING),
        ({PENDING: NO_RESULT}, NOTHING),
        ({PENDING: EMPTY, SOFTWARE: PLAIN, MEDIA: slices(TARGET, RUNNING)}, GIVEN),
        ({PENDING: EMPTY, SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, NOTHING),
        ({PENDING: NAMED}, GIVEN),
        ({PENDING: UNNAMED}, SOME),
        ({PENDING: TWO}, SOME),
        ({PENDING: UNNAMED, SOFTWARE: WITH_PENDING}, GIVEN),
        ({PENDING: UNNAMED, SOFTWARE: PLAIN, MEDIA: slices(TARGET, RUNNING)}, GIVEN),
        ({PENDING: UNNAMED, SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, SOME),
        ({SOFTWARE: WITH_PENDING}, GIVEN),
        ({SOFTWARE: PLAIN, MEDIA: slices(TARGET, RUNNING)}, GIVEN),
        ({SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, NOTHING),
        ({SOFTWARE: PLAIN, MEDIA: "<rpc-reply><snapshot-information/></rpc-reply>"}, None),
        ({SOFTWARE: PLAIN}, None),
        ({}, None),
        ({PENDING: result(1)}, SOME),
        ({PENDING: result(1), SOFTWARE: WITH_PENDING}, GIVEN),
        ({PENDING: result(7)}, None),
        ({PENDING: result(7), SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, NOTHING),
        ({PENDING: "<rpc-reply><output/><package-result>0</package-result></rpc-reply>"}, NOTHING),
        ({PENDING: "<rpc-reply><pending-install-information/></rpc-reply>"}, None),
        ({PENDING: f"<rpc-reply>{TARGET} is pending</rpc-reply>"}, None),
        ({PENDING: STAGED}, None),
        ({PENDING: STAGED, SOFTWARE: WITH_PENDING}, GIVEN),
        ({PENDING: item("")}, NOTHING),
        ({PENDING: item(result(1))}, SOME),
    ],
)
def test_is_read_from_what_the_platform_has(answers: dict[Question, str], expected: NextBoot | None) -> None:
    assert asked(answers) == expected


def test_a_session_that_is_over_is_no_answer() -> None:
    asking = next_boot(N0, view(N0, RUNNING))
    next(asking)
    with pytest.raises(DeviceTimeout):
        asking.throw(DeviceTimeout("node0", "silent"))


def test_the_answer_of_the_other_node_is_not_this_ones() -> None:
    wrapped = (
        "<rpc-reply><multi-routing-engine-results><multi-routing-engine-item><re-name>node1</re-name>"
        f"<output>{TARGET} is pending</output></multi-routing-engine-item></multi-routing-engine-results>"
        "</rpc-reply>"
    )
    assert asked({PENDING: wrapped}) is None


def test_an_answer_under_the_banner_of_the_other_node_is_not_this_ones() -> None:
    asking = next_boot(N0, view(N0, RUNNING))
    next(asking)
    with pytest.raises(DeviceUnreachable, match="answered as node1"):
        asking.send(parse_reply("node0", "<rpc-reply><banner>{primary:node1}</banner></rpc-reply>"))


def test_two_answers_of_one_node_are_none() -> None:
    twice = item(result(0)).replace(
        "</multi-routing-engine-results>",
        "<multi-routing-engine-item><re-name>node0</re-name><package-result>1</package-result>"
        "</multi-routing-engine-item></multi-routing-engine-results>",
    )
    assert asked({PENDING: twice}) is None
