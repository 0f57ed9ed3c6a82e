"""Installing a release on one node, over NETCONF and in the CLI, and where the node shows what is pending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jnpr.junos.exception import RpcError
from lxml import etree

from srx_lab.image import make_image
from tests.integration.lab.conftest import RELEASE, TARGET, ServedLab, serve
from tests.integration.lab.test_wire import answers, put, pyez, said, wait_until

pytestmark = pytest.mark.filterwarnings("default")
MODELS = {"branch": "SRX340", "staged": "SRX4100", "sets": "SRX5800", "vmhost": "SRX5800-RE3"}


@pytest.fixture(scope="module", params=[*MODELS.values()], ids=[*MODELS])
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedLab]:
    """A lab in which the target is installed on node1, over NETCONF."""
    model = request.param
    lab = serve(tmp_path_factory.mktemp("install"), speed=6000, model=model)
    put(lab, make_image(model, TARGET, 0.3, tmp_path_factory.mktemp("images")), "node1")
    yield lab
    lab.stop()


def image(lab: ServedLab) -> str:
    return next(f"/var/tmp/{path.name}" for path in (lab.files("node1") / "var/tmp").glob("*.tgz"))


def add(lab: ServedLab, node: str, **options: bool) -> etree._Element:
    """What PyEZ gets: the whole reply."""
    vmhost = lab.status()["model"].endswith("RE3")
    with pyez(lab, node) as device:
        rpc = device.rpc.request_vmhost_package_add if vmhost else device.rpc.request_package_add
        got = rpc(package_name=image(lab), dev_timeout=60, **options)
        return got if got.tag == "rpc-reply" else got.getparent()


def test_an_install_is_shown_by_its_node_alone(installed: ServedLab) -> None:
    reply = add(installed, "node1", no_copy=True)
    model = installed.status()["model"]
    assert "reboot" in (reply.findtext(".//output") or "").lower()
    assert reply.findtext(".//package-result") == (None if model == "SRX340" else "0")
    with pyez(installed, "node1") as device:
        pending = device.rpc.request_package_checks_pending_install()
        assert pending.getparent().findtext("package-result").strip() == "1"
        assert TARGET in pending.text
    with pyez(installed, "node0") as device:
        assert device.rpc.request_package_checks_pending_install() is True
    nodes = installed.status()["nodes"]
    assert [nodes[name]["pending"] for name in ("node0", "node1")] == [None, TARGET]
    _is_shown(installed, model)
    assert f"<package-result>{0}</package-result>" in said(installed, "show log install", "node1")
    for event, node in (
        ("install_requested", "node1"),
        ("install_started", "node1"),
        ("release_pending", "node1"),
    ):
        found = installed.server.events.matching(kinds=[event])
        assert [line["node"] for line in found] == [node]


def _is_shown(lab: ServedLab, model: str) -> None:
    match model:
        case "SRX340":
            shown = said(lab, "show system snapshot media internal node local", "node1").splitlines()
            assert shown.index(
                "Information for snapshot on       internal (/dev/da0s1a) (backup)"
            ) < shown.index("Information for snapshot on       internal (/dev/da0s2a) (primary)")
            assert [line.split(": ")[1] for line in shown if line.startswith("  junos")] == [
                f"{RELEASE}-domestic",
                f"{TARGET}-domestic",
            ]
        case "SRX4100":
            assert f"Staging of {image(lab).removesuffix('.tgz')}-linux.tgz completed" in said(
                lab, "show log install", "node1"
            )
        case "SRX5800":
            assert f"Pending: {TARGET}" in said(lab, "show version", "node1")
            assert TARGET in said(lab, "file list /packages/sets/pending", "node1")
            assert "No such file" in said(lab, "file list /packages/sets/pending", "node0")
        case "SRX5800-RE3":
            shown = said(lab, "show vmhost version node local", "node1")
            assert "Current root set: p" in shown
            assert f"Junos Disk: junos-install-srx-x86-64-{TARGET}" in shown


def test_a_cluster_has_no_re0_and_no_other_form(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab) as device:
        for options in ({"re0": True}, {"re1": True}):
            with pytest.raises(RpcError, match="command is not valid on the srx4600"):
                device.rpc.request_package_add(package_name="/var/tmp/x.tgz", **options)
        with pytest.raises(RpcError, match="command is not valid on the srx4600"):
            device.rpc.request_vmhost_package_add(package_name="/var/tmp/x.tgz")
        with pytest.raises(RpcError, match="syntax error"):
            device.rpc.request_package_add(package_name="/var/tmp/x.tgz", node="1")
    assert "command is not valid" in said(quiet_lab, "request system software add /var/tmp/x.tgz re0")


def test_an_image_that_is_missing_is_told_as_plain_output(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab) as device:
        reply = device.rpc.request_package_add(package_name="/var/tmp/no.tgz", no_validate=True)
        assert "ERROR: package: /var/tmp/no.tgz is not found or empty" in reply.getparent().findtext(
            ".//output"
        )


def test_in_the_cli_an_install_is_followed_line_by_line_and_both_nodes_reboot(
    serve_lab: Callable[..., ServedLab], tmp_path: Path
) -> None:
    lab = serve_lab(speed=6000, model="SRX345")
    made = make_image("SRX345", TARGET, 0.3, tmp_path)
    for node in ("node1", "node0"):
        put(lab, made, node)
        out = said(lab, f"request system software add /var/tmp/{made.name} no-validate", node)
        assert out.splitlines()[0].startswith("Formatting alternate root")
        assert f"JUNOS {TARGET} will become active at next reboot" in out
    for node in ("node1", "node0"):
        said(lab, "request system reboot", node, given="yes\n")
    wait_until(lambda: all(answers(lab, node) for node in ("node0", "node1")))
    wait_until(lambda: {node["release"] for node in lab.status()["nodes"].values()} == {TARGET})
    ordered = lab.server.events.matching(kinds=["reboot_ordered"])
    assert [(line["node"], line["pending"]) for line in ordered] == [("node1", TARGET), ("node0", TARGET)]
    last_pending = max(int(str(line["n"])) for line in lab.server.events.matching(kinds=["release_pending"]))
    assert last_pending < min(int(str(line["n"])) for line in ordered)


def test_an_icu_in_the_cli_with_a_figure_and_without(
    serve_lab: Callable[..., ServedLab], tmp_path: Path
) -> None:
    lab = serve_lab(speed=6000, model="SRX340")
    made = make_image("SRX340", TARGET, 0.3, tmp_path)
    put(lab, made)
    start = f"request system software in-service-upgrade /var/tmp/{made.name} no-tcp-syn-check"
    out = said(lab, f"{start} 15000 no-sync")
    assert "error: Value 15000 is not within range" in out
    out = said(lab, f"{start} no-sync unlink")
    assert "ISSU: rebooting Secondary Node" in out
    wait_until(lambda: lab.status()["phase"] == "complete")
    assert {node["release"] for node in lab.status()["nodes"].values()} == {TARGET}
    opened = next(iter(lab.server.events.matching(kinds=["syn_check_changed"])))
    assert (opened["is_off"], opened["seconds"]) == (True, 7200)
    assert not list((lab.files("node1") / "var/tmp").glob("*.tgz"))
