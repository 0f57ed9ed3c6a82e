"""The files written for a lab are files an operator could have written."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from srx_demo.lab import Endpoints, LabCluster, LabNode
from srx_demo.operator_files import ImageFile, approvals_policy, at_speed, connection, write_files
from srx_issu import catalog
from srx_issu.stack.processes.home import repository

RELEASE = "22.4R3-S2.11"


@pytest.fixture
def endpoints(tmp_path: Path) -> Endpoints:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text("[127.0.0.1]:2201 ssh-ed25519 AAAA\n")
    cluster = LabCluster(
        name="fw1",
        model="SRX4600",
        site="demo",
        node0=LabNode(host="127.0.0.1", port=2201),
        node1=LabNode(host="127.0.0.1", port=2202),
    )
    return Endpoints(clusters=(cluster,), username="lab", password="s3cret", known_hosts=known_hosts)


@pytest.fixture
def files(tmp_path: Path, endpoints: Endpoints) -> Path:
    path = tmp_path / f"junos-srxhe-x86-64-{RELEASE}.tgz"
    path.write_bytes(b"image")
    folder = tmp_path / "files"
    image = ImageFile(path=path, release=RELEASE, models=("SRX4600",))
    write_files(folder, repository() / "include", endpoints, (image,), speed=60)
    return folder


def test_the_product_finds_no_fault_in_them(files: Path) -> None:
    assert catalog.validate(files).faults == ()


def test_nobody_must_approve_a_simulated_upgrade_unless_people_are_named(files: Path) -> None:
    known = catalog.load(files)
    (image,) = known.images.values()
    rule = known.approvals.of(known.clusters["fw1"], image).start
    assert (rule.required, rule.requester_counts) == (False, True)
    policy = files / "policy" / "approvals.yaml"
    policy.write_text(yaml.safe_dump(approvals_policy(("approver", "admin"))))
    known = catalog.load(files)
    rule = known.approvals.of(known.clusters["fw1"], image).start
    assert (rule.required, rule.needed, rule.requester_counts) == (True, 2, False)
    assert [person.id for person in rule.approvers or ()] == ["approver", "admin"]


def test_each_node_has_its_own_address(files: Path) -> None:
    cluster = catalog.load(files).clusters["fw1"]
    assert (cluster.node0.port, cluster.node1.port) == (2201, 2202)


def test_no_file_holds_the_password(files: Path) -> None:
    written = [path for path in files.rglob("*") if path.is_file()]
    assert written
    assert not any("s3cret" in path.read_text() for path in written)
    assert all(not stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH for path in written)


def test_the_connection_carries_the_labs_host_keys(endpoints: Endpoints) -> None:
    made = json.loads(connection(endpoints))
    assert made["conn_type"] == "srx"
    assert "ssh-ed25519 AAAA" in made["extra"]["known_hosts"]
    assert "s3cret" not in repr(endpoints)


def test_deadlines_shrink_with_the_labs_speed_and_keep_room_for_real_time() -> None:
    limits = yaml.safe_load((repository() / "include" / "policy" / "limits.yaml").read_text())
    timers = at_speed(limits, 60)["fleet"]["timers"]
    assert timers["secondary_upgrade_s"] == limits["fleet"]["timers"]["secondary_upgrade_s"] / 60 + 60
    hurried = at_speed(limits, 60, real_time_s=10)["fleet"]["timers"]
    assert hurried["secondary_upgrade_s"] == timers["secondary_upgrade_s"] - 50
    assert timers["poll_s"] == 0.5
    assert timers["approval_s"] == limits["fleet"]["timers"]["approval_s"]
