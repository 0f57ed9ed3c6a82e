"""NAPALM's Junos driver: every getter that a firewall has an answer for, and its way with configurations."""

from __future__ import annotations

from typing import Any

from tests.foreign.served_lab import RELEASE


def test_facts(device: Any) -> None:
    facts = device.get_facts()
    assert facts["os_version"] == RELEASE
    assert facts["vendor"] == "Juniper"
    assert facts["model"].startswith("SRX")
    assert facts["hostname"].endswith("-n0")
    assert {"fxp0", "reth0", "fab0", "lo0"} <= set(facts["interface_list"])
    assert facts["uptime"] > 0
    assert facts["serial_number"]


def test_is_alive(device: Any) -> None:
    assert device.is_alive() == {"is_alive": True}


def test_interfaces(device: Any) -> None:
    interfaces = device.get_interfaces()
    reth = interfaces["reth0"]
    assert (reth["is_up"], reth["is_enabled"]) == (True, True)
    assert reth["mtu"] == 1514
    assert reth["speed"] > 0
    assert reth["mac_address"].startswith("00:10:DB")
    assert "reth0.0" in interfaces


def test_interfaces_ip(device: Any) -> None:
    assert device.get_interfaces_ip()["reth0.0"] == {"ipv4": {"10.0.0.1": {"prefix_length": 24}}}


def test_interfaces_counters(device: Any) -> None:
    counters = device.get_interfaces_counters()
    name = next(each for each in counters if each.startswith("xe-") and "." not in each)
    assert counters[name]["rx_octets"] > 0
    assert counters[name]["tx_errors"] == 0


def test_environment(device: Any) -> None:
    """Of the primary only, as NAPALM asks: https://github.com/napalm-automation/napalm/pull/1196."""
    environment = device.get_environment()
    assert set(environment) >= {"cpu", "memory", "fans", "temperature", "power"}
    assert all(0 <= each["%usage"] <= 100 for each in environment["cpu"].values())
    assert environment["memory"]["used_ram"] > 0
    assert all(fan["status"] for fan in environment["fans"].values())
    assert all(not each["is_critical"] for each in environment["temperature"].values())
    assert environment["temperature"]


def test_bgp_neighbors(device: Any) -> None:
    peers = device.get_bgp_neighbors()["global"]["peers"]
    assert "192.0.2.2" in peers
    peer = peers["192.0.2.2"]
    assert (peer["is_up"], peer["remote_as"], peer["local_as"]) == (True, 65000, 64999)
    assert peer["uptime"] > 0
    assert peer["address_family"]["ipv4"]["received_prefixes"] > 0


def test_bgp_neighbors_detail(device: Any) -> None:
    detail = device.get_bgp_neighbors_detail()["global"][65000][0]
    assert detail["up"] is True
    assert detail["remote_address"] == "192.0.2.2"
    assert detail["connection_state"] == "Established"
    assert detail["holdtime"] == 90
    assert detail["received_prefix_count"] > 0


def test_bgp_neighbors_detail_of_one(device: Any) -> None:
    detail = device.get_bgp_neighbors_detail("192.0.2.6")["global"]
    assert list(detail) == [65001]


def test_lldp_neighbors(device: Any) -> None:
    neighbors = device.get_lldp_neighbors()
    assert {each["hostname"] for rows in neighbors.values() for each in rows} >= {"switch-0", "switch-1"}


def test_lldp_neighbors_detail(device: Any) -> None:
    neighbors = device.get_lldp_neighbors_detail()
    assert neighbors
    for rows in neighbors.values():
        assert rows[0]["remote_system_name"].startswith("switch-")
        assert rows[0]["remote_chassis_id"]
        assert rows[0]["remote_system_description"]
        assert "bridge" in rows[0]["remote_system_capab"]


def test_lldp_neighbors_detail_of_one(device: Any) -> None:
    name = next(iter(device.get_lldp_neighbors_detail()))
    assert list(device.get_lldp_neighbors_detail(name)) == [name]


def test_route_to_bgp(device: Any) -> None:
    routes = device.get_route_to("198.18.0.0/24", protocol="bgp")
    route = routes["198.18.0.0/24"][0]
    assert route["protocol"] == "BGP"
    assert route["current_active"] is True
    assert route["next_hop"] == "192.0.2.2"
    assert route["protocol_attributes"]["remote_as"] == 65000


def test_route_to_static(device: Any) -> None:
    route = device.get_route_to("0.0.0.0/0", protocol="static")["0.0.0.0/0"][0]
    assert route["protocol"] == "Static"
    assert route["outgoing_interface"].startswith("reth")


def test_route_to_nowhere(device: Any) -> None:
    assert device.get_route_to("203.0.113.77/32") == {}


def test_arp_table(device: Any) -> None:
    rows = device.get_arp_table()
    assert isinstance(rows, list)  # wrapped per node on a cluster, where the driver looks for bare entries


def test_ntp_stats(device: Any) -> None:
    stats = device.get_ntp_stats()
    assert stats[0]["remote"] == "10.10.0.1"
    assert stats[0]["synchronized"] is True


def test_optics(device: Any) -> None:
    assert isinstance(device.get_optics(), dict)


def test_ipv6_neighbors(device: Any) -> None:
    assert device.get_ipv6_neighbors_table() == []


def test_cli(device: Any) -> None:
    commands = ["show chassis cluster status", "show version | match Junos:"]
    output = device.cli(commands)
    assert "Redundancy group: 1" in output[commands[0]]
    assert f"Junos: {RELEASE}" in output[commands[1]]


def test_ping(device: Any) -> None:
    success = device.ping("10.10.7.254", count=2)["success"]
    assert success["probes_sent"] == 2
    assert success["packet_loss"] == 0
    assert len(success["results"]) == 2


def test_traceroute(device: Any) -> None:
    assert device.traceroute("10.10.7.254")["success"][1]["probes"][1]["ip_address"] == "10.10.7.254"
