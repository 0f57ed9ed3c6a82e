"""``policy/limits.yaml``: levels that override each other, and what is no figure."""

from __future__ import annotations

from dataclasses import fields

import pytest

from srx_issu.catalog.fields import FileEntry
from srx_issu.catalog.policy.limits import EvidenceRulesEntry, LimitsEntry, TimersEntry, ToleranceEntry
from srx_issu.domain.upgrade.intent import (
    EvidenceRules,
    Limits,
    NotifierRule,
    Policy,
    StartMethod,
    Timers,
    Tolerance,
)
from tests.integration.catalog.folders import IMAGE, Folder

FLEET = """
    groups:
      world: {}
      emea: {groups: [world]}
      core: {}
    clusters:
      fra1-fw1:
        model: SRX4600
        site: fra1
        groups: [emea, core]
        node0: {host: 192.0.2.11}
        node1: {host: 192.0.2.12}
"""


def _policy(folder: Folder, limits: str) -> Policy:
    folder.write("inventory/fleet.yaml", FLEET)
    folder.write("policy/limits.yaml", limits)
    catalog = folder.catalog()
    return catalog.policy_for(catalog.clusters["fra1-fw1"], catalog.images[IMAGE])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleet: {timers: {polls_s: 5}}\n", "unknown key 'polls_s' in fleet.timers; did you mean 'poll_s'?"),
        ("fleet: {timers: {poll_s: 0}}\n", "fleet.timers.poll_s is '0'; it should be greater than 0"),
        ("fleet: {timers: {poll_s: -1}}\n", "fleet.timers.poll_s is '-1'"),
        ("fleet: {timers: {poll_s: .nan}}\n", "fleet.timers.poll_s is '.nan'"),
        ("fleet: {timers: {poll_s: nan}}\n", "fleet.timers.poll_s is 'nan'"),
        ("fleet: {timers: {poll_s: inf}}\n", "fleet.timers.poll_s is 'inf'"),
        ("fleet: {timers: {poll_s: 20 s}}\n", "fleet.timers.poll_s is '20 s'; write a number"),
        ("fleet: {timers: {lease_s: 604801}}\n", "fleet.timers.lease_s is '604801'"),
        ("fleet: {limits: {cpu_block_percent: 101}}\n", "fleet.limits.cpu_block_percent is '101'"),
        ("fleet: {limits: {cpu_samples: 2.5}}\n", "fleet.limits.cpu_samples is '2.5'"),
        (
            "fleet: {limits: {cpu_block_percent: 99}}\n",
            "fleet.limits.cpu_block_percent: 99 is more than the 80 % that the ISSU guide allows; write 80",
        ),
        ("fleet: {limits: {disk_factor: 0.5}}\n", "fleet.limits.disk_factor is '0.5'"),
        (
            "platforms: [{models: [SRX4600], limits: {disk_factor: 1}}]\n",
            "platforms[1].limits.disk_factor: 1 is less than the double image size that the ISSU guide wants",
        ),
        ("fleet: {answered_prompts: [yes]}\n", "at least 12 characters"),
        ("fleet: {start_method: telnet}\n", "write one of 'auto', 'shell' or 'rpc'"),
        ("fleet: {unlink_image: perhaps}\n", "fleet.unlink_image is 'perhaps'; write true or false"),
        ("fleet: {tolerances: {sessions: 5}}\n", "fleet.tolerances.sessions is '5'; write keys and values"),
        ("fleet: {tolerances: {sessions: {lost: 5}}}\n", "did you mean 'lost_percent'?"),
        ("fleet: {tolerances: {'a b': {}}}\n", "'a b' is not a table or figure"),
        ("fleet: {tolerances: {sesions: {}}}\n", "no table 'sesions'; did you mean 'sessions'?"),
        ("fleet: {tolerances: {sesions.active: {}}}\n", "no table 'sesions'"),
        ("flet: {}\n", "unknown key 'flet'; did you mean 'fleet'?"),
        ("platforms: [{timers: {poll_s: 5}}]\n", "platforms[1] has no 'models'; add it"),
        ("platforms: [{models: [SRX4600], releases: {at_least: x}}]\n", "platforms[1].releases.at_least"),
        ("groups: {emae: {}}\n", "no group 'emae' in the inventory; did you mean 'emea'?"),
        ("clusters: {fra1-fw2: {}}\n", "no cluster 'fra1-fw2' in the inventory; did you mean 'fra1-fw1'?"),
    ],
)
def test_faults(folder: Folder, text: str, words: str) -> None:
    folder.write("inventory/fleet.yaml", FLEET)
    folder.write("policy/limits.yaml", text)
    faults = folder.faults()
    assert len(faults) == 1
    assert faults[0].startswith("policy/limits.yaml:1: ")
    assert words in faults[0]


