"""What belongs to somebody does not get into a bundle, wherever it stands; what is Junos's own does."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from lxml import etree

from srx_issu.probe.bundle import bundle_of, written
from srx_issu.probe.exchange import Exchange
from srx_issu.probe.probing import Probed, make_report
from srx_issu.probe.scrub import Pseudonyms
from srx_issu.probe.tried import Tried
from tests.integration.lab.conftest import ServedLab
from tests.integration.probe.probed import ask_lab, probe_lab, request_of

pytestmark = pytest.mark.filterwarnings("default")

CONFIGURATION = """\
set system host-name zrh-pay-fw1
set system root-authentication encrypted-password "$6$Zq1Zq1$hush-hush"
set system login user jdoe authentication ssh-rsa "ssh-rsa AAAAB3NzZq2 jdoe@bank.example"
set snmp community Zq3public authorization read-only
set security ike policy P pre-shared-key ascii-text "$9$Zq4abc"
set security policies from-zone Payments to-zone Zq5core policy allow-swift match source-address h-10.9.8.7
set routing-options autonomous-system 65077
set interfaces reth0 unit 0 family inet address 172.16.99.1/24
set interfaces reth0 unit 0 family inet6 address 2001:db8:abcd::1/64
set protocols bgp group transit neighbor 203.0.113.99 description "Zq6 carrier"
"""
SECRET = re.compile(
    r"zrh|Zq\d|hush|jdoe|bank\.example|Payments|swift|10\.9\.8\.7|65077|172\.16|abcd::|203\.0\.113|carrier"
)


def test_a_configuration_keeps_its_statements_and_nothing_of_its_owner() -> None:
    shown = Pseudonyms().reply(f"<output>\n{CONFIGURATION}</output>", is_configuration=True)
    assert SECRET.findall(shown) == []
    assert shown.count("\nset ") == CONFIGURATION.count("set ")
    assert "set protocols bgp group name-" in shown
    assert "family inet address 198.18.0." in shown


def test_the_same_name_is_the_same_pseudonym_in_all_answers() -> None:
    names = Pseudonyms()
    first = names.reply("<host-name>zrh-fw1</host-name><peer-address>10.1.2.3+179</peer-address>")
    assert names.reply("<x>zrh-fw1 lost 10.1.2.3 (zrh-fw2)</x>") == "<x>name-1 lost 198.18.0.1 (name-2)</x>"
    assert first == "<host-name>name-1</host-name><peer-address>198.18.0.1+179</peer-address>"


@pytest.mark.parametrize(
    "reply",
    [
        "<x>host10.9.8.7</x>",
        "<x>10.9.8.7_24</x>",
        "<x>10.9.8.7.500</x>",
        "<x>10&#46;9.8.7</x>",
        "<x><![CDATA[zrh-fw1]]></x>",
        "<![CDATA[zrh-fw1 <x>ends nowhere",
        "<?zrh-fw1 ?>",
        "<!-- zrh-fw1 <x>ends nowhere</x>",
        '<x name="zrh>fw1"/>',
        "<peer-as>65077</peer-as>",
        "<autonomous-system>65077</autonomous-system>",
    ],
)
def test_names_and_addresses_in_odd_places_are_replaced(reply: str) -> None:
    assert re.findall(r"zrh|fw1|9\.8\.7|65077", Pseudonyms().reply(reply)) == []


def test_a_long_answer_costs_time_in_proportion_to_its_length() -> None:
    """Two megabytes took more than a minute."""
    rows = (f"<rt><to>10.{n >> 16}.{n >> 8 & 255}.{n & 255}/32</to></rt>" for n in range(50_000))
    began = time.process_time()
    shown = Pseudonyms().reply("".join(rows))
    assert time.process_time() - began < 20
    assert "10.0.3.7" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "JUNOS Software Release [21.4R3-S5.4]",
        "2026-03-01 02:00:00 UTC (41d 07:12 ago)",
        "Cold Sync completed on 2 of 2 SPUs",
        "ge-0/0/1.100 up reth0.0 fxp0 node1.fpc0.pic1",
        "SRX5800-RE3 15.1X49-D170.4 16G 95%",
        "error: Could not connect to node1 : No route to host",
        "255.255.255.0 0.0.0.0",
    ],
)
def test_words_of_junos_stay(text: str) -> None:
    assert Pseudonyms().words(text) == text


def test_what_the_probe_says_of_its_trials_stays(serve_lab: Callable[..., ServedLab]) -> None:
    """A bundle is read by people: its own sentences are nobody's."""
    lab = serve_lab()
    lab.inject("no_sftp", node="node1")
    said = [each.said for each in probe_lab(lab).tried.trials]
    assert len(said) > 8
    assert [Pseudonyms().words(each) for each in said] == said


def seeded(reply: str, number: itertools.count[int]) -> str:
    """A secret in every text, attribute and comment of a reply, whatever was there."""
    root = etree.fromstring(reply.encode())
    for element in root.iter(etree.Element):
        if not len(element):
            element.text = f"Zq{next(number)}secret x{next(number)}Zq{next(number)}"
        for name in element.attrib:
            element.set(name, f"Zq{next(number)}")
        element.append(etree.Comment(f"Zq{next(number)}"))
        etree.SubElement(element, "nobody-knows-this").text = f"Zq{next(number)}.example"
    return etree.tostring(root, encoding="unicode")


def test_a_bundle_of_secrets_holds_none(serve_lab: Callable[..., ServedLab]) -> None:
    """A secret in each place of each answer of the lab: no element is forgotten, known or not."""
    lab = serve_lab(name="c1")
    number = itertools.count(100)
    exchanges = tuple(
        Exchange(**{**vars(each), "reply": seeded(each.reply, number), "words": f"Zq{next(number)} said no"})
        for each in ask_lab(lab)
        if each.reply is not None
        and each.reply.lstrip().startswith("<rpc-reply")
        and each.reply.rstrip().endswith("</rpc-reply>")
        and each.reply.count("<rpc-reply") == 1
    )
    request = request_of(lab)
    report = make_report(request.basis, "c1", exchanges, Tried())
    probed = Probed(report=report, began_at=datetime.now(UTC), exchanges=exchanges, tried=Tried())
    text = written(bundle_of(probed, request, "test", Pseudonyms()))
    assert next(number) > 3000
    assert re.findall(r"\w*Zq\d+\w*", text) == []
    assert len(json.loads(text)["exchanges"]) == len(exchanges)


def test_names_addresses_and_serials_of_a_cluster_are_not_in_its_bundle(
    serve_lab: Callable[..., ServedLab],
) -> None:
    lab = serve_lab()
    exchanges, request = ask_lab(lab), request_of(lab)
    report = make_report(request.basis, "c1", exchanges, Tried())
    probed = Probed(report=report, began_at=datetime.now(UTC), exchanges=exchanges, tried=Tried())
    raw = " ".join(each.reply or "" for each in exchanges)
    text = written(bundle_of(probed, request, "test", Pseudonyms()))
    theirs = {"c1-n0", "c1-n1", *re.findall(r"\b10\.\d+\.\d+\.\d+\b", raw), *re.findall(r"\bCZ\w{10}\b", raw)}
    assert len(theirs) > 15
    assert [each for each in theirs if re.search(rf"(?<![\d.\w]){re.escape(each)}(?![\d\w])", text)] == []
