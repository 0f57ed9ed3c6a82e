"""Seeded random sequences of what people do, against the code that decides.

After each action: everything that reached a node had all conditions of its purpose at that moment, by an
oracle of the test's own; and a cluster that is half way has a way home that the gate lets out.

300 seeds in ``make test``; ``make test-fuzz`` plays 5000, or as many as SRX_ISSU_FUZZ says.
SRX_ISSU_FUZZ_SEED plays one.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from shutil import rmtree

import pytest

from srx_issu.domain.upgrade.intent import Purpose
from tests.properties.actions.acts import ACTS, BEFORE_START, QUICK, bring_to, start_again
from tests.properties.actions.site import Run, Site, site, upgrade_of
from tests.properties.actions.way_home import is_half_way, no_way_home

SEEDS = int(os.environ.get("SRX_ISSU_FUZZ", "300"))
ONE = os.environ.get("SRX_ISSU_FUZZ_SEED")
PARTS = 2  # so that two workers share them
ACTIONS = 60
# Most sequences of chance alone end before anything is sent.
BEGINS_AT = (
    None,
    "issu.start",
    "issu.start",
    "branch_outcome",
    "recover.confirm_recovery",
    "fail_back.reset_flags",
)
MEANWHILE = 0.1


def play(seed: int, folder: Path) -> Site:
    here = site(seed, folder)
    first = Run(upgrade_id="manual__1", purpose=Purpose.UPGRADE)
    assert here.claim(first, upgrade_of(here, "manual__1"))
    if (begun := here.chance.choice(BEGINS_AT)) is not None:
        bring_to(here, first, begun)
    if begun == "issu.start":
        for act in (here.chance.choice(BEFORE_START), here.chance.choice(BEFORE_START), start_again):
            here.tell(f"* {act.__name__}")
            act(here)
            _check(here, seed)
    here.meanwhile = lambda: _meanwhile(here)
    acts, weights = zip(*ACTS, strict=True)
    for _ in range(ACTIONS):
        (act,) = here.chance.choices(acts, weights)
        here.tell(f"* {act.__name__}")
        act(here)
        _check(here, seed)
    return here


def _meanwhile(here: Site) -> None:
    if here.chance.random() < MEANWHILE:
        act, again = here.chance.choice(QUICK), here.meanwhile
        here.tell(f"* meanwhile {act.__name__}")
        here.meanwhile = lambda: None
        act(here)
        here.meanwhile = again


def _check(here: Site, seed: int) -> None:
    wrong = list(here.ledger.wrong)
    for upgrade_id, fixed in here.intents.items():
        if here.journal.intents[upgrade_id] != fixed:
            wrong.append(f"the intent of {upgrade_id} has changed")
    if is_half_way(here) and (stuck := no_way_home(here)):
        wrong.append(f"half way, and no way home: {stuck}")
    assert not wrong, f"seed {seed}: {'; '.join(wrong)}\n" + "\n".join(here.ledger.story)


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_reaches_a_node_that_may_not_and_nobody_is_left_half_way(part: int, tmp_path: Path) -> None:
    """Three hundred sequences of what people do, against the send gate and a whole upgrade each."""
    tally: Counter[str] = Counter()
    seeds = [int(ONE)] if ONE else range(part, SEEDS, PARTS)
    for seed in seeds:
        here = play(seed, tmp_path / str(seed))
        rmtree(tmp_path / str(seed), ignore_errors=True)
        tally["starts"] += sum(1 for a in here.ledger.arrivals if a.way)
        tally["commands home"] += sum(1 for a in here.ledger.arrivals if not a.way)
        tally["half way"] += is_half_way(here)
        tally.update(str(record.outcome) for record in here.journal.records.values())
    print(*(f"{count:5} {what}" for what, count in sorted(tally.items())), sep="\n")
    if not ONE:
        assert tally["starts"] >= len(seeds) / 4
        assert tally["commands home"] >= len(seeds) / 4
