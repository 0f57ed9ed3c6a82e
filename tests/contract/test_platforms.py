"""The product's policy/support.yaml and the lab's platforms.yaml know the same models, and say alike of them.

Each has its own, so that a wrong figure in one shows here.
"""

from __future__ import annotations

import pytest

from srx_issu.domain.upgrade.support import InService, Platform, judge
from srx_lab.platforms import PLATFORMS, UpgradeMethod
from srx_lab.release import parse_release
from tests.integration.checks.judging import support_rules

RULES = support_rules()
WITH_ISSU = {model: p for model, p in RULES.platforms.items() if p.in_service is InService.ISSU}
IN_THE_LAB = [m for m, p in PLATFORMS.items() if p.upgrade in (UpgradeMethod.SYSTEM, UpgradeMethod.VMHOST)]


@pytest.mark.parametrize("model", WITH_ISSU)
def test_the_lab_plays_every_platform_that_has_issu(model: str) -> None:
    assert model in PLATFORMS, f"include/srx_lab/platforms.yaml has no {model}: add it under 'models'"


@pytest.mark.parametrize("model", IN_THE_LAB)
def test_every_model_of_the_lab_that_has_issu_is_in_the_support_matrix(model: str) -> None:
    known = PLATFORMS[model].chassis
    assert known in WITH_ISSU, (
        f"include/policy/support.yaml has no {known} with ISSU: add it under 'platforms'"
    )


@pytest.mark.parametrize("model", [model for model in WITH_ISSU if model in PLATFORMS])
def test_both_say_alike(model: str) -> None:
    ours, labs = WITH_ISSU[model], PLATFORMS[model]
    running = "24.4R1.9"
    said = {
        "first release with ISSU": (str(ours.from_release), labs.first_issu),
        "command": (ours.software.value, labs.upgrade.value),
        "snapshot": (ours.snapshot_supported, labs.snapshot),
        "node1's first FPC": (ours.node1_first_slot, labs.node1_slot),
        "hold timer": (_hold_timer_s(ours, running), labs.hold_s(parse_release(running))),
        "hold timer at its first release": (
            _hold_timer_s(ours, labs.first_issu),
            labs.hold_s(parse_release(labs.first_issu)),
        ),
    }
    differ = [f"{what}: {here} and {there}" for what, (here, there) in said.items() if here != there]
    assert not differ, f"{model}, in policy/support.yaml and in srx_lab/platforms.yaml: {'; '.join(differ)}"


@pytest.mark.parametrize("model", [model for model in WITH_ISSU if model in PLATFORMS])
def test_the_labs_image_is_one_that_the_product_takes(model: str) -> None:
    families, tokens = WITH_ISSU[model].image_families, PLATFORMS[model].image_tokens
    assert not families or set(families) & set(tokens), (
        f"{model}: image_families {', '.join(sorted(families))} in policy/support.yaml, "
        f"image_tokens {', '.join(tokens)} in srx_lab/platforms.yaml"
    )


def _hold_timer_s(platform: Platform, running: str) -> int:
    return judge(platform.model, running, "25.2R1.9", RULES).hold_timer_s
