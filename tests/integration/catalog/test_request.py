"""A request becomes an Intent, or is refused with one sentence before anything is touched."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from srx_issu.catalog import UpgradeRequest, eligibility, find_image, resolve
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.support import InService
from srx_issu.ports.codec import dumps, loads
from tests.integration.catalog.folders import CONTENT, DIGEST, IMAGE, Folder

REQUEST = UpgradeRequest(
    upgrade_id="manual__2026-11-22T14:52:08.123456+00:00_Ab3",
    cluster="fra1-fw1",
    image=IMAGE,
    requested_by="jo@example.net",
)
OTHER_IMAGES = {
    "junos-srxentedge-x86-64-22.4R3-S2.11.tgz": "SRX1500",
    "junos-srxhe-x86-64-23.4R1.9.tgz": "SRX4600",
    "junos-install-srx5000-x86-64-21.4R3.15.tgz": "SRX5800",
    "junos-vmhost-install-srx-x86-64-21.4R3.15.tgz": "SRX5800",
    "junos-vmhost-install-srx-x86-64-22.4R3.10.tgz": "SRX5800",
}


@pytest.fixture
def fleet(folder: Folder) -> Folder:
    folder.write(
        "inventory/more.yaml",
        """
        clusters:
          fra1-fw2: {model: SRX4600, site: fra1, hold: RMA 4711, node0: {host: a1}, node1: {host: b1}}
          ber1-fw1: {model: SRX5800, site: ber1, node0: {host: a2}, node1: {host: b2}}
          ber1-fw2: {model: SRX5800, site: ber1, routing_engine: RE3, node0: {host: a3}, node1: {host: b3}}
          lab: {model: SRX4700, site: lab, node0: {host: a4}, node1: {host: b4}}
          muc1-fw1: {model: SRX1500, site: muc1, node0: {host: a5}, node1: {host: b5}}
        """,
    )
    entries = []
    for name, model in OTHER_IMAGES.items():
        folder.image(name)
        release = name.removesuffix(".tgz").rpartition("x86-64-")[2]
        content = f"sha256: {DIGEST}, size_bytes: {len(CONTENT)}"
        entries.append(f"  - {{file: {name}, release: {release}, models: [{model}], {content}}}")
    folder.write("images/more.yaml", "images:\n" + "\n".join(entries) + "\n")
    return folder


def _refusal(fleet: Folder, request: UpgradeRequest) -> str:
    with pytest.raises(RequestRefused) as refused:
        resolve(fleet.catalog(), request)
    words = str(refused.value)
    assert "\n" not in words
    assert len(words) < 400
    return words


class TestRefuses:
    def test_an_unknown_cluster_and_names_the_nearest(self, fleet: Folder) -> None:
        words = _refusal(fleet, replace(REQUEST, cluster="fra1-fw9"))
        assert words.startswith("cluster 'fra1-fw9' is not in the inventory: did you mean 'fra1-fw")

    def test_an_unknown_cluster_without_reciting_the_inventory(self, fleet: Folder) -> None:
        words = _refusal(fleet, replace(REQUEST, cluster="nosuch"))
        assert words == (
            "cluster 'nosuch' is not in the inventory: no name is like it; 'srx-issu names' lists them"
        )

    def test_a_cluster_on_hold_and_says_why(self, fleet: Folder) -> None:
        words = _refusal(fleet, replace(REQUEST, cluster="fra1-fw2"))
        assert words == "cluster fra1-fw2 is on hold: RMA 4711; the inventory says so"

    def test_an_unknown_image_and_names_those_for_the_model(self, fleet: Folder) -> None:
        words = _refusal(fleet, replace(REQUEST, image="junos-srxhe-x86-64-22.4R3-S3.1.tgz"))
        assert "is not in the catalogue; for SRX4600: did you mean" in words
        assert IMAGE in words
        assert "srxentedge" not in words

    def test_a_start_without_validation_where_the_command_has_no_such_option(self, fleet: Folder) -> None:
        name = "junos-vmhost-install-srx-x86-64-21.4R3.15.tgz"
        request = replace(REQUEST, cluster="ber1-fw2", image=name, no_validate=True)
        assert "which has no such option" in _refusal(fleet, request)

    def test_a_start_without_validation_and_without_approval(self, fleet: Folder) -> None:
        fleet.write("policy/approvals.yaml", "fleet: {start: {required: no, approvers: anybody}}\n")
        words = _refusal(fleet, replace(REQUEST, no_validate=True, needs_approval=False))
        assert words == "approval: false, but a start with no_validate is always approved by a person"

    def test_an_unknown_release(self, fleet: Folder) -> None:
        assert "is not in the catalogue" in _refusal(fleet, replace(REQUEST, image="25.2R1"))

    def test_an_image_of_another_platform(self, fleet: Folder) -> None:
        name = "junos-srxentedge-x86-64-22.4R3-S2.11.tgz"
        words = _refusal(fleet, replace(REQUEST, image=name))
        assert words == f"image {name} is for SRX1500; the cluster's model is SRX4600"

    def test_a_release_that_is_there_for_other_platforms_only(self, fleet: Folder) -> None:
        words = _refusal(fleet, replace(REQUEST, image="21.4R3"))
        assert words == "release 21.4R3 is in the catalogue for SRX5800 only; the cluster's model is SRX4600"

    def test_a_release_that_two_images_have(self, fleet: Folder) -> None:
        words = _refusal(fleet, replace(REQUEST, cluster="ber1-fw1", image="21.4R3"))
        assert "more than once: name one of junos-install-srx5000" in words

    def test_an_image_for_the_other_routing_engine(self, fleet: Folder) -> None:
        name = "junos-install-srx5000-x86-64-21.4R3.15.tgz"
        words = _refusal(fleet, replace(REQUEST, cluster="ber1-fw2", image=name))
        assert "ber1-fw2 has routing engine RE3, which takes vmhost software" in words

    @pytest.mark.parametrize(
        ("start", "end", "words"),
        [
            ("tomorrow", None, "window start 'tomorrow' is not a valid time"),
            ("2027-03-14T01:00:00", None, "has no time zone"),
            (None, "2027-03-14", "has no time zone"),
            ("2027-13-14T01:00:00+01:00", None, "is not a valid time"),
            ("0001-01-01T00:00:00+14:00", "2027-03-14T01:00:00+01:00", "is not a time between 2000 and 2199"),
            ("2027-03-14T05:00:00+01:00", "2027-03-14T01:00:00+01:00", "before it starts"),
            ("2027-03-14T01:00:00+01:00", "2027-03-14T00:00:00+00:00", "window ends"),
            (
                "2027-03-14T01:00:00+01:00",
                "2027-03-14T02:30:00+01:00",
                "window is 90 min long; worst case of this upgrade is 180 min",
            ),
        ],
    )
    def test_a_window_that_is_none(
        self, fleet: Folder, start: str | None, end: str | None, words: str
    ) -> None:
        assert words in _refusal(fleet, replace(REQUEST, window_start=start, window_end=end))

    @pytest.mark.parametrize(
        "hostile", ["", " ", "a\nb", "../../etc/passwd", "fra1-fw1; reboot", "'\"$(id)`", "\x00", "é" * 3000]
    )
    def test_hostile_words_without_repeating_them_in_full(self, fleet: Folder, hostile: str) -> None:
        for request in (
            replace(REQUEST, cluster=hostile),
            replace(REQUEST, image=hostile),
            replace(REQUEST, upgrade_id=hostile),
            replace(REQUEST, window_start=f"x{hostile}"),
        ):
            _refusal(fleet, request)

    @pytest.mark.parametrize("who", ["", "   ", "a\nb", "x" * 201])
    def test_nobody_as_the_one_who_asks(self, fleet: Folder, who: str) -> None:
        assert "say who asks" in _refusal(fleet, replace(REQUEST, requested_by=who))


class TestResolves:
    def test_everything_that_holds_for_the_run(self, fleet: Folder) -> None:
        catalog = fleet.catalog()
        intent = resolve(catalog, replace(REQUEST, fail_back=False, plan_only=True))
        assert intent.cluster is catalog.clusters["fra1-fw1"]
        assert intent.image is catalog.images[IMAGE]
        assert intent.software is SoftwareFamily.SYSTEM
        assert intent.policy == catalog.policy_for(intent.cluster, intent.image)
        assert (intent.fail_back, intent.plan_only) == (False, True)
        assert (intent.window_start, intent.window_end) == (None, None)
        assert intent.requested_by == "jo@example.net"

    def test_rg0_as_the_run_says_and_else_as_the_policy(self, fleet: Folder) -> None:
        catalog = fleet.catalog()
        assert resolve(catalog, REQUEST).policy.fail_back_rg0
        assert not resolve(catalog, replace(REQUEST, fail_back_rg0=False)).policy.fail_back_rg0

    @pytest.mark.parametrize("wanted", ["22.4R3-S2.11", "22.4R3-S2"])
    def test_the_image_by_its_release(self, fleet: Folder, wanted: str) -> None:
        assert resolve(fleet.catalog(), replace(REQUEST, image=wanted)).image.name == IMAGE

    def test_a_window_with_its_zone(self, fleet: Folder) -> None:
        request = replace(
            REQUEST, window_start="2027-03-14T01:00:00Z", window_end=" 2027-03-14T06:00:00+01:00 "
        )
        intent = resolve(fleet.catalog(), request)
        assert intent.window_start == "2027-03-14T01:00:00+00:00"
        assert intent.window_end == "2027-03-14T06:00:00+01:00"

    def test_a_window_that_is_long_enough_for_the_route(self, fleet: Folder) -> None:
        """190 minutes: enough for an ISSU, too short for two installs, a boot and a cold sync."""
        window = replace(
            REQUEST, window_start="2027-03-14T01:00:00+01:00", window_end="2027-03-14T04:10:00+01:00"
        )
        assert resolve(fleet.catalog(), window).policy.timers.worst_case_s == 10800
        words = _refusal(fleet, replace(window, route=Route.DUAL_REBOOT))
        assert (
            "190 min long; worst case of this upgrade is 195 min (timers.dual_reboot_worst_case_s)" in words
        )

    @pytest.mark.parametrize("nothing", [None, "", "  "])
    def test_no_window_as_at_once(self, fleet: Folder, nothing: str | None) -> None:
        assert resolve(fleet.catalog(), replace(REQUEST, window_start=nothing)).window_start is None

    @pytest.mark.parametrize(
        ("cluster", "image", "software"),
        [
            ("ber1-fw1", "junos-install-srx5000-x86-64-21.4R3.15.tgz", SoftwareFamily.SYSTEM),
            ("ber1-fw1", "22.4R3", SoftwareFamily.VMHOST),
            ("ber1-fw2", "junos-vmhost-install-srx-x86-64-21.4R3.15.tgz", SoftwareFamily.VMHOST),
        ],
    )
    def test_the_software_of_srx5000(
        self, fleet: Folder, cluster: str, image: str, software: SoftwareFamily
    ) -> None:
        assert resolve(fleet.catalog(), replace(REQUEST, cluster=cluster, image=image)).software is software

    def test_unlink_only_where_the_command_has_it(self, fleet: Folder) -> None:
        fleet.write("policy/limits.yaml", "fleet: {unlink_image: true}\n")
        catalog = fleet.catalog()
        assert not resolve(catalog, REQUEST).policy.unlink_image
        on_1500 = replace(REQUEST, cluster="muc1-fw1", image="22.4R3-S2")
        assert resolve(catalog, on_1500).policy.unlink_image

    def test_a_start_without_validation_asks_a_person_whatever_policy_says(self, fleet: Folder) -> None:
        fleet.write("policy/approvals.yaml", "fleet: {start: {required: no, approvers: anybody}}\n")
        intent = resolve(fleet.catalog(), replace(REQUEST, no_validate=True))
        assert (intent.no_validate, intent.approvals.start.required) == (True, True)
        assert intent.approvals.start.source("required") == "the run's own parameter 'no_validate'"
        assert not resolve(fleet.catalog(), REQUEST).no_validate

    def test_the_image_of_a_cluster_alone(self, fleet: Folder) -> None:
        assert find_image(fleet.catalog(), "23.4R1.9", "SRX4600").release == "23.4R1.9"

    def test_a_release_called_exactly_so_beside_one_with_a_spin(self, fleet: Folder) -> None:
        """The longer one is named too: both stay within reach."""
        short = "junos-srxhe-x86-64-22.4R3-S2.tgz"
        entry = f"{{file: {short}, release: 22.4R3-S2, models: [SRX4600], sha256: {DIGEST}, size_bytes: "
        fleet.image(short)
        fleet.write("images/short.yaml", f"images:\n  - {entry}{len(CONTENT)}}}\n")
        catalog = fleet.catalog()
        assert resolve(catalog, replace(REQUEST, image="22.4R3-S2")).image.name == short
        assert resolve(catalog, replace(REQUEST, image="22.4R3-S2.11")).image.name == IMAGE
        for wanted in ("22.4R3-S2", "22.4R3-S2.11"):
            fleet.write("campaigns/c.yaml", f"target: {{SRX4600: {wanted}}}\nselect: {{sites: [fra1]}}\n")
            assert fleet.faults() == []

    def test_an_intent_survives_being_written_down(self, fleet: Folder) -> None:
        intent = resolve(fleet.catalog(), replace(REQUEST, window_start="2027-03-14T01:00:00Z"))
        assert loads(Intent, dumps(intent)) == intent


class TestEligibility:
    def test_is_judged_against_the_running_release(self, fleet: Folder) -> None:
        catalog = fleet.catalog()
        intent = resolve(catalog, REQUEST)
        rules = catalog.support_rules
        assert eligibility(intent, "21.4R3-S5.4", rules).verdict is InService.ISSU
        assert eligibility(intent, "23.4R1", rules).verdict is InService.REFUSED
        assert eligibility(intent, "22.4R3-S2.11", rules).verdict is InService.REFUSED
        assert eligibility(intent, "no release", rules).verdict is InService.REFUSED

    def test_carries_the_software_of_the_intent(self, fleet: Folder) -> None:
        catalog = fleet.catalog()
        intent = resolve(catalog, replace(REQUEST, cluster="ber1-fw1", image="22.4R3"))
        assert eligibility(intent, "21.4R3", catalog.support_rules).software is SoftwareFamily.VMHOST


@pytest.mark.parametrize("run_id", ["audit__manual__1", "staging__spring__1", "campaigns", "inventory__x"])
def test_no_upgrade_has_a_name_of_other_kinds_of_runs(fleet: Folder, run_id: str) -> None:
    assert "give it another one" in _refusal(fleet, replace(REQUEST, upgrade_id=run_id))


def test_the_support_rules_in_force_are_kept_with_the_intent(fleet: Folder) -> None:
    """What was decided with stays what is decided with, whatever becomes of the file."""
    intent = resolve(fleet.catalog(), REQUEST)
    whole = fleet.catalog().support_rules
    assert intent.support == whole.about("SRX4600")
    assert intent.support is not None
    assert set(intent.support.platforms) == {"SRX4600"}
    for running in ("17.4R1", "21.4R3-S5.4", "22.4R3-S2.11", "23.4R1", "nonsense"):
        assert eligibility(intent, running, intent.support) == eligibility(intent, running, whole)
    assert loads(Intent, dumps(intent)) == intent


class TestWhoIsOnSite:
    APART = replace(REQUEST, route=Route.MINIMAL_DOWNTIME)

    def test_must_be_named_for_a_route_that_takes_the_links_apart(self, fleet: Folder) -> None:
        words = _refusal(fleet, self.APART)
        assert "needs a person at the cables" in words
        assert "--on-site NAME" in words
        assert "needs a person" in _refusal(fleet, replace(self.APART, on_site="  "))

    def test_is_kept_with_the_upgrade(self, fleet: Folder) -> None:
        assert resolve(fleet.catalog(), replace(self.APART, on_site=" Ada Byron ")).on_site == "Ada Byron"

    @pytest.mark.parametrize("name", ["Ada\n**Byron**", "x" * 101, "<b>Ada</b>"])
    def test_is_a_name_and_no_markup(self, fleet: Folder, name: str) -> None:
        assert "is not a name" in _refusal(fleet, replace(self.APART, on_site=name))

    def test_is_nobody_on_other_routes(self, fleet: Folder) -> None:
        assert resolve(fleet.catalog(), replace(REQUEST, on_site="Ada")).on_site is None


def test_a_route_that_the_model_never_has_is_refused_with_those_that_it_can_have(fleet: Folder) -> None:
    fleet.write(
        "inventory/small.yaml",
        "clusters: {sml1-fw1: {model: SRX345, site: sml1, node0: {host: a9}, node1: {host: b9}}}",
    )
    name = "junos-srxsme-22.4R3-S2.11.tgz"
    fleet.image(name)
    content = f"sha256: {DIGEST}, size_bytes: {len(CONTENT)}"
    entry = f"{{file: {name}, release: 22.4R3-S2.11, models: [SRX345], {content}}}"
    fleet.write("images/small.yaml", f"images:\n  - {entry}\n")
    asked = replace(REQUEST, cluster="sml1-fw1", image=name)
    words = _refusal(fleet, asked)
    assert "sml1-fw1 (SRX345) cannot take the route issu: guide: SRX300 Series has no ISSU" in words
    assert "it can have icu, minimal_downtime, dual_reboot" in words
    assert words.endswith(f"srx-issu upgrade sml1-fw1 --image {name} --route icu")
    assert resolve(fleet.catalog(), replace(asked, route=Route.ICU)).route is Route.ICU
    assert "cannot take the route icu" in _refusal(fleet, replace(REQUEST, route=Route.ICU))


def test_the_intent_of_an_older_version_is_an_issu(fleet: Folder) -> None:
    kept = json.loads(dumps(resolve(fleet.catalog(), REQUEST), Intent))
    assert kept.pop("route") == "issu"
    assert loads(Intent, json.dumps(kept).encode()).route is Route.ISSU
