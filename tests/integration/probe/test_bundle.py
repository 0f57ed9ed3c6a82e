"""A bundle reads as the device did; a spoilt one never better."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.probe import paths
from srx_issu.probe.bundle import bundle_of, read_bundle, written
from srx_issu.probe.exchange import Exchange
from srx_issu.probe.probing import make_report
from srx_issu.probe.reading import ReadAs
from srx_issu.probe.report import ProbeReport
from srx_issu.probe.scrub import Pseudonyms
from srx_issu.probe.told import Basis
from srx_issu.probe.tried import Tried
from tests.integration.lab.conftest import ServedLab, serve
from tests.integration.probe.probed import ask_lab, probe_lab, request_of

pytestmark = pytest.mark.filterwarnings("default")
BASIS = Basis(software=SoftwareFamily.SYSTEM, image_path="/var/tmp/image.tgz", clock_skew_s=60)
ROUNDS = 40


def shape(report: ProbeReport) -> list[tuple[object, ...]]:
    """The table without what belongs to somebody, and without what only the inventory tells."""
    rows = [(row.place, row.fills, row.read_as, len(row.values)) for row in report.readings]
    return [
        *rows,
        *((trial.name, trial.node, trial.result) for trial in report.trials if trial.name != paths.NAME),
    ]


def test_a_bundle_reads_as_the_device_did(serve_lab: Callable[..., ServedLab], tmp_path: Path) -> None:
    lab = serve_lab()
    lab.inject("rg1_priority_zero", node="node1")
    lab.inject("clock_skew", node="node1", seconds="600")
    probed, names, file = probe_lab(lab), Pseudonyms(), tmp_path / "c1.json"
    file.write_text(written(bundle_of(probed, request_of(lab), "test", names)), encoding="utf-8")
    bundle = read_bundle(file)
    again = make_report(bundle.basis, "bundle", bundle.exchanges, bundle.tried)
    assert shape(again) == shape(probed.report)
    assert [row.said for row in again.readings] == [names.words(row.said) for row in probed.report.readings]
    assert (again.verdict, bundle.model) == (probed.report.verdict, "SRX4600")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '{"format": "srx-issu bundle 9"}',
        '{"format": "srx-issu bundle 1"}',
        '{"format": "srx-issu bundle 1", "model": "half a character: \\ud800"}',
        "[" * 9999,
    ],
)
def test_what_is_no_bundle_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    with pytest.raises(RequestRefused, match=r"b\.json"):
        read_bundle(tmp_path / "b.json")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Exchange, ...]]:
    """A cluster that is not ready, with an answer that is empty and one with an element nobody knows."""
    lab = serve(tmp_path_factory.mktemp("broken"), speed=1)
    lab.inject("rg1_priority_zero", node="node1")
    lab.inject("reply_empty", node="node0", rpc="get-route-engine-information")
    lab.inject("reply_adds", node="node1", rpc="get-pic-information", element="pic-mood", text="fine")
    yield ask_lab(lab)
    lab.stop()


def changed(rng: random.Random, exchange: Exchange) -> Exchange:
    """One to four elements of an answer lost, renamed, shuffled, or contradicted."""
    try:
        root = etree.fromstring((exchange.reply or "").encode())
    except etree.XMLSyntaxError:
        text = exchange.reply or ""
        return replace(exchange, reply=text[: rng.randrange(len(text) + 1)])
    for _ in range(rng.randint(1, 4)):
        known = [e for e in root.iter(etree.Element) if e is not root and "pic-mood" not in str(e.tag)]
        if known:
            change_one(rng, rng.choice(known))
    return replace(exchange, reply=etree.tostring(root, encoding="unicode"))


def change_one(rng: random.Random, element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    match rng.choice(("drop", "rename", "shuffle", "contradict")):
        case "drop" if not any("pic-mood" in str(e.tag) for e in element.iter()):
            parent.remove(element)
        case "rename":
            element.tag = f"{element.tag}-renamed"
        case "shuffle":
            children = list(element)
            rng.shuffle(children)
            element[:] = children
        case "contradict":
            other = etree.SubElement(parent, element.tag)
            other.text = rng.choice(("0", "primary", "Online", "OK", "200", ""))
            parent.insert(0, other)


def test_spoilt_bundles_do_not_break_and_nothing_bad_looks_good(broken: tuple[Exchange, ...]) -> None:
    before = make_report(BASIS, "c1", broken, Tried())
    bad_rows = {(row.place, row.fills) for row in before.readings if row.read_as is not ReadAs.READ}
    bad_trials = {(trial.name, trial.node) for trial in before.trials if not trial.is_good}
    assert {ReadAs.ODD, ReadAs.UNKNOWN} < {row.read_as for row in before.readings}
    assert ("cluster state", None) in bad_trials
    for seed in range(ROUNDS):
        rng = random.Random(seed)
        at = set(rng.sample(range(len(broken)), 3))
        spoilt = [changed(rng, each) if n in at else each for n, each in enumerate(broken)]
        rng.shuffle(spoilt)
        after = make_report(BASIS, "c1", tuple(spoilt), Tried())
        good = {(row.place, row.fills) for row in after.readings if row.read_as is ReadAs.READ}
        assert bad_rows & good == set(), f"seed {seed}"
        fine = {(trial.name, trial.node) for trial in after.trials if trial.is_good}
        assert bad_trials & fine == set(), f"seed {seed}"
        assert not after.is_ready


def test_each_answer_renamed_or_contradicted_once_is_no_longer_read(broken: tuple[Exchange, ...]) -> None:
    """Whatever element it is, of each look answer: renamed is not read, said twice is not read."""
    healthy = make_report(BASIS, "c1", broken, Tried())
    read = {(row.place, row.fills) for row in healthy.readings if row.read_as is ReadAs.READ}
    looks = [n for n, each in enumerate(broken) if "chassis-cluster-status" in each.request]
    assert len(looks) == 2
    for n in looks:
        tags = {str(e.tag) for e in etree.fromstring((broken[n].reply or "").encode()).iter(etree.Element)}
        for tag in sorted(tags):
            root = etree.fromstring((broken[n].reply or "").encode())
            for element in root.iter(tag):
                element.tag = f"{element.tag}-renamed"
            spoilt = [*broken]
            spoilt[n] = replace(broken[n], reply=etree.tostring(root, encoding="unicode"))
            after = make_report(BASIS, "c1", tuple(spoilt), Tried())
            place = (f"{broken[n].node}, NETCONF: show chassis cluster status", "groups")
            now = {(row.place, row.fills) for row in after.readings if row.read_as is ReadAs.READ}
            assert place in read
            if not tag.endswith(("rpc-reply", "multi-routing-engine-results", "}re-name", "item")):
                assert place not in now, tag
