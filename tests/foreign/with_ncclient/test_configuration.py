"""ncclient and the candidate configuration: lock, load in every format, compare, commit, roll back."""

from __future__ import annotations

import re

import pytest
from lxml import etree
from ncclient import manager
from ncclient.operations import RPCError

from tests.foreign.with_ncclient.conftest import Connect, done


@pytest.mark.parametrize(
    ("form", "root"),
    [
        ("xml", "configuration"),
        ("text", "configuration-text"),
        ("set", "configuration-set"),
        ("json", "rpc-reply"),
    ],
)
def test_configuration_in_each_format(session: manager.Manager, form: str, root: str) -> None:
    reply = str(session.get_configuration(format=form))
    assert f"<{root}" in reply
    assert "redundancy-group" in reply


def test_configuration_of_one_hierarchy(session: manager.Manager) -> None:
    wanted = etree.fromstring("<configuration><chassis/></configuration>")
    reply = str(session.get_configuration(filter=wanted))
    assert "<redundancy-group>" in reply
    assert "<security>" not in reply


def test_configuration_of_two_hierarchies(session: manager.Manager) -> None:
    wanted = etree.fromstring("<configuration><chassis/><routing-options/></configuration>")
    reply = str(session.get_configuration(filter=wanted))
    assert "<chassis>" in reply
    assert "<routing-options>" in reply
    assert "<security>" not in reply


def test_lock_is_exclusive(connect: Connect, editing: manager.Manager) -> None:
    with connect("edited") as other, editing.locked("candidate"):
        with pytest.raises(RPCError) as refused:
            other.lock("candidate")
        assert "configuration database locked by" in refused.value.message
    assert done(editing.lock("candidate"))
    assert done(editing.unlock("candidate"))


def test_lock_lets_nobody_else_load(connect: Connect, editing: manager.Manager) -> None:
    with connect("edited") as other, editing.locked("candidate"), pytest.raises(RPCError):
        other.load_configuration(action="set", config="set system login message no")


LOADS = {
    "set": {"action": "set", "config": ["set system location building strangers"]},
    "text": {"format": "text", "config": "system {\n    location {\n        building strangers;\n    }\n}\n"},
    "xml": {"format": "xml", "config": etree.fromstring(
        "<system><location><building>strangers</building></location></system>")},
    "json": {"format": "json", "config":
             '{"configuration": {"system": {"location": {"building": "strangers"}}}}'},
}  # fmt: skip


@pytest.mark.parametrize("form", LOADS)
def test_load_and_compare(editing: manager.Manager, form: str) -> None:
    editing.load_configuration(**LOADS[form])
    changed = editing.compare_configuration().xpath("//configuration-output")[0].text
    assert changed.splitlines()[1].startswith("[edit system]")
    assert "building strangers;" in changed
    assert all(line.startswith(("[edit", "+")) for line in changed.splitlines() if line)


def test_discard_changes(editing: manager.Manager) -> None:
    editing.load_configuration(**LOADS["set"])
    assert done(editing.discard_changes())
    assert not editing.compare_configuration().xpath("//configuration-output")[0].text.strip()


@pytest.mark.parametrize("line", ["set no-such-hierarchy", "set system no-such-statement x", "sett system",
                                  "set system host-name"])  # fmt: skip
def test_load_of_what_is_no_statement(editing: manager.Manager, line: str) -> None:
    with pytest.raises(RPCError):
        editing.load_configuration(action="set", config=line)


def test_load_of_an_unknown_element(editing: manager.Manager) -> None:
    with pytest.raises(RPCError) as refused:
        editing.load_configuration(config=etree.fromstring("<system><op1/></system>"))
    assert "op1" in refused.value.info


def test_edit_config_merge_then_delete(editing: manager.Manager) -> None:
    statement = "<system><domain-name>lab.example</domain-name></system>"
    new = f"<config><configuration>{statement}</configuration></config>"
    assert done(editing.edit_config(new, target="candidate"))
    assert "domain-name lab.example;" in str(editing.compare_configuration())
    gone = new.replace("<domain-name>", '<domain-name operation="delete">')
    editing.edit_config(gone, target="candidate")
    assert not editing.compare_configuration().xpath("//configuration-output")[0].text.strip()


def test_validate(editing: manager.Manager) -> None:
    editing.load_configuration(**LOADS["set"])
    assert done(editing.validate("candidate"))


def test_commit_check_changes_nothing(editing: manager.Manager) -> None:
    editing.load_configuration(**LOADS["set"])
    editing.commit(check=True)
    assert "strangers" not in str(editing.get_config("running"))
    assert "strangers" in str(editing.get_config("candidate"))


def test_commit_shows_in_the_running_configuration_and_rolls_back(editing: manager.Manager) -> None:
    editing.load_configuration(**LOADS["set"])
    editing.commit(comment="by ncclient")
    assert "<building>strangers</building>" in str(editing.get_config("running"))
    assert "by ncclient" in str(editing.rpc("<get-commit-information/>"))
    editing.rollback(rollback=1)
    assert re.search(r"(?m)^- .*location", str(editing.compare_configuration()))
    editing.commit()
    assert "strangers" not in str(editing.get_config("running"))


def test_compare_with_an_older_revision(editing: manager.Manager) -> None:
    editing.load_configuration(**LOADS["set"])
    editing.commit()
    assert "building strangers;" in str(editing.compare_configuration(rollback=1))
    editing.load_configuration(action="set", config="delete system location")
    editing.commit()
    assert "building strangers;" in str(editing.compare_configuration(rollback=1))


def test_commit_confirmed_is_told_as_pending(editing: manager.Manager) -> None:
    editing.load_configuration(**LOADS["set"])
    editing.commit(confirmed=True, timeout=600)
    assert "commit confirmed, rollback in 10mins" in str(editing.rpc("<get-commit-information/>"))
    editing.rollback(rollback=1)
    editing.commit()


def test_rollback_to_a_revision_that_is_none(editing: manager.Manager) -> None:
    with pytest.raises(RPCError):
        editing.rollback(rollback=49)


def test_delete_of_what_is_not_there_warns(editing: manager.Manager) -> None:
    with pytest.raises(RPCError) as refused:
        editing.load_configuration(action="set", config="delete system location")
    assert refused.value.severity == "warning"
    assert "statement not found" in refused.value.message
