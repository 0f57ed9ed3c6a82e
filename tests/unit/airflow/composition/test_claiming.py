"""What ``claim`` refuses before anything is opened, and what it fixes for a campaign's run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from srx_issu.airflow.composition import claiming
from srx_issu.airflow.composition.claiming import Asked, claim_cluster, claim_for_recovery
from srx_issu.airflow.composition.stores import Stores
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import UpgradeOrdered
from srx_issu.campaign.order import ORDER_KEY, UpgradeOrder
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.intent import Purpose
from tests.fakes.audits import MemoryAudits
from tests.fakes.campaigns import MemoryCampaigns
from tests.fakes.memory import MemoryEvidence, MemoryJournal, MemoryLeases
from tests.fakes.snapshots import T0
from tests.integration.catalog.folders import DIGEST, IMAGE, Folder

CONF: dict[str, Any] = {"cluster": "fra1-fw1", "image": IMAGE}
UPGRADE: dict[str, Any] = {
    "approval": True,
    "fail_back": True,
    "no_validate": False,
    "fail_back_rg0": None,
    "plan_only": False,
    "window_start": None,
    "window_end": None,
}
RECOVERY: dict[str, Any] = {"reason": "stuck", "take_over": False, "fail_back": True}


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stores:
    found = Stores(
        journal=MemoryJournal(),
        campaigns=MemoryCampaigns(),
        leases=MemoryLeases(),
        evidence=MemoryEvidence(),
        audits=MemoryAudits(),
        staging=None,  # type: ignore[arg-type]
    )
    monkeypatch.setattr(claiming, "open_stores", lambda: found)
    monkeypatch.setattr(claiming, "stopped", lambda: None)
    monkeypatch.setenv("SRX_ISSU_FILES", str(Folder(tmp_path).path))
    return found


def asked(conf: dict[str, Any], dag_id: str = "issu_cluster") -> Asked:
    return Asked(requested_by="ada", dag_id=dag_id, is_at_work=lambda _: False, conf=conf)


def ordered(stores: Stores, **changes: Any) -> UpgradeOrder:
    order = UpgradeOrder(
        campaign_id="spring__1",
        cluster="fra1-fw1",
        attempt=1,
        run_id="spring__1__fra1-fw1",
        nonce="n" * 32,
        conf=CONF,
        image_sha256=changes.get("image_sha256", DIGEST),
        facts="",
    )
    stores.campaigns.open_campaign("spring__1", "spring", "grace", T0)
    stores.campaigns.record(
        "spring__1",
        CampaignEntry(at=T0, text="", event=UpgradeOrdered(order=order), cluster="fra1-fw1", key="s"),
    )
    return order


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        ({**CONF, "plan_olny": True}, "'plan_olny' .did you mean 'plan_only'"),
        ({**CONF, "Cluster": "x"}, "'Cluster'"),
        ({**CONF, "take_over": True}, "'take_over'"),
    ],
)
def test_a_key_that_means_nothing_is_refused(stores: Stores, conf: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        claim_cluster("manual__1", {**UPGRADE, **conf}, asked(conf))
    assert stores.journal.upgrade("manual__1") is None


def test_a_recovery_is_as_strict(stores: Stores) -> None:
    conf = {"cluster": "fra1-fw1", "image": IMAGE, "takeover": True}
    with pytest.raises(RequestRefused, match="did you mean 'take_over'"):
        claim_for_recovery("recover-1", {**RECOVERY, **conf}, asked(conf, "issu_recover"))
    assert stores.journal.upgrade("recover-1") is None


def test_a_wrong_name_is_refused_with_the_nearest(stores: Stores) -> None:
    conf = {**CONF, "cluster": "fra1-fw"}
    with pytest.raises(RequestRefused, match="did you mean 'fra1-fw1'"):
        claim_cluster("manual__1", {**UPGRADE, **conf}, asked(conf))
    assert stores.journal.upgrade("manual__1") is None


@pytest.mark.parametrize("dag_id", ["icu_cluster", "minimal_downtime_cluster", "reboot_cluster"])
def test_an_upgrade_takes_the_route_of_its_dag_and_is_never_anothers(stores: Stores, dag_id: str) -> None:
    claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(CONF))
    before = stores.journal.entries("manual__1")
    with pytest.raises(RequestRefused, match=f"belongs to a run of issu_cluster .* this run of {dag_id}"):
        claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(CONF, dag_id))
    assert stores.journal.entries("manual__1") == before


def test_the_dag_says_which_route_is_taken(stores: Stores) -> None:
    conf = {**CONF, "route": "dual_reboot"}
    assert (
        claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(conf, "reboot_cluster")).route == "dual_reboot"
    )


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (
            "dual_reboot",
            "taken by runs of reboot_cluster.*srx-issu upgrade fra1-fw1 --image .* --route dual_reboot",
        ),
        ("fast", "route 'fast' is not one of issu, icu, minimal_downtime, dual_reboot"),
        (["issu"], "route .'issu'. is not one of"),
    ],
)
def test_another_route_is_refused_with_the_dag_to_use(stores: Stores, route: object, words: str) -> None:
    conf = {**CONF, "route": route}
    with pytest.raises(RequestRefused, match=words):
        claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(conf))
    assert stores.journal.upgrade("manual__1") is None


def test_a_route_that_has_no_such_option_refuses_it(stores: Stores) -> None:
    conf = {**CONF, "no_validate": False}
    with pytest.raises(RequestRefused, match="unknown in the run's configuration: 'no_validate'"):
        claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(conf, "reboot_cluster"))
    assert stores.journal.upgrade("manual__1") is None


def test_a_campaigns_order_of_an_issu_starts_no_other_route(stores: Stores) -> None:
    order = ordered(stores)
    with pytest.raises(RequestRefused, match="route issu is taken by runs of issu_cluster"):
        claim_cluster(order.run_id, {**UPGRADE, **CONF}, asked(order.whole_conf, "reboot_cluster"))
    assert stores.journal.upgrade(order.run_id) is None


def test_a_recovery_does_not_share_the_journal_of_an_upgrade_with_its_run_id(stores: Stores) -> None:
    intent = claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(CONF))
    assert (intent.purpose, intent.requested_by) == (Purpose.UPGRADE, "ada")
    before = stores.journal.entries("manual__1")
    with pytest.raises(RequestRefused, match="belongs to a run of issu_cluster"):
        claim_for_recovery("manual__1", {**RECOVERY, **CONF}, asked(CONF, "issu_recover"))
    assert stores.journal.entries("manual__1") == before


@pytest.mark.parametrize(("dag_id", "goes_on"), [("issu_cluster", True), ("reboot_cluster", False)])
def test_a_recovery_takes_over_only_what_an_issu_leaves(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, dag_id: str, goes_on: bool
) -> None:
    monkeypatch.setattr(claiming, "permits_left_s", lambda *_: 0.0)
    claim_cluster("manual__1", {**UPGRADE, **CONF}, asked(CONF, dag_id))
    conf = {"cluster": "fra1-fw1", "image": IMAGE, "take_over": True}
    if goes_on:
        claim_for_recovery("recover-1", {**RECOVERY, **conf}, asked(conf, "issu_recover"))
    else:
        with pytest.raises(RequestRefused, match="manual__1 has this cluster for another route, dual reboot"):
            claim_for_recovery("recover-1", {**RECOVERY, **conf}, asked(conf, "issu_recover"))
    held = stores.leases.holder("cluster:fra1-fw1")
    assert held is not None
    assert held.owner == ("recover-1" if goes_on else "manual__1")


def test_a_run_with_a_campaigns_name_must_show_the_order(stores: Stores) -> None:
    order = ordered(stores)
    for conf in (CONF, {**CONF, ORDER_KEY: {"campaign": "spring__1", "nonce": "m" * 32}}):
        with pytest.raises(RequestRefused, match="does not show the order"):
            claim_cluster(order.run_id, {**UPGRADE, **conf}, asked(conf))
    with pytest.raises(RequestRefused, match="orders no such run"):
        claim_for_recovery(order.run_id, {**RECOVERY, **CONF}, asked(CONF, "issu_recover"))
    assert stores.journal.upgrade(order.run_id) is None


def test_the_ordered_run_has_the_campaigns_requester_and_order(stores: Stores) -> None:
    order = ordered(stores)
    intent = claim_cluster(order.run_id, {**UPGRADE, **CONF}, asked(order.whole_conf))
    assert intent.requested_by == "grace"
    assert intent.ordered_by is not None
    assert intent.ordered_by.nonce == order.nonce


def test_files_that_say_something_else_by_now_are_refused_and_the_campaign_is_told(stores: Stores) -> None:
    order = ordered(stores, image_sha256="e" * 64)
    with pytest.raises(RequestRefused, match="was approved with SHA-256 eee"):
        claim_cluster(order.run_id, {**UPGRADE, **CONF}, asked(order.whole_conf))
    told = [entry.text for entry in stores.campaigns.entries("spring__1")]
    assert "was approved with SHA-256" in told[-1]
    assert stores.journal.upgrade(order.run_id) is None
