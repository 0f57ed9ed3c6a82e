"""Which command form, release pair and image each platform takes."""

from __future__ import annotations

import pytest

from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.words import NodeId, Phase
from srx_lab.platforms import PLATFORMS, UpgradeMethod, parse_image_name
from srx_lab.rehearsal import example_image, example_spec, machine_with_room
from srx_lab.release import UnknownRelease, parse_release

N0 = NodeId.NODE0
VMHOST, SYSTEM, ICU = (
    [name for name, platform in PLATFORMS.items() if platform.upgrade is method]
    for method in (UpgradeMethod.VMHOST, UpgradeMethod.SYSTEM, UpgradeMethod.ICU)
)


def said(model: str, options: StartOptions) -> str:
    machine = machine_with_room(example_spec(model))
    platform, target = PLATFORMS[model], "22.4R3-S2.11"
    if not platform.starts_issu_from(machine.world.node(N0).release):
        target = "30.2R1.9"  # the example's pair of releases is too old for the model
        for node in machine.world.nodes():
            node.release = parse_release(f"{platform.first_issu}.9")
    image = example_image(model, target)
    result = machine.start_upgrade(N0, image, options)
    machine.advance(machine.now + 6 * 3600)
    return result.text or machine.world.state.phase.value


@pytest.mark.parametrize("model", SYSTEM)
def test_the_system_form_upgrades(model: str) -> None:
    assert said(model, StartOptions(reboot=True)) == Phase.COMPLETE


@pytest.mark.parametrize("model", VMHOST)
def test_the_vmhost_form_upgrades(model: str) -> None:
    assert said(model, StartOptions(vmhost=True, reboot=True)) == Phase.COMPLETE


@pytest.mark.parametrize("model", VMHOST)
def test_vmhost_platforms_refuse_the_system_form_and_its_options(model: str) -> None:
    assert "not valid" in said(model, StartOptions(reboot=True))
    assert "syntax error" in said(model, StartOptions(vmhost=True, reboot=True, no_copy=True))


@pytest.mark.parametrize("model", ICU)
def test_branch_clusters_upgrade_in_band_only(model: str) -> None:
    assert "no-sync" in said(model, StartOptions(reboot=True))
    assert said(model, StartOptions(no_sync=True)) == Phase.COMPLETE


def test_vsrx_refuses() -> None:
    assert "not supported" in said("vSRX", StartOptions(reboot=True))


@pytest.mark.parametrize("model", ["SRX5400", "SRX5600", "SRX5800"])
def test_the_5000_line_insists_on_the_word_reboot(model: str) -> None:
    assert said(model, StartOptions()).endswith("'reboot' keyword must be specified. Aborting ISSU")


def test_the_start_is_refused_on_the_secondary() -> None:
    machine = machine_with_room()
    result = machine.start_upgrade(NodeId.NODE1, example_image(), StartOptions(reboot=True))
    assert result.failed
    assert machine.world.state.upgrade_starts == 0


@pytest.mark.parametrize(
    ("model", "running", "target", "refused"),
    [
        ("SRX4600", "22.4R3.25", "21.4R3-S5.4", "downgrade"),
        ("SRX4600", "22.4R3-S10.1", "22.4R3-S9.1", "downgrade"),
        ("SRX4100", "15.1X49-D80.4", "17.4R1.16", "not supported from release"),
        ("SRX4100", "15.1X49-D70.3", "18.4R3.3", "not supported from release"),
        ("SRX1500", "17.4R1.16", "17.4R3.16", ""),
        ("SRX5800", "12.3X48-D100.6", "17.3R3.10", "not supported from release"),
        ("SRX5800", "17.3R1.10", "17.3R3.10", ""),
        ("SRX345", "21.4R3.15", "24.4R1.9", "not supported from release"),
    ],
)
def test_release_pairs(model: str, running: str, target: str, refused: str) -> None:
    machine = machine_with_room(example_spec(model))
    for node in machine.world.nodes():
        node.release = parse_release(running)
    options = StartOptions(reboot=True, no_sync=model == "SRX345")
    machine.start_upgrade(N0, example_image(model, target), options)
    machine.advance(machine.now + 6 * 3600)
    assert machine.upgrade is not None
    assert refused in "\n".join(machine.upgrade.transcript)
    assert (machine.world.state.phase is Phase.COMPLETE) is (refused == "")


@pytest.mark.parametrize(
    ("model", "running", "target", "taken"),
    [
        ("SRX1500", "15.1X49-D50.3", "15.1X49-D60.7", True),
        ("SRX4200", "15.1X49-D70.3", "15.1X49-D80.4", True),
        ("SRX1500", "15.1X49-D80.4", "15.1X49-D90.7", False),
        ("SRX4600", "21.4R3.15", "22.4R3.25", False),
    ],
)
def test_icu_of_the_midrange_before_its_issu(model: str, running: str, target: str, taken: bool) -> None:
    machine = machine_with_room(example_spec(model))
    for node in machine.world.nodes():
        node.release = parse_release(running)
    result = machine.start_upgrade(N0, example_image(model, target), StartOptions(no_sync=True))
    assert result.failed is not taken
    machine.advance(machine.now + 6 * 3600)
    assert (machine.world.node(N0).release.text == target) is taken


@pytest.mark.parametrize(
    ("model", "release", "seconds"),
    [("SRX4600", "21.4R3.15", 2700), ("SRX4100", "15.1X49-D80.4", 900), ("SRX5800", "21.4R3.15", 900)],
)
def test_hold_timers(model: str, release: str, seconds: int) -> None:
    assert PLATFORMS[model].hold_s(parse_release(release)) == seconds


@pytest.mark.parametrize(
    ("name", "token", "release"),
    [
        ("junos-srxhe-x86-64-22.4R3-S2.11.tgz", "srxhe", "22.4R3-S2.11"),
        ("junos-srxsme-12.1X46-D55.3-domestic.tgz", "srxsme", "12.1X46-D55.3"),
        ("junos-srx5000-12.3X48-D100.6-domestic.tgz", "srx5000", "12.3X48-D100.6"),
        ("junos-install-srx5000-x86-64-17.3R3.10.tgz", "install-srx5000", "17.3R3.10"),
        ("junos-vmhost-install-srx-x86-64-23.4R1.9.tgz", "vmhost-install-srx", "23.4R1.9"),
        ("junos-srxentedge-x86-64-20.4R3.8-linux.tgz", "srxentedge", "20.4R3.8"),
    ],
)
def test_image_names(name: str, token: str, release: str) -> None:
    parsed = parse_image_name(name)
    assert parsed is not None
    assert (parsed.token, parsed.release) == (token, release)


@pytest.mark.parametrize("name", ["junos-install-media-usb-srx-22.4R1.10.tgz", "vsrx.qcow2", "notes.txt"])
def test_names_that_are_no_images(name: str) -> None:
    assert parse_image_name(name) is None


@pytest.mark.parametrize("text", ["23.4R2-EVO", "19.1-20190127.0", "", "17.4I20180101"])
def test_releases_the_lab_does_not_run(text: str) -> None:
    with pytest.raises(UnknownRelease):
        parse_release(text)
