"""Taking the answers to several questions in one command apart."""

from __future__ import annotations

import time

import pytest

from srx_issu.adapters.devices.compound import compound, take_apart
from srx_issu.adapters.devices.node_desk import LOOK_BYTES
from srx_issu.adapters.devices.questions import SOFTWARE, STATUS

ONE = "<rpc-reply xmlns:junos='x'><a/></rpc-reply>"
TWO = "<rpc-reply xmlns:junos='x'><b/></rpc-reply>"
SYNTAX = "                    ^\nsyntax error, expecting <command>.\n"
DENIED = "error: permission denied: show chassis cluster information issu\n"


def test_the_question() -> None:
    assert compound([SOFTWARE, STATUS]) == (
        "show version | display xml | no-more; show chassis cluster status | display xml | no-more"
    )


@pytest.mark.parametrize(
    ("printed", "texts"),
    [
        ("", ()),
        (f"{ONE}\n{TWO}\n", (ONE, TWO)),
        (f"{ONE}{TWO}", (ONE, TWO)),
        (f"Last login: never\n{{primary:node0}}\n{ONE}\n\n{{primary:node0}}\n{TWO}", (ONE, TWO)),
        (f"{ONE}\n{DENIED}{TWO}", (ONE, DENIED.strip(), TWO)),
        (f"{ONE}\n{TWO}\n{SYNTAX}", (ONE, TWO, "syntax error, expecting <command>.")),
        (f"{SYNTAX}{SYNTAX}{ONE}", ("syntax error, expecting <command>.",) * 2 + (ONE,)),
    ],
)
def test_one_answer_to_each_question(printed: str, texts: tuple[str, ...]) -> None:
    found = take_apart(printed)
    assert found.texts == texts
    assert found.is_clear


@pytest.mark.parametrize("cut", ["<rpc-rep", "<rpc-reply xmlns:junos='x'><half>", f"{TWO[:-3]}"])
def test_an_answer_without_its_end_is_none(cut: str) -> None:
    assert take_apart(f"{ONE}\n{cut}").texts == (ONE,)


@pytest.mark.parametrize(
    "printed", [f"<!DOCTYPE r [<!ENTITY a 'b'>]>{ONE}{TWO}", f"{ONE}<output>no</output>{TWO}", f"<\x00{ONE}"]
)
def test_markup_between_answers_leaves_it_unclear_whose_they_are(printed: str) -> None:
    assert not take_apart(printed).is_clear


@pytest.mark.parametrize(
    "flood", ["\n" * LOOK_BYTES, "error: no\n" * (LOOK_BYTES // 10)], ids=["lines", "noes"]
)
def test_a_flood_between_answers_is_no_answer_and_costs_the_loop_little(flood: str) -> None:
    began = time.process_time()
    found = take_apart(f"{ONE}{flood}{TWO}")
    assert time.process_time() - began < 0.1  # of all other clusters' looks; it was a second
    assert found.texts == (ONE, TWO)
    assert not found.is_clear
