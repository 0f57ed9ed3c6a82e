"""A recovery is asked for by cluster; the image is optional, any release will do."""

from __future__ import annotations

import pytest

from srx_issu.catalog import RecoveryRequest, resolve_recovery
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.domain.upgrade.route import Route
from tests.integration.catalog.folders import IMAGE, Folder


def ask(folder: Folder, cluster: str = "fra1-fw1", image: str | None = None) -> Intent:
    request = RecoveryRequest(upgrade_id="recover-1", cluster=cluster, requested_by="jo", image=image)
    return resolve_recovery(folder.catalog(), request)


def test_an_unknown_cluster_is_refused(folder: Folder) -> None:
    with pytest.raises(RequestRefused, match="not in the inventory"):
        ask(folder, "nowhere")


def test_what_is_neither_image_nor_release_is_refused_with_the_images_there_are(folder: Folder) -> None:
    with pytest.raises(RequestRefused, match="not in the catalogue"):
        ask(folder, image="newest")


def test_a_release_that_no_image_has_is_taken_at_its_word(folder: Folder) -> None:
    assert ask(folder, image="23.4R2-S1.5").image.release == "23.4R2-S1.5"


def test_an_image_of_the_catalogue_is_named_as_for_an_upgrade(folder: Folder) -> None:
    assert ask(folder, image=IMAGE).image.name == IMAGE


def test_without_an_image_the_target_is_left_to_observing(folder: Folder) -> None:
    found = ask(folder)
    assert (found.purpose, found.image.release) == (Purpose.RECOVER, NOT_KNOWN)


def test_a_hold_keeps_upgrades_off_but_not_help(folder: Folder) -> None:
    folder.write(
        "inventory/more.yaml",
        """
        clusters:
          fra1-fw2: {model: SRX4600, site: fra1, hold: RMA 4711, node0: {host: a1}, node1: {host: b1}}
        """,
    )
    assert ask(folder, "fra1-fw2").cluster.hold == "RMA 4711"


@pytest.mark.parametrize(("model", "route"), [("SRX345", Route.ICU), ("SRX4600", Route.ISSU)])
def test_the_way_back_is_that_of_an_icu_where_the_model_has_no_issu(
    folder: Folder, model: str, route: Route
) -> None:
    folder.write(
        "inventory/branch.yaml",
        f"""
        clusters:
          branch-1:
            model: {model}
            site: fra
            node0: {{ host: 192.0.2.71 }}
            node1: {{ host: 192.0.2.72 }}
        """,
    )
    assert ask(folder, "branch-1", image="22.4R3-S2.11").route is route
