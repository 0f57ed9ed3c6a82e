"""The configuration as it is edited: what lines make of it, how two differ, in which forms it comes back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from lxml import etree

from srx_lab.editing.changes import Changes, exists
from srx_lab.editing.differences import differences
from srx_lab.editing.groups import inherited
from srx_lab.editing.reading import lines_of_json, lines_of_text, lines_of_xml
from srx_lab.editing.schema import UnknownStatement
from srx_lab.editing.stanza import Stanza, curly_lines, elements, json_value, set_lines
from srx_lab.machine.commits import CommitOptions, commit
from srx_lab.markup import flat_lines, stream
from srx_lab.platforms import PLATFORMS
from srx_lab.rehearsal import example_spec, machine_with_room
from srx_lab.replies.scene import Scene
from srx_lab.replies.statements import statements
from tests.integration.lab.driving import N0, N1

BASE = (
    "set system host-name old",
    "set system login user ann class operator",
    "set interfaces reth0 unit 0 family inet address 10.0.0.1/24",
    "set chassis cluster redundancy-group 1 node 0 priority 200",
    "set security policies from-zone a to-zone b policy p match source-address [ x y ]",
)


def base() -> list[Stanza]:
    return list(Changes(BASE).applied(()))


def after(*lines: str) -> list[str]:
    return list(set_lines(Changes(lines).applied(base())))


def changed(*lines: str) -> list[str]:
    return differences(base(), Changes(lines).applied(base()))


def whole(model: str = "SRX4600") -> list[Stanza]:
    world = machine_with_room(example_spec(model)).world
    return list(statements(Scene(world=world, node=N0, asked=N0)))


def by_set(model: str) -> list[str]:
    return list(set_lines(whole(model)))


def by_text(model: str) -> list[str]:
    return list(lines_of_text("\n".join(curly_lines(whole(model)))))


def by_xml(model: str) -> list[str]:
    text = "".join(flat_lines(stream("configuration", elements(whole(model)))))
    return list(lines_of_xml(etree.fromstring(text)))


def by_json(model: str) -> list[str]:
    return list(lines_of_json(json.dumps({"configuration": json_value(whole(model))})))


@pytest.mark.parametrize("model", sorted(PLATFORMS))
@pytest.mark.parametrize("form", [by_set, by_text, by_xml, by_json])
def test_all_of_it_comes_back_the_same_in_every_form(form: Callable[[str], list[str]], model: str) -> None:
    again = Changes(["delete", *form(model)]).applied(whole(model))
    assert differences(whole(model), again) == []


def test_a_value_is_replaced_and_a_list_grows() -> None:
    assert "set system host-name new" in after("set system host-name new")
    assert "set system host-name old" not in after("set system host-name new")
    grown = after("set security policies from-zone a to-zone b policy p match source-address z")
    assert [line.split()[-1] for line in grown if "source-address" in line] == ["x", "y", "z"]


def test_delete_takes_what_is_below_and_what_is_empty_then() -> None:
    assert not any("login" in line for line in after("delete system login user ann"))
    assert not any("login" in line for line in after("delete system login user"))
    assert not any("system" in line for line in after("delete system"))
    assert after("delete") == []
    checks = [f"security flow tcp-session {each}" for each in ("no-syn-check", "no-sequence-check")]
    lines = (*(f"set {each}" for each in checks), *(f"delete {each}" for each in checks))
    assert not any("flow" in line for line in after(*lines))


def test_what_is_set_after_a_delete_stays() -> None:
    lines = after("delete interfaces", "set interfaces reth1 mtu 9000")
    assert [line for line in lines if "interfaces" in line] == ["set interfaces reth1 mtu 9000"]


@pytest.mark.parametrize(
    ("line", "there"),
    [("delete system host-name", True), ("delete system host-name old", True),
     ("delete system login user", True),
     ("delete system host-name other", False), ("delete system location", False),
     ("delete interfaces reth9", False)],
)  # fmt: skip
def test_whether_what_is_to_be_deleted_is_there(line: str, there: bool) -> None:
    assert exists(base(), line) is there


@pytest.mark.parametrize(
    ("line", "word"),
    [("set nonsense", "nonsense"), ("set system nonsense 1", "nonsense"), ("set system host-name", ""),
     ("set", ""), ("sett system", "sett"), ("delete system nonsense", "nonsense"),
     ("set system host-name a b", "b"), ('set system login message "open', '"open')],
)  # fmt: skip
def test_what_is_no_statement_is_named(line: str, word: str) -> None:
    with pytest.raises(UnknownStatement) as unknown:
        Changes([line])
    assert unknown.value.word == word


@pytest.mark.parametrize(
    ("text", "word"),
    [("system { host-name a }", "host-name"), ("system {", "system"), ("}", "}"), ("{ a; }", "{"),
     ("system { host-name a; } ;", ";")],
)  # fmt: skip
def test_text_with_unpaired_brackets_is_refused(text: str, word: str) -> None:
    with pytest.raises(UnknownStatement) as unknown:
        list(lines_of_text(text))
    assert unknown.value.word == word


def test_difference_has_one_head_a_hierarchy() -> None:
    address = "interfaces reth0 unit 0 family inet address"
    lines = ("set system host-name new", f"delete {address} 10.0.0.1/24", f"set {address} 10.0.0.2/24")
    assert changed(*lines) == [
        "[edit system]",
        "-  host-name old;",
        "+  host-name new;",
        "[edit interfaces reth0 unit 0 family inet]",
        "-       address 10.0.0.1/24;",
        "+       address 10.0.0.2/24;",
    ]


def test_no_difference_where_a_change_was_taken_back() -> None:
    assert changed("set system host-name new", "set system host-name old") == []
    assert changed("set snmp location x", "delete snmp location") == []


def test_deactivated_statement_says_so_in_every_form() -> None:
    lines = list(Changes(["deactivate system login"]).applied(base()))
    assert "    inactive: login {" in list(curly_lines(lines))
    assert "deactivate system login" in list(set_lines(lines))
    assert '<login inactive="inactive">\n' in "".join(flat_lines(stream("c", elements(lines))))


@pytest.mark.parametrize(("node", "name"), [(N0, "example-n0"), (N1, "example-n1")])
def test_each_node_inherits_its_own_name(node: str, name: str) -> None:
    lines = list(set_lines(inherited(whole(), str(node))))
    assert f"set system host-name {name}" in lines
    assert sum("interfaces fxp0" in line for line in lines) == 1
    assert not any(line.startswith(("set groups", "set apply-groups")) for line in lines)


def test_what_is_said_itself_comes_before_the_group() -> None:
    lines = Changes(["set system host-name mine"]).applied(whole())
    assert [line for line in set_lines(inherited(lines, "node0")) if "host-name" in line] == [
        "set system host-name mine"
    ]


def test_an_unconfirmed_commit_is_rolled_back() -> None:
    machine = machine_with_room(example_spec())
    confirm = CommitOptions(confirm_min=5)
    commit(machine.world, N0, ("set system host-name x",), user="lab", client="cli", options=confirm)
    assert machine.world.node(N0).configuration.commits[0].comment == "commit confirmed, rollback in 5mins"
    machine.advance(machine.now + 301)
    assert machine.world.node(N0).configuration.committed == ()
    assert (
        machine.world.node(N0).configuration.commits[0].user,
        machine.world.node(N0).configuration.commits[0].client,
    ) == ("root", "other")


def test_a_confirmed_commit_stays() -> None:
    machine = machine_with_room(example_spec())
    lines = ("set system host-name x",)
    commit(machine.world, N0, lines, user="lab", client="cli", options=CommitOptions(confirm_min=5))
    commit(machine.world, N0, lines, user="lab", client="cli")
    machine.advance(machine.now + 301)
    assert machine.world.node(N0).configuration.committed == lines
