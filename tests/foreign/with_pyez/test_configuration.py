"""PyEZ and the configuration: inherited, in every format, loaded, compared, committed, rolled back."""

from __future__ import annotations

import pytest
from jnpr.junos import Device
from jnpr.junos.exception import ConfigLoadError, LockError, RpcError, UnlockError
from jnpr.junos.utils.config import Config

from tests.foreign.with_pyez.conftest import Connect


def test_configuration_does_not_inherit_unasked(device: Device) -> None:
    configuration = device.rpc.get_config(filter_xml="system/host-name")
    assert configuration.find("system/host-name") is None
    groups = device.rpc.get_config().findall("groups")
    assert [group.findtext("name") for group in groups] == ["node0", "node1"]


@pytest.mark.parametrize("node", ["node0", "node1"])
def test_inherited_configuration_has_the_nodes_host_name(connect: Connect, node: str) -> None:
    with connect("mid", node) as opened:
        configuration = opened.rpc.get_config(options={"inherit": "inherit", "database": "committed"})
        assert configuration.findtext("system/host-name") == f"mid-n{node[-1]}"
        assert configuration.find("groups") is None
        fxp0 = configuration.xpath("interfaces/interface[name='fxp0']")
        assert len(fxp0) == 1


def test_inherited_from_which_group(device: Device) -> None:
    configuration = device.rpc.get_config(options={"inherit": "inherit", "groups": "groups"})
    assert configuration.find("system/host-name").get("group") == "node0"


@pytest.mark.parametrize("form", ["text", "set", "json"])
def test_configuration_as(device: Device, form: str) -> None:
    configuration = device.rpc.get_config(options={"format": form})
    if form == "json":
        assert configuration["configuration"]["chassis"]["cluster"]["reth-count"] == 3
        assert isinstance(configuration["configuration"]["@"], dict)
    else:
        assert "reth-count 3" in configuration.text


def test_filter_by_path(device: Device) -> None:
    configuration = device.rpc.get_config(filter_xml="chassis/cluster")
    assert [child.tag for child in configuration] == ["chassis"]
    assert configuration.findtext("chassis/cluster/redundancy-group/name") == "0"


def test_diff_after_nothing(editing: Device) -> None:
    assert Config(editing).diff() is None


@pytest.mark.parametrize(
    ("text", "form"),
    [("set system location building pyez", "set"),
     ("system { location { building pyez; } }", "text"),
     ("<configuration><system><location><building>pyez</building></location></system>"
      "</configuration>", "xml"),
     ('{"configuration": {"system": {"location": {"building": "pyez"}}}}', "json")],
)  # fmt: skip
def test_load_and_diff(editing: Device, text: str, form: str) -> None:
    configuration = Config(editing)
    configuration.load(text, format=form)
    changed = configuration.diff()
    assert changed.startswith("\n[edit system]\n+")
    assert "building pyez;" in changed
    configuration.rollback(0)
    assert configuration.diff() is None


def test_load_merge_takes_the_rest_as_it_is(editing: Device) -> None:
    configuration = Config(editing)
    configuration.load("routing-options { autonomous-system 65020; }", format="text", merge=True)
    changed = configuration.diff()
    assert changed.count("\n-") == 1
    assert changed.count("\n+") == 1


def test_load_with_replace_and_delete_tags(editing: Device) -> None:
    configuration = Config(editing)
    configuration.load("routing-options { delete: autonomous-system; }", format="text")
    assert "autonomous-system 64999;" in configuration.diff()


def test_load_update_of_everything(editing: Device) -> None:
    everything = editing.rpc.get_config(options={"format": "text"}).text
    configuration = Config(editing)
    configuration.load(everything.replace("autonomous-system 64999", "autonomous-system 65030"),
                       format="text", update=True)  # fmt: skip
    changed = configuration.diff()
    assert [line.split()[0] for line in changed.splitlines() if line] == ["[edit", "-", "+"]


def test_load_overwrite_with_the_same_is_no_change(editing: Device) -> None:
    everything = editing.rpc.get_config(options={"format": "text"}).text
    configuration = Config(editing)
    configuration.load(everything, format="text", overwrite=True)
    assert configuration.diff() is None


@pytest.mark.parametrize(
    ("text", "form"),
    [("set system no-such-statement 1", "set"), ("system { no-such-statement 1; }", "text"),
     ("<configuration><system><no-such-statement/></system></configuration>", "xml"),
     ('{"configuration": {"system": {"no-such-statement": 1}}}', "json"), ("system { location {", "text")],
)  # fmt: skip
def test_load_of_what_is_no_configuration(editing: Device, text: str, form: str) -> None:
    with pytest.raises((ConfigLoadError, RpcError)):
        Config(editing).load(text, format=form)


def test_commit_and_rollback(editing: Device) -> None:
    configuration = Config(editing)
    configuration.load("set system location building pyez", format="set")
    assert configuration.commit_check() is True
    assert configuration.commit(comment="by pyez") is True
    assert editing.rpc.get_config(filter_xml="system/location").findtext(".//building") == "pyez"
    assert configuration.diff(rb_id=1).strip().startswith("[edit system]")
    configuration.rollback(1)
    configuration.commit()
    assert editing.rpc.get_config(filter_xml="system/location").findtext(".//building") is None


def test_commit_detail_is_an_answer(editing: Device) -> None:
    configuration = Config(editing)
    configuration.load("set system location building pyez", format="set")
    assert configuration.commit(detail=True) is not None
    configuration.rollback(1)
    configuration.commit()


def test_commit_of_nothing(editing: Device) -> None:
    assert Config(editing).commit() is True


@pytest.mark.parametrize("mode", ["exclusive", "private"])
def test_configuration_in_a_mode(editing: Device, mode: str) -> None:
    with Config(editing, mode=mode) as configuration:
        configuration.load("set system location building pyez", format="set", ignore_warning=True)
        assert "building pyez;" in configuration.diff()
    assert Config(editing).diff() is None


def test_lock_held_by_another(connect: Connect, editing: Device) -> None:
    mine = Config(editing)
    mine.lock()
    with connect("edited") as other, pytest.raises(LockError):
        Config(other).lock()
    mine.unlock()
    with pytest.raises(UnlockError):
        mine.unlock()


def test_rescue_configuration(editing: Device) -> None:
    configuration = Config(editing)
    assert configuration.rescue("save")
    assert "reth-count" in configuration.rescue("get", format="text")
    assert configuration.rescue("reload") is not False
    assert configuration.rescue("delete")
    assert configuration.rescue("get") is None
    assert configuration.rescue("save")
