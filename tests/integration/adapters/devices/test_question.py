"""Each question is written down once, and can be asked."""

from __future__ import annotations

from collections import defaultdict

from lxml import etree

from srx_issu.adapters.devices.question import Question, RequestForm, by_rpc_or_cli, cli_form
from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.domain.cluster.state import TABLES
from srx_issu.domain.upgrade.rpc import Rpc
from tests.integration.adapters.devices.every_question import every_question


def sent(form: RequestForm) -> str:
    return etree.tostring(form.element).decode()


def test_a_request_is_written_down_in_one_question_only() -> None:
    found: dict[str, set[int]] = defaultdict(set)
    questions = every_question()  # kept, so that each has an id of its own
    for question in questions:
        for form in question.forms:
            found[sent(form)].add(id(question))
    assert {request for request, ids in found.items() if len(ids) > 1} == set()


def test_every_question_can_be_asked() -> None:
    assert [question for question in every_question() if not question.forms] == []


def test_every_table_has_a_question() -> None:
    asked = {each.table for each in TABLE_QUESTIONS} | {"images"}
    where = "a file of adapters/devices/state that catalogue.py lists"
    assert set(TABLES) - asked == set(), f"no question fills these tables: none is in QUESTIONS of {where}"
    assert asked - set(TABLES) == set(), "domain/cluster/state.py has no such tables"


def test_the_rpc_goes_first_unless_the_cli_shall() -> None:
    question = by_rpc_or_cli("get-x", "show x", no_resolve=None, path="/a")
    assert [sent(form) for form in question.forms] == [
        "<get-x><no-resolve/><path>/a</path></get-x>",
        '<command format="xml">show x</command>',
    ]
    turned = Question(rpc=Rpc("get-x"), cli="show x", cli_output="text", cli_first=True)
    assert [sent(form) for form in turned.forms] == ['<command format="text">show x</command>', "<get-x/>"]


def test_attributes_are_those_of_the_rpc() -> None:
    (form,) = Question(rpc=Rpc("get-configuration"), attributes=(("database", "candidate"),)).forms
    assert sent(form) == '<get-configuration database="candidate"/>'
    assert form.name == "get-configuration"
    assert cli_form("show x").name == "show x"
