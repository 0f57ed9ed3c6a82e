"""Campaign files: what they mean, and every fault with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from srx_issu.campaign.model import Gates, OnExceeded, Result, Retry, Share, SiteStaging
from srx_issu.campaign.plan import plan_waves
from srx_issu.campaign.window import Days, Freeze, Opening, next_start
from srx_issu.catalog import (
    campaign_file,
    check_campaign,
    check_campaigns,
    facts,
    members,
    plan_campaign,
    plan_rule,
)
from srx_issu.catalog.campaigns.entries import GatesEntry
from srx_issu.domain.errors import OperatorFileError, RequestRefused
from tests.integration.catalog.folders import CONTENT, DIGEST, IMAGE, Folder

PLAIN = """
    target: {SRX4600: 22.4R3-S2.11}
    select: {sites: [fra1]}
"""
FULL = """
    target: {srx4600: 22.4R3-S2.11}
    select: {clusters: ["fra*"], labels: {tier: gold}}
    exclude: {clusters: [fra1-fw1]}
    canary: [fra1-fw1]
    waves: ["2", 12.5%, rest]
    in_flight: {campaign: 8, per_site: 2}
    windows:
      default:
        zone: Europe/Berlin
        open:
          - {days: [Saturday, sun], from: "22:30", to: "4:00"}
          - {dates: [2027-03-14], from: "01:00", hours: 2.5}
        freeze: [{from: 2027-12-18, to: 2028-01-06, reason: year's end}]
      sites:
        fra1: {open: [{cron: "0 1,3 * * sun", hours: 1}]}
    freeze: [{from: 2027-05-01, to: 2027-05-01}]
    budget: {total: , per_wave: 20%, counts: [ROLLED_BACK], on_exceeded: abort}
    bake_s: 3600
    gates: {plan: no, waves: yes, approvers: [ada], expiry_s: 600}
    retry: {rounds: 2, results: [NOT_READY]}
    staging: {at_once: 3, mbit_s: 100, schedule: 0 20 * * mon, sites: {fra1: {at_once: 1, mbit_s: 20}}}
    schedule: 0 12 * * fri
    notify:
      - {notifier: airflow.providers.smtp.notifications.smtp.SmtpNotifier, arguments: {to: noc@example.net}}
"""


def faults(folder: Folder, text: str) -> list[str]:
    folder.write("campaigns/spring.yaml", text)
    return [fault.split("campaigns/", 1)[1] for fault in folder.faults()]


def test_a_file_says_as_little_as_target_and_selection(folder: Folder) -> None:
    assert faults(folder, PLAIN) == []
    (document,) = folder.campaigns()
    asked = document.campaign
    assert asked is not None
    assert (asked.name, asked.in_flight.campaign, asked.gates.plan) == ("spring", 1, True)
    assert [str(w.share) if w.share else "rest" for w in asked.waves] == ["1", "10 %", "50 %", "rest"]
    assert asked.budget.total == Share(count=0)
    assert asked.retry == Retry()


def test_the_file_has_the_gates_of_the_planner() -> None:
    ours, files = Gates(), GatesEntry()
    assert files.model_dump().keys() == vars(ours).keys(), (
        "campaign/model.py, Gates, and catalog/campaigns/entries.py, GatesEntry, have the same keys"
    )
    assert Gates(**files.model_dump()) == ours, "Gates and GatesEntry have the same defaults"


def test_a_file_can_say_everything(folder: Folder) -> None:
    folder.write("campaigns/spring.yaml", FULL)
    (document,) = folder.campaigns()
    asked = document.campaign
    assert document.faults == ()
    assert asked is not None
    assert asked.waves[0].names == ("fra1-fw1",)
    assert asked.budget.total is None
    assert asked.budget.on_exceeded is OnExceeded.ABORT
    assert asked.budget.counts == {Result.ROLLED_BACK}
    assert not asked.gates.plan
    assert (document.schedule, document.staging_schedule) == ("0 12 * * fri", "0 20 * * mon")
    assert asked.staging is not None
    assert asked.staging.of("nyc") == SiteStaging(at_once=3, mbit_s=100)
    assert asked.staging.of("fra1") == SiteStaging(at_once=1, mbit_s=20)
    day = Freeze(first=date(2027, 5, 1), last=date(2027, 5, 1))
    assert asked.calendar_of("nyc").freezes[0] == asked.calendar_of("fra1").freezes[0] == day
    assert asked.calendar_of("nyc").openings == (
        Opening(days=Days(weekdays=frozenset({5, 6})), opens=time(22, 30), closes=time(4)),
        Opening(days=Days(dates=frozenset({date(2027, 3, 14)})), opens=time(1), length_s=9000.0),
    )
    sunday = datetime(2027, 1, 17, 2, 30, tzinfo=UTC)
    assert next_start(asked.calendar_of("fra1"), sunday, 3600) == sunday.replace(hour=3, minute=0)


def test_every_fault_has_its_line(folder: Folder) -> None:
    found = faults(
        folder,
        """
        target: {SRX4600: 22.4R9, SRX: x}
        select: {sites: []}
        waves: [rest, 0, 200%, many]
        in_flight: {campaign: 0, per_sit: 2}
        windows:
          default:
            zone: Mars/Olympus
            open:
              - {days: [sun]}
              - {cron: "0 25 * * *", hours: 2}
              - {days: [sun, someday], from: "25:00", to: 05:00}
          sites:
            fra1: {freeze: [{from: 2027-05-02, to: tomorrow}]}
        gates: {expiry_s: 0}
        retry: {rounds: 9, results: [NEEDS_OPERATOR, UPGRADED]}
        schedule: "@weekly"
        notify: [{notifier: Slack}]
        wave: 2
        """,
    )
    assert [fault.split(": ")[0] for fault in found] == [
        f"spring.yaml:{line}" for line in (1, 3, 3, 3, 4, 4, 7, 9, 10, 11, 11, 13, 14, 15, 15, 16, 17, 18)
    ]
    text = "\n".join(found)
    for words in (
        "did you mean 'per_site'?",
        "'Mars/Olympus' is not a time zone; write its IANA name",
        "a window by days or dates has no 'from'",
        "'25' is not between 0 and 23",
        "'tomorrow' is not a date; write it like 2027-03-14",
        "NEEDS_OPERATOR is not tried again",
        "a wave of '0' has nobody in it",
        "unknown key 'wave' in the file; did you mean 'waves'?",
    ):
        assert words in text, words


def test_what_lies_between_the_files(folder: Folder) -> None:
    assert faults(
        folder,
        """
        target: {SRX4600: 22.4R9, SRX1500: 22.4R3-S2.11}
        select: {clusters: [fra1-fw2, "x*"], sites: [fra2]}
        canary: [fra1-fw9]
        windows: {sites: {nyc: {}}}
        """,
    ) == [
        "spring.yaml:1: 0 images of the catalogue are '22.4R3-S2.11' for SRX1500; name one by its file name",
        f"spring.yaml:1: no image '22.4R9' in the catalogue; known: {IMAGE}",
        "spring.yaml:2: no cluster 'fra1-fw2' in the inventory; did you mean 'fra1-fw1'?",
        "spring.yaml:2: no cluster has site 'fra2'; did you mean 'fra1'?",
        "spring.yaml:3: no cluster 'fra1-fw9' in the inventory; did you mean 'fra1-fw1'?",
        "spring.yaml:4: no cluster has site 'nyc'; known: fra1",
    ]


def test_a_selection_without_filter_and_a_freeze_backwards_are_faults(folder: Folder) -> None:
    text = PLAIN.replace("{sites: [fra1]}", "{}") + "    freeze: [{from: 2027-05-02, to: 2027-05-01}]\n"
    assert [fault.partition("; ")[0] for fault in faults(folder, text)] == [
        "spring.yaml:2: select has no filter",
        "spring.yaml:3: a freeze ends on 2027-05-01, before 2027-05-02",
    ]


def test_a_model_that_is_selected_without_a_target(folder: Folder) -> None:
    """By its name a fault; by another filter a warning, unless it is excluded."""
    other = "{model: SRX1500, site: fra1, node0: {host: 192.0.2.41}, node1: {host: 192.0.2.42}}"
    folder.write("inventory/more.yaml", f"clusters:\n  other: {other}\n")
    named = PLAIN.replace("{sites: [fra1]}", "{models: [SRX4600, SRX1500]}")
    assert faults(folder, named) == [
        "spring.yaml:2: select names SRX1500, and target has no image for it; "
        "add the model to target, or take it out here"
    ]
    assert faults(folder, PLAIN) == []
    assert folder.warnings() == [
        "campaigns/spring.yaml:2: select takes other, but target has no image for SRX1500: "
        "left out of the campaign; add SRX1500 to target, or exclude it"
    ]
    assert faults(folder, PLAIN + "    exclude: {models: [SRX1500]}\n") == []
    assert folder.warnings() == []


def test_one_bad_file_leaves_the_others_and_the_catalogue_alone(folder: Folder) -> None:
    folder.write("campaigns/bad.yaml", "target: [")
    folder.write("campaigns/good.yaml", PLAIN)
    folder.write("campaigns/has space.yaml", PLAIN)
    bad, good, unnamed = folder.campaigns()
    assert (bad.campaign, unnamed.campaign) == (None, None)
    assert good.campaign is not None
    catalog = folder.catalog()  # load() does not ask for campaigns
    by_name = check_campaigns(folder.path, catalog.clusters, catalog.images)
    assert [name for name, found in by_name.items() if not found.faults] == ["good"]


@pytest.mark.parametrize(
    ("name", "is_sound"),
    [
        ("spring-27_a", True),
        ("a", True),
        ("a__b", False),
        ("a_", False),
        ("_a", False),
        ("a b", False),
        ("ä", False),
    ],
)
def test_a_campaigns_name_can_be_told_from_its_runs_id(folder: Folder, name: str, is_sound: bool) -> None:
    folder.write(f"campaigns/{name}.yaml", PLAIN)
    (document,) = folder.campaigns()
    assert (document.campaign is not None) == is_sound


def test_the_fleet_as_a_campaign_sees_it(folder: Folder) -> None:
    folder.write(
        "inventory/more.yaml",
        """
        clusters:
          held: {model: SRX4600, site: fra1, hold: RMA 4711, node0: {host: h0}, node1: {host: h1}}
          newer: {model: SRX4600, site: fra1, node0: {host: 192.0.2.31}, node1: {host: 192.0.2.32}}
          other: {model: SRX1500, site: fra1, node0: {host: 192.0.2.41}, node1: {host: 192.0.2.42}}
        """,
    )
    folder.write("campaigns/spring.yaml", PLAIN)
    (document,) = folder.campaigns()
    assert document.campaign is not None
    fleet = members(folder.catalog(), document.campaign, {"newer": "23.4R1.10"})
    plan = plan_waves(fleet, document.campaign, document.settings)
    assert [(c.name, c.image) for c in plan.clusters] == [("fra1-fw1", IMAGE)]
    reasons = {left.name: left.reason for left in plan.left_out}
    assert reasons["held"] == "on hold: RMA 4711"
    assert reasons["newer"].startswith("23.4R1.10 to 22.4R3-S2.11: ")
    assert reasons["other"] == "the campaign has no image for SRX1500"


def test_limits_for_everybody(folder: Folder) -> None:
    folder.write("policy/concurrency.yaml", "fleet: 9\nsites: {fra1: 2, ber: 0}\n")
    (fault,) = folder.faults()
    assert fault == "policy/concurrency.yaml:2: sites.ber is 0; write a number from 1 on"
    folder.write("policy/concurrency.yaml", "fleet: 9\nper_site: 1\nsites: {fra1: 2}\nregions: {emea: 5}\n")
    catalog = folder.catalog()
    limits = catalog.concurrency.of(catalog.clusters["fra1-fw1"])
    assert [(limit.resource, limit.places) for limit in limits] == [("site:fra1", 2), ("fleet", 9)]
    folder.write("policy/concurrency.yaml", "fleet: many\n")
    assert folder.faults() == ["policy/concurrency.yaml:1: fleet is 'many'; write a whole number"]


def test_each_member_has_the_facts_of_its_own_policy(folder: Folder) -> None:
    """``claim`` compares them with what it makes of one cluster by itself; here they are made for a fleet."""
    folder.write(
        "inventory/fleet.yaml",
        """
        groups: {gold: {}}
        clusters:
          a: {model: SRX4600, site: fra1, node0: {host: 192.0.2.1}, node1: {host: 192.0.2.2}}
          b: {model: SRX4600, site: fra1, groups: [gold], node0: {host: 192.0.2.3}, node1: {host: 192.0.2.4}}
          c: {model: SRX4600, site: fra1, node0: {host: 192.0.2.5}, node1: {host: 192.0.2.6}}
          d: {model: SRX4600, site: fra1, node0: {host: 192.0.2.7}, node1: {host: 192.0.2.8}}
        """,
    )
    folder.write(
        "policy/limits.yaml",
        """
        fleet: {timers: {worst_case_s: 3600}}
        groups: {gold: {timers: {worst_case_s: 5400}}}
        clusters: {c: {timers: {worst_case_s: 7200}}}
        """,
    )
    folder.write("campaigns/spring.yaml", PLAIN)
    catalog, (document,) = folder.catalog(), folder.campaigns()
    assert document.campaign is not None
    found = members(catalog, document.campaign, {})
    image = catalog.images[IMAGE]
    assert [member.worst_case_s for member in found] == [3600.0, 5400.0, 7200.0, 3600.0]
    assert [m.facts for m in found] == [facts(catalog, catalog.clusters[m.name], image) for m in found]


def test_planning_opens_no_other_campaigns_file(folder: Folder) -> None:
    folder.write("campaigns/bad.yaml", "target: [")
    folder.write("campaigns/spring.yaml", PLAIN)
    catalog, path = folder.catalog(), campaign_file(folder.path, "spring")
    assert path is not None
    (folder.path / "campaigns/bad.yaml").unlink()
    assert check_campaign(path, catalog.clusters, catalog.images).faults == ()
    assert campaign_file(folder.path, "autumn") is None


def test_a_plan_is_by_the_catalogue_that_was_read_before(folder: Folder) -> None:
    """What a task copies, and by which plan, is of one reading of the files."""
    folder.write("campaigns/spring.yaml", PLAIN)
    catalog = folder.catalog()
    folder.write("inventory/fleet.yaml", "clusters: [typo\n")
    planning = plan_campaign(catalog, "spring", dict)
    assert [c.name for c in planning.plan.clusters] == ["fra1-fw1"]
    assert planning.plan.clusters[0].image_sha256 == catalog.images[IMAGE].sha256
    assert planning.approvals == plan_rule(catalog, {"fra1-fw1": IMAGE})


@pytest.mark.parametrize(
    ("name", "text", "refused", "words"),
    [
        ("autumn", PLAIN, RequestRefused, "no file campaigns/autumn.yaml in "),
        ("spring", "target: [", OperatorFileError, "spring.yaml:2: is not YAML"),
        ("spring", PLAIN.replace("fra1", "ber"), OperatorFileError, "no cluster has site 'ber'"),
    ],
)
def test_what_cannot_be_planned_says_why_before_anybody_is_asked_for_releases(
    folder: Folder, name: str, text: str, refused: type[Exception], words: str
) -> None:
    def unasked() -> dict[str, str]:
        raise AssertionError("the journal was asked")

    folder.write("campaigns/spring.yaml", text)
    with pytest.raises(refused, match=words):
        plan_campaign(folder.catalog(), name, unasked)


MIXED = """
    target: {SRX4600: 22.4R3-S2.11, SRX345: 22.4R3-S2.11, VSRX: 22.4R3-S2.11}
    select: {sites: [fra1]}
"""


@pytest.fixture
def mixed(folder: Folder) -> Folder:
    """A cluster of each kind: with ISSU, with ICU, with neither."""
    folder.write(
        "inventory/more.yaml",
        """
        clusters:
          small: {model: SRX345, site: fra1, node0: {host: 192.0.2.31}, node1: {host: 192.0.2.32}}
          virtual: {model: vSRX, site: fra1, node0: {host: 192.0.2.41}, node1: {host: 192.0.2.42}}
        """,
    )
    content = f"sha256: {DIGEST}, size_bytes: {len(CONTENT)}, release: 22.4R3-S2.11"
    names = {"junos-srxsme-22.4R3-S2.11.tgz": "SRX345", "junos-vsrx-x86-64-22.4R3-S2.11.tgz": "VSRX"}
    for name in names:
        folder.image(name)
    lines = [f"  - {{file: {name}, models: [{model}], {content}}}" for name, model in names.items()]
    folder.write("images/more.yaml", "images:\n" + "\n".join(lines) + "\n")
    return folder


def planned(folder: Folder, text: str, releases: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Cluster -> route and what it costs; cluster -> why it is left out."""
    folder.write("campaigns/spring.yaml", text)
    plan = plan_campaign(folder.catalog(), "spring", lambda: releases).plan
    routes = {cluster.name: f"{cluster.route} {cluster.outage_s}" for cluster in plan.clusters}
    return routes, {left.name: left.reason for left in plan.left_out}


def test_each_cluster_goes_by_the_route_in_service_that_its_model_has(mixed: Folder) -> None:
    routes, left_out = planned(mixed, MIXED, {})
    assert routes == {"fra1-fw1": "issu None", "small": "icu 30"}
    assert left_out["virtual"] == (
        "VSRX has no route in service: name one of minimal_downtime, dual_reboot under 'routes'"
    )


def test_a_campaign_names_routes_by_model(mixed: Folder) -> None:
    routes, left_out = planned(mixed, f"{MIXED}    routes: {{VSRX: dual_reboot, SRX4600: icu}}\n", {})
    assert routes == {"small": "icu 30", "virtual": "dual_reboot 900"}
    assert left_out == {"fra1-fw1": "SRX4600 cannot take the route icu: no source speaks of ICU on SRX4600"}


def test_a_pair_of_releases_that_the_route_cannot_have_is_left_out(mixed: Folder) -> None:
    _, left_out = planned(mixed, MIXED, {"small": "24.4R1.9"})
    assert left_out["small"].startswith("24.4R1.9 to 22.4R3-S2.11 by icu: ")


def test_a_route_for_a_model_without_image_is_a_fault(folder: Folder) -> None:
    assert faults(folder, f"{PLAIN}    routes: {{SRX345: icu, SRX4600: fast}}\n")
    (fault,) = faults(folder, f"{PLAIN}    routes: {{SRX345: icu}}\n")
    assert fault == "spring.yaml:3: a route for SRX345, which has no image; name it under target"


def test_a_cluster_is_left_out_where_its_route_needs_somebody_at_the_cables_and_nobody_is_named(
    mixed: Folder,
) -> None:
    text = f"{MIXED}    routes: {{VSRX: minimal_downtime}}\n"
    _, left_out = planned(mixed, text, {})
    assert "needs a person at the cables of virtual" in left_out["virtual"]
    assert "below 'on_site', by the cluster's name" in left_out["virtual"]
    routes, _ = planned(mixed, f"{text}    on_site: {{virtual: Bea Byron}}\n", {})
    assert routes["virtual"].startswith("minimal_downtime")
    plan = plan_campaign(mixed.catalog(), "spring", dict).plan
    assert {cluster.name: cluster.on_site for cluster in plan.clusters if cluster.on_site} == {
        "virtual": "Bea Byron"
    }


def test_who_is_on_site_of_a_cluster_that_is_not_there_is_a_fault(mixed: Folder) -> None:
    (fault,) = faults(mixed, f"{MIXED}    on_site: {{virtul: Bea}}\n")
    assert "no cluster 'virtul' in the inventory" in fault
    assert "virtual" in fault


def test_a_window_must_fit_what_the_route_takes_and_the_plan_says_who_asks_again(mixed: Folder) -> None:
    mixed.write("campaigns/spring.yaml", f"{MIXED}    routes: {{VSRX: dual_reboot}}\n")
    seen = {"virtual": "21.4R3-S5.4", "small": "21.4R3-S5.4"}
    plan = plan_campaign(mixed.catalog(), "spring", lambda: seen).plan
    found = {cluster.name: (cluster.worst_case_s, cluster.running) for cluster in plan.clusters}
    assert found == {
        "fra1-fw1": (10800.0, None), "small": (10800.0, "21.4R3-S5.4"), "virtual": (11700.0, "21.4R3-S5.4"),
    }  # fmt: skip
    asks = {cluster.name: cluster.asks.partition(":")[0] for cluster in plan.clusters if cluster.asks}
    assert list(asks) == ["virtual"]
    assert asks["virtual"].startswith("not known whether both management addresses are reached beside the")


def test_a_pair_that_only_another_route_can_have_is_left_out(mixed: Folder) -> None:
    """From D65 to D70 an SRX4200 goes by ICU only: the run of an ISSU would be refused."""
    mixed.write(
        "inventory/old.yaml",
        """
        clusters:
          old: {model: SRX4200, site: fra1, node0: {host: 192.0.2.51}, node1: {host: 192.0.2.52}}
        """,
    )
    mixed.image("junos-srxmr-x86-64-15.1X49-D70.3.tgz")
    mixed.write(
        "images/old.yaml",
        f"images:\n  - {{file: junos-srxmr-x86-64-15.1X49-D70.3.tgz, models: [SRX4200], sha256: {DIGEST}, "
        f"size_bytes: {len(CONTENT)}, release: 15.1X49-D70.3}}\n",
    )
    text = MIXED.replace("VSRX: 22.4R3-S2.11", "SRX4200: 15.1X49-D70.3")
    _, left_out = planned(mixed, f"{text}    routes: {{SRX4200: issu}}\n", {"old": "15.1X49-D65.1"})
    assert left_out["old"].startswith("15.1X49-D65.1 to 15.1X49-D70.3: ICU: SRX4100 and SRX4200 go from")


def test_where_no_rollback_leads_back_the_old_image_is_wanted_before_anybody_is_asked(mixed: Folder) -> None:
    text = f"{MIXED}    routes: {{SRX345: dual_reboot}}\n"
    _, left_out = planned(mixed, text, {"small": "24.4R1.9"})
    assert left_out["small"].startswith(
        "24.4R1.9 to 22.4R3-S2.11 by dual_reboot: a downgrade, approved there for itself; "
    )
    assert "no image of 24.4R1.9 for SRX345 is in images/*.yaml: add the old image" in left_out["small"]
    mixed.image("junos-srxsme-24.4R1.9.tgz")
    mixed.write(
        "images/back.yaml",
        f"images:\n  - {{file: junos-srxsme-24.4R1.9.tgz, models: [SRX345], sha256: {DIGEST}, "
        f"size_bytes: {len(CONTENT)}, release: 24.4R1.9}}\n",
    )
    routes, _ = planned(mixed, text, {"small": "24.4R1.9"})
    assert routes["small"] == "dual_reboot 900"
