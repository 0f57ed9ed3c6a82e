"""Hostile names on their way in: each entrance refuses them, shortly, before anything is sent or written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.start import job_folder
from srx_issu.adapters.journal.file_store import safe_name
from srx_issu.catalog import UpgradeRequest, resolve
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.commands import FailOver, ResetFailover, StartIssu
from tests.integration.catalog.folders import IMAGE, Folder
from tests.integration.security.hostile import ALL, CLI, CONTROL, IDS, LONG, PATHS

LONGEST_MESSAGE = 2_000
# YAML can hold these in quotes; the others are refused by YAML itself.
IN_YAML = [text for text in ALL if text.isprintable() or "\n" in text]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def faults_of(folder: Folder, name: str, content: object) -> str:
    folder.write(name, yaml.safe_dump(content, width=10_000_000))
    faults = folder.faults()
    assert faults
    said = "\n".join(faults)
    assert len(said) < LONGEST_MESSAGE, "a fault repeats a hostile value at length"
    assert all(character.isprintable() or character == "\n" for character in said)
    return said


def cluster(**more: object) -> dict[str, object]:
    nodes = {"node0": {"host": "192.0.2.1"}, "node1": {"host": "192.0.2.2"}}
    return {"model": "SRX4600", "site": "fra1", **nodes, **more}


@pytest.mark.parametrize("text", IN_YAML)
def test_inventory_refuses_it_as_the_name_of_a_cluster(folder: Folder, text: str) -> None:
    faults_of(folder, "inventory/fleet.yaml", {"clusters": {text: cluster()}})


@pytest.mark.parametrize("key", ["site", "connection_id"])
@pytest.mark.parametrize("text", [*CLI, *LONG])
def test_inventory_refuses_it_as_a_word_of_a_cluster(folder: Folder, key: str, text: str) -> None:
    faults_of(folder, "inventory/fleet.yaml", {"clusters": {"fw": cluster(**{key: text})}})


@pytest.mark.parametrize("text", [*CLI, *LONG, "-oProxyCommand=reboot"])
def test_inventory_refuses_it_as_an_address(folder: Folder, text: str) -> None:
    faults_of(folder, "inventory/fleet.yaml", {"clusters": {"fw": cluster(node0={"host": text})}})


@pytest.mark.parametrize("text", [f"{text}.tgz" for text in CLI])
def test_the_catalogue_refuses_it_as_an_image(folder: Folder, text: str) -> None:
    entry = {"file": text, "release": "22.4R3", "models": ["SRX4600"], "sha256": "0" * 64, "size_bytes": 1}
    faults_of(folder, "images/more.yaml", {"images": [entry]})


CAMPAIGN = {
    "target": {"SRX4600": IMAGE}, "select": {"clusters": ["*"]}, "waves": ["rest"], "budget": {"total": "1"},
}  # fmt: skip


def test_the_campaign_below_is_sound_but_for_the_hostile_word(folder: Folder) -> None:
    folder.write("campaigns/spring.yaml", yaml.safe_dump(CAMPAIGN))
    assert folder.faults() == []


@pytest.mark.parametrize("text", [*CLI, *LONG])
@pytest.mark.parametrize(
    "hostile",
    [
        lambda text: {"select": {"clusters": [text]}},
        lambda text: {"select": {"sites": [text]}},
        lambda text: {"canary": [text]},
        lambda text: {"target": {text: IMAGE}},
        lambda text: {"target": {"SRX4600": text}},
        lambda text: {"waves": [text]},
        lambda text: {"budget": {"total": text}},
        lambda text: {"windows": {"default": {"zone": text, "open": [{"cron": "0 1 * * *", "hours": 2}]}}},
        lambda text: {"windows": {"default": {"zone": "UTC", "open": [{"cron": text, "hours": 2}]}}},
        lambda text: {"schedule": text},
        lambda text: {text: "x"},
    ],
    ids=["cluster", "site", "canary", "model", "image", "wave", "budget", "zone", "cron", "schedule", "key"],
)
def test_a_campaign_refuses_it(
    folder: Folder, hostile: Callable[[str], dict[str, object]], text: str
) -> None:
    faults_of(folder, "campaigns/spring.yaml", {**CAMPAIGN, **hostile(text)})


@pytest.mark.parametrize("name", ["a;reboot", "a b", "a..b", "a$(x)", "ä", "x" * 65])
def test_a_campaigns_file_cannot_be_called_so(folder: Folder, name: str) -> None:
    faults_of(folder, f"campaigns/{name}.yaml", CAMPAIGN)


@pytest.mark.parametrize("text", ALL, ids=IDS)
@pytest.mark.parametrize("what", ["cluster", "image", "upgrade_id"])
def test_a_request_refuses_it(folder: Folder, what: str, text: str) -> None:
    given = {"upgrade_id": "manual__1", "cluster": "fra1-fw1", "image": IMAGE, "requested_by": "jo"}
    with pytest.raises(RequestRefused) as refused:
        resolve(folder.catalog(), UpgradeRequest(**{**given, what: text}))  # type: ignore[arg-type]
    assert len(str(refused.value)) < LONGEST_MESSAGE
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ALL, ids=IDS)
def test_no_command_can_be_made_of_it(text: str) -> None:
    for path in (text, f"/var/tmp/{text}", f"/var/tmp/{text}.tgz", f"/var/tmp/x.tgz{text}"):
        if path == f"/var/tmp/{text}.tgz" and text in LONG:
            continue  # letters alone: long, but one word; the catalogue refuses it
        with pytest.raises(RequestRefused):
            StartIssu(image_path=path)


@pytest.mark.parametrize("text", [t for t in (*CLI, *PATHS, *CONTROL) if t != "/etc/passwd"])
def test_no_question_can_be_made_of_it(text: str) -> None:
    for ask in (questions.file_show, questions.checksum):
        with pytest.raises(RequestRefused):
            ask(text)
    with pytest.raises(RequestRefused):
        questions.configuration(text)


@pytest.mark.parametrize("group", [-1, 129, 10**9])
def test_no_group_besides_junos_own(group: int) -> None:
    for make in (lambda: FailOver(group_id=group, to=NodeName.NODE0), lambda: ResetFailover(group_id=group)):
        with pytest.raises(RequestRefused):
            make()


# Half a surrogate pair never gets here: a request refuses it as an upgrade id (above).
@pytest.mark.parametrize("text", [text for text in ALL if "\ud800" not in text])
def test_a_job_on_the_node_gets_a_plain_folder(text: str) -> None:
    folder = job_folder(text)
    assert folder.startswith("/var/tmp/")
    assert set(folder) <= set("/._-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert ".." not in folder.split("/")
    assert len(folder) < 200


@pytest.mark.parametrize("text", [text for text in ALL if "\ud800" not in text])
def test_evidence_stays_in_its_folder(tmp_path: Path, text: str) -> None:
    name = safe_name(text)
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()
    assert name.isprintable()
    assert 0 < len(name.encode()) < 256
