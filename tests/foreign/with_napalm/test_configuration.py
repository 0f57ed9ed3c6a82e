"""NAPALM and the configuration: what it reads out of it, and its way of changing it."""

from __future__ import annotations

from typing import Any

import napalm
import napalm.base.exceptions
import pytest

from tests.foreign.with_napalm.conftest import Connect


def test_bgp_config(device: Any) -> None:
    group = device.get_bgp_config()["upstream"]
    assert group["type"] == "external"
    assert group["neighbors"]["192.0.2.2"]["remote_as"] == 65000


def test_ntp_servers(device: Any) -> None:
    assert "10.10.0.1" in device.get_ntp_servers()


def test_ntp_peers(device: Any) -> None:
    assert device.get_ntp_peers() == {}


def test_users(device: Any) -> None:
    users = device.get_users()
    assert users["lab"]["level"] == 15
    assert users["lab"]["password"].startswith("$6$")
    assert "root" in users


def test_snmp_information(device: Any) -> None:
    assert device.get_snmp_information() == {}


def test_network_instances(device: Any) -> None:
    assert "default" in device.get_network_instances()


def test_probes(device: Any) -> None:
    assert device.get_probes_config() == {}
    assert device.get_probes_results() == {}


@pytest.mark.parametrize("form", ["text", "set"])
def test_config(device: Any, form: str) -> None:
    running = device.get_config(retrieve="running", format=form)["running"]
    assert "host-name" in running
    assert "reth-count" in running


def test_config_sanitized(device: Any) -> None:
    running = device.get_config(retrieve="running", sanitized=True)["running"]
    assert "$6$" not in running


@pytest.mark.parametrize(
    "text",
    ["set system location building napalm", "system { location { building napalm; } }",
     "<configuration><system><location><building>napalm</building></location></system></configuration>"],
)  # fmt: skip
def test_merge_compare_discard(editing: Any, text: str) -> None:
    editing.load_merge_candidate(config=text)
    assert editing.compare_config().startswith("[edit system]\n+")
    editing.discard_config()
    assert editing.compare_config() == ""


def test_replace(editing: Any) -> None:
    running = editing.device.rpc.get_config(options={"format": "text"}).text
    editing.load_replace_candidate(
        config=running.replace("autonomous-system 64999", "autonomous-system 65040")
    )
    assert "+" in editing.compare_config()
    assert "65040" in editing.compare_config()


def test_merge_of_what_is_no_configuration(editing: Any) -> None:
    with pytest.raises(napalm.base.exceptions.MergeConfigException):
        editing.load_merge_candidate(config="set system no-such-statement 1")


def test_commit_and_rollback(editing: Any) -> None:
    editing.load_merge_candidate(config="set system location building napalm")
    editing.commit_config(message="by napalm")
    assert "building napalm;" in editing.get_config(retrieve="running")["running"]
    editing.rollback()
    assert "napalm" not in editing.get_config(retrieve="running")["running"]


def test_commit_that_waits_for_its_confirmation(editing: Any) -> None:
    editing.load_merge_candidate(config="set system location building napalm")
    editing.commit_config(revert_in=300)
    assert editing.has_pending_commit()
    editing.confirm_commit()
    assert not editing.has_pending_commit()
    editing.load_merge_candidate(config="delete system location")
    editing.commit_config()


def test_private_configuration(connect: Connect) -> None:
    with connect("edited", config_private=True) as opened:
        opened.load_merge_candidate(config="set system location building private")
        assert "building private;" in opened.compare_config()
        opened.discard_config()