def test_a_deadline_that_ends_before_the_devices_hold_timer(folder: Folder) -> None:
    """The level that decides is named, once; the hold timer is the platform's."""
    folder.write("inventory/fleet.yaml", FLEET)
    folder.write(
        "policy/limits.yaml",
        """
        fleet: {timers: {secondary_upgrade_s: 600}}
        groups:
          core: {timers: {secondary_upgrade_s: 2700}}
        """,
    )
    assert folder.faults() == []
    assert folder.warnings() == [
        "policy/limits.yaml:3: secondary_upgrade_s is 2700 s, and an SRX4600 itself waits up to 2700 s (hold "
        "timer); write more than 2700: this software would give up before the device does"
    ]
    folder.write("policy/limits.yaml", "fleet: {timers: {secondary_upgrade_s: 2701}}\n")
    assert folder.warnings() == []


def test_an_unreadable_inventory_does_not_make_names_look_wrong(folder: Folder) -> None:
    folder.write("policy/limits.yaml", "groups: {emea: {}}\nclusters: {fra1-fw1: {}}\n")
    folder.write("inventory/fleet.yaml", "groups: [\n")
    faults = folder.faults()
    assert len(faults) == 1
    assert faults[0].startswith("inventory/fleet.yaml:")


def test_each_level_overrides_the_one_before(folder: Folder) -> None:
    policy = _policy(
        folder,
        """
        fleet: {timers: {poll_s: 1, rpc_s: 1, connect_s: 1, switchover_s: 1, resync_s: 1}, start_method: rpc}
        platforms:
          - {models: [SRX4600], timers: {rpc_s: 2, connect_s: 2, switchover_s: 2, resync_s: 2}}
          - {models: [SRX4600], releases: {below: "22.4"}, timers: {rpc_s: 99}}
          - {models: [SRX1500], timers: {rpc_s: 99}}
        groups:
          emea: {timers: {switchover_s: 4, resync_s: 4}}
          world: {timers: {connect_s: 3, switchover_s: 3, resync_s: 3}}
        clusters:
          fra1-fw1: {timers: {resync_s: 5}}
        """,
    )
    timers = policy.timers
    given = (timers.poll_s, timers.rpc_s, timers.connect_s, timers.switchover_s, timers.resync_s)
    assert given == (1, 2, 3, 4, 5)
    assert timers.cold_sync_s == Timers().cold_sync_s
    assert policy.start_method is StartMethod.RPC


def test_a_platform_level_may_hold_for_some_releases(folder: Folder) -> None:
    policy = _policy(
        folder, "platforms: [{models: [srx4600], releases: {at_least: 22.4R3}, timers: {rpc_s: 7}}]\n"
    )
    assert policy.timers.rpc_s == 7


def test_a_tolerance_replaces_the_whole_entry_of_its_table(folder: Folder) -> None:
    policy = _policy(
        folder,
        """
        fleet: {tolerances: {sessions: {lost_percent: 20, absolute: 50}, arp.entries: {lost_percent: }}}
        groups: {core: {tolerances: {sessions: {gained_percent: 5}}}}
        """,
    )
    assert policy.tolerances == {
        "sessions": Tolerance(lost_percent=0, gained_percent=5),
        "arp.entries": Tolerance(lost_percent=None),
    }


def test_figures_and_switches_as_written(folder: Folder) -> None:
    policy = _policy(folder, "fleet: {limits: {disk_factor: 2.5, cpu_samples: 1}, unlink_image: true}\n")
    assert (policy.limits.disk_factor, policy.limits.cpu_samples, policy.unlink_image) == (2.5, 1, True)


def test_questions_that_are_answered_are_those_of_the_nearest_level(folder: Folder) -> None:
    fleet = "fleet: {answered_prompts: [Do you want to continue]}\n"
    assert _policy(folder, fleet).answered_prompts == ("Do you want to continue",)
    nearer = f"{fleet}clusters: {{fra1-fw1: {{answered_prompts: []}}}}\n"
    assert _policy(folder, nearer).answered_prompts == ()


def test_who_is_told_of_others_is_said_level_by_level(folder: Folder) -> None:
    mail = "{notifier: a.b.Mail, message: html_content, subject: subject, arguments: {to: noc@example.net}}"
    fleet = f"fleet: {{notify: [{mail}]}}\n"
    told = NotifierRule(
        notifier="a.b.Mail", message="html_content", subject="subject", arguments={"to": "noc@example.net"}
    )
    assert _policy(folder, fleet).notify == (told,)
    assert _policy(folder, f"{fleet}clusters: {{fra1-fw1: {{notify: []}}}}\n").notify == ()
    assert _policy(folder, "fleet: {}\n").notify == ()


def test_the_shipped_limits_are_the_softwares_own_defaults(folder: Folder) -> None:
    """The file shows every figure; the code must not say another one."""
    catalog = folder.catalog()
    policy = catalog.policy_for(catalog.clusters["fra1-fw1"], catalog.images[IMAGE])
    assert policy.timers == Timers()
    assert policy.limits == Limits()
    assert policy.start_method is StartMethod.SHELL
    assert not policy.unlink_image
    assert policy.answered_prompts == ()


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        (TimersEntry, Timers),
        (LimitsEntry, Limits),
        (ToleranceEntry, Tolerance),
        (EvidenceRulesEntry, EvidenceRules),
    ],
)
def test_every_figure_of_the_software_can_be_set(entry: type[FileEntry], values: type) -> None:
    assert list(entry.model_fields) == [field.name for field in fields(values)]
