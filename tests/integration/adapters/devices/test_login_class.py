"""The published login class: enough for every command that can be sent, and for none besides."""

from __future__ import annotations

from typing import get_args

import pytest

from srx_issu.adapters.devices.login_class import (
    UpgradeAsked,
    allows,
    apart,
    commands_of_an_upgrade,
    configuration,
    configuration_before_18_1,
    traces,
)
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade import commands
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.icu_commands import AbortIcu
from srx_lab.login_class import LoginClass
from srx_lab.release import parse_release
from tests.integration.adapters.devices.every_question import every_question
from tests.places import ROOT

PAGE = ROOT / "docs" / "junos-account.md"
IMAGE = "/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"

SENT: tuple[commands.Command, ...] = (
    *(commands.FailOver(group_id=group, to=node) for group in (0, 1, 128) for node in NodeName),
    commands.ResetFailover(group_id=1),
    commands.AbortIssu(),
    AbortIcu(),
    *(commands.AddSoftware(image_path=IMAGE, software=s) for s in SoftwareFamily),
    *(commands.SnapshotSoftware(software=s) for s in SoftwareFamily),
    commands.ResyncPolicies(),
    *(commands.ValidateImage(image_path=IMAGE, software=s) for s in SoftwareFamily),
    *(commands.RebootNode(node=node, software=s) for node in NodeName for s in SoftwareFamily),
    *(
        commands.RollBackNode(node=node, software=s, reboot=reboot)
        for node in NodeName for s in SoftwareFamily for reboot in (True, False)
    ),
    *(commands.StartIssu(image_path=IMAGE, software=s) for s in SoftwareFamily),
    commands.StartIssu(image_path=IMAGE, unlink=True),
    commands.StartIssu(image_path=IMAGE, no_validate=True),
    commands.StartIssu(image_path=IMAGE, no_validate=True, unlink=True),
    commands.StartIssu(image_path=IMAGE, no_sync=True),
    commands.StartIssu(
        image_path=IMAGE, no_sync=True, no_tcp_syn_check=True, no_validate=True, unlink=True
    ),
)  # fmt: skip

FORBIDDEN = (
    "configure", "edit", "commit", "set system host-name x", "request system zeroize",
    "request system reboot", "request system reboot node 0 at now", "request system software rollback",
    "request system software add /var/tmp/x.tgz no-validate", "request system software delete x",
    "request system halt",
    "request vmhost power-off", "request system storage cleanup", "file delete /var/tmp/x.tgz",
    "file copy /config/juniper.conf.gz ftp://192.0.2.1/x", "restart chassis-control",
    "clear security flow session",
    f"request system software in-service-upgrade {IMAGE} reboot; request system zeroize",
    "request system software in-service-upgrade http://192.0.2.1/x.tgz reboot",
    "request chassis cluster failover redundancy-group 1 node 2", "op url http://192.0.2.1/x.slax",
)  # fmt: skip


# Of the minimal downtime route alone: ``apart`` has it, the class of every account does not.
OF_ONE_ROUTE = {commands.HaltNode}


def test_every_kind_of_command_is_among_the_samples() -> None:
    assert {type(command) for command in SENT} == set(get_args(commands.Command)) - OF_ONE_ROUTE


@pytest.mark.parametrize("command", SENT, ids=lambda command: str(command.cli))
def test_allows_what_a_step_may_send(command: commands.Command) -> None:
    assert allows(command.cli)


@pytest.mark.parametrize("command", FORBIDDEN)
def test_allows_nothing_else(command: str) -> None:
    assert not allows(command)


def test_allows_every_question() -> None:
    asked = [question.cli for question in every_question() if question.cli]
    assert len(asked) > 30
    assert [question for question in asked if not allows(question)] == []


def test_the_page_has_the_class_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    of_vmhost = configuration_before_18_1(is_vmhost=True)
    published = (*configuration(), *configuration_before_18_1(), *of_vmhost, *traces(), *apart())
    assert [line for line in published if line not in page.splitlines()] == []
    assert page.count("set system login class") == len(published)


CLASSES = {"15.1X49-D170.4": configuration_before_18_1, "17.4R3": configuration_before_18_1,
           "18.1R1": configuration, "24.4R1.9": configuration}  # fmt: skip
"""What the page says to type, by the release that it is typed on."""


@pytest.mark.parametrize("release", CLASSES)
def test_a_release_takes_its_class_and_permits_the_same(release: str) -> None:
    made = LoginClass.of(CLASSES[release]())
    made.require_known(parse_release(release))
    assert [command.cli for command in SENT if not made.allows(command.cli)] == []
    assert [command for command in FORBIDDEN if made.allows(command)] == []


BARE = "request vmhost software rollback"


@pytest.mark.parametrize("software", SoftwareFamily)
def test_a_probe_asks_for_every_kind_of_command_that_a_step_may_send(software: SoftwareFamily) -> None:
    asked = UpgradeAsked(image_path=IMAGE, software=software, groups=(0, 1))
    wanted = commands_of_an_upgrade(asked)
    assert [command for command in wanted if not allows(command)] == []
    unasked = [c for c in SENT if not any(command.split()[:4] == c.cli.split()[:4] for command in wanted)]
    assert {getattr(command, "software", None) for command in unasked} <= set(SoftwareFamily) - {software}
    assert BARE not in wanted


def test_a_vmhost_before_18_1_is_asked_for_the_rollback_that_names_no_node() -> None:
    asked = UpgradeAsked(image_path=IMAGE, software=SoftwareFamily.VMHOST, groups=(0, 1), names_node=False)
    assert [command for command in commands_of_an_upgrade(asked) if "rollback" in command] == [BARE]
    made = LoginClass.of(configuration_before_18_1(is_vmhost=True))
    made.require_known(parse_release("17.4R3"))
    assert made.allows(BARE)
    assert not LoginClass.of(configuration_before_18_1()).allows(BARE)
    assert not allows(BARE)


def test_the_class_of_older_releases_may_stay_across_an_upgrade() -> None:
    LoginClass.of(configuration_before_18_1()).require_known(parse_release("24.4R1.9"))
