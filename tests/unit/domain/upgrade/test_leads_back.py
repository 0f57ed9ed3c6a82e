"""Where no rollback leads back, the old image does: which one it is, and what is said where it is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import Image
from srx_issu.domain.junos.release_range import ReleaseRange, parse_mark
from srx_issu.domain.upgrade.leads_back import OldImage, leads_back, old_image_of
from srx_issu.domain.upgrade.route import Rollback, RollbackRule, Route, RouteRules, RouteScope
from srx_issu.domain.upgrade.support import SupportMatrix
from tests.fakes.intents import IMAGE, intent
from tests.fakes.snapshots import both

RUNNING, TARGET = "23.4R2-S3.9", "24.4R1.9"
NEW = replace(IMAGE, name="junos-srxsme-24.4R1.9.tgz", release=TARGET)


def rules(rollback: Rollback = Rollback.NONE) -> SupportMatrix:
    scope = RouteScope(
        running=ReleaseRange(within=(parse_mark("23.4R2-S3"),)),
        target=ReleaseRange(within=(parse_mark("24.4R1"),)),
    )
    said = RollbackRule(scope=scope, rollback=rollback, reason="no way back", source="page")
    return SupportMatrix(platforms={}, routes=RouteRules(rollbacks=(said,)))


def image(release: str) -> Image:
    return replace(IMAGE, name=f"junos-srxsme-{release}.tgz", release=release)


def found(*images: Image, running: str = RUNNING, **changes: object) -> OldImage | None:
    given = {"route": Route.DUAL_REBOOT, "image": NEW, "support": rules(), "old_images": images, **changes}
    return old_image_of(intent(**given), both(running, running))


def test_the_image_of_what_runs_is_the_way_back() -> None:
    old = found(image("22.4R3.10"), image(RUNNING))
    assert old is not None
    assert (old.image, old.release) == (image(RUNNING), RUNNING)


def test_one_that_does_not_name_its_spin_will_do_and_one_of_another_spin_not() -> None:
    without_spin, other = found(image("23.4R2-S3")), found(image("23.4R2-S3.8"))
    assert without_spin is not None
    assert other is not None
    assert (without_spin.image, other.image) == (image("23.4R2-S3"), None)


def test_a_missing_one_is_named_with_its_file() -> None:
    old = found(image("22.4R3.10"))
    assert old is not None
    assert old.image is None
    assert "no image of 23.4R2-S3.9 for SRX4600 is in images/*.yaml" in old.missing
    assert "(by its name junos-srxsme-23.4R2-S3.9.tgz)" in old.missing


@pytest.mark.parametrize(
    "changes",
    [
        {"route": Route.ISSU},
        {"support": None},
        {"support": rules(Rollback.WORKS)},
        {"support": SupportMatrix(platforms={})},
        {"running": "22.4R3.10"},
        {"running": "nothing"},
    ],
)
def test_none_is_wanted_where_a_rollback_leads_back_or_nothing_is_known(changes: dict[str, object]) -> None:
    assert found(**changes) is None  # type: ignore[arg-type]


def test_a_rollback_that_nobody_documents_is_none() -> None:
    assert found(support=rules(Rollback.UNKNOWN)) is not None
    assert not leads_back("SRX345", RUNNING, TARGET, rules(Rollback.UNKNOWN))
    assert leads_back("SRX345", "22.4R3", TARGET, rules())
    assert not leads_back("SRX345", "no release", TARGET, rules())
    assert not leads_back("SRX345", "22.4R3", TARGET, None)
