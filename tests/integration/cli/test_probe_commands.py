"""``srx-issu probe``, ``record`` and ``replay``: what is refused, and one round of all three."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from srx_issu.cli.device_account import AccountOptions, account_of
from srx_issu.cli.main import app
from srx_issu.domain.cluster.model import Address, Cluster
from srx_issu.domain.errors import RequestRefused
from srx_issu.probe.bundle import read_bundle
from tests.integration.lab.conftest import ServedLab, serve
from tests.places import INCLUDE

pytestmark = pytest.mark.filterwarnings("default")
CLUSTER = Cluster(
    name="c1",
    model="SRX4600",
    site="lab",
    node0=Address(host="192.0.2.1"),
    node1=Address(host="192.0.2.2"),
    connection_id="site",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    served = serve(tmp_path_factory.mktemp("lab"), speed=1)
    yield served
    served.stop()


@pytest.fixture
def files(tmp_path: Path, lab: ServedLab) -> Path:
    """An operator's folder with one cluster."""
    folder = tmp_path / "files"
    shutil.copytree(INCLUDE / "policy", folder / "policy")
    nodes = {f"node{n}": {"host": "127.0.0.1", "port": lab.port(f"node{n}")} for n in (0, 1)}
    entry = {"model": "SRX4600", "site": "lab", "connection_id": "site", **nodes}
    for name, content in (("inventory", {"clusters": {"c1": entry}}), ("images", {"images": []})):
        (folder / name).mkdir()
        (folder / name / "lab.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


def call(*words: str) -> tuple[int, str]:
    """Exit status, and all that was printed on one line."""
    done = CliRunner().invoke(app, [*words])
    return done.exit_code, " ".join(done.output.split())


def test_probe_record_and_replay(
    files: Path, lab: ServedLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = {"known_hosts": lab.known_hosts}
    connection = {"conn_type": "srx", "login": "lab", "password": lab.password, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SITE", json.dumps(connection))
    status, shown = call("probe", "c1", "--files", str(files), "--no-journal")
    assert (status, shown.endswith("READY FOR THE WINDOW")) == (0, True), shown
    bundle = tmp_path / "c1.json"
    status, shown = call("record", "c1", "--files", str(files), "--no-journal", "--output", str(bundle))
    assert (status, "answers" in shown) == (0, True), shown
    status, shown = call("replay", str(bundle), "--tables")
    assert (status, shown.endswith("READY FOR THE WINDOW")) == (0, True), shown
    status, shown = call("record", "c1", "--files", str(files), "--no-journal", "--output", str(bundle))
    assert (status, "is there already; nothing was asked" in shown) == (2, True)


def test_what_is_missing_is_named(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SITE", raising=False)
    status, shown = call("probe", "c1", "--files", str(files), "--no-journal")
    assert (status, "no account for c1: give --login" in shown) == (2, True)
    status, shown = call("probe", "c1x", "--files", str(files), "--no-journal")
    assert (status, "not in the inventory" in shown) == (2, True)
    status, shown = call("replay", str(tmp_path / "none.json"))
    assert (status, "cannot be read as a bundle" in shown) == (2, True)
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    known = tmp_path / "known_hosts"
    known.write_text("192.0.2.1 ssh-ed25519 AAAA")
    login = ("--login", "lab", "--known-hosts", str(known))
    status, shown = call("probe", "c1", "--files", str(files), *login)
    assert (status, "no key and no password for lab: give --key or --password-file" in shown) == (2, True)
    status, shown = call("probe", "c1", "--files", str(files), *login, "--key", str(tmp_path / "none"))
    assert (status, "none cannot be read: " in shown) == (2, True)
    status, shown = call("probe", "c1", "--files", str(files), *login, "--key", str(known))
    assert status == 2, shown
    monkeypatch.delenv("SRX_ISSU_JOURNAL_URL")
    status, shown = call("probe", "c1", "--files", str(files), *login, "--key", str(known))
    assert (status, "give --no-journal" in shown) == (2, True), shown
    (files / "inventory" / "lab.yaml").write_text("clusters: {}\n", encoding="utf-8")
    status, shown = call("probe", "c1", "--files", str(files), "--no-journal")
    assert (status, f"no cluster is in {files}/inventory: give --files" in shown) == (2, True), shown


def test_what_could_not_log_in_to_either_node_is_refused_before_anything_is_asked(
    files: Path, lab: ServedLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SITE", raising=False)
    known, key = tmp_path / "known_hosts", str(lab.folder / "id_ed25519")
    known.write_text((lab.folder / "known_hosts").read_text(encoding="utf-8").splitlines()[0], "utf-8")
    asked = ("probe", "c1", "--files", str(files), "--no-journal", "--login", "lab")
    status, shown = call(*asked, "--key", key, "--known-hosts", str(known))
    assert (status, "nothing was asked of c1: no host key of [127.0.0.1]" in shown) == (2, True), shown
    assert f"in {known} (--known-hosts); add the line" in shown
    assert shown.count("no host key of") == 1  # the other node's is there
    whole = str(lab.folder / "known_hosts")
    status, shown = call(*asked, "--key", whole, "--known-hosts", whole)
    assert (status, f"nothing was asked of c1: {whole} of --login and --key cannot" in shown) == (2, True), (
        shown
    )


def test_a_refused_login_names_where_the_account_came_from(
    files: Path, lab: ServedLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("not this one", encoding="utf-8")
    extra = {"known_hosts": lab.known_hosts}
    connection = {"conn_type": "srx", "login": "lab", "password": "nor this", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SITE", json.dumps(connection))
    asked = ("probe", "c1", "--files", str(files), "--no-journal")
    status, shown = call(*asked)
    assert status == 1
    for wire in ("NETCONF", "SSH"):
        words = f"node1: login by {wire}: refuses the login of 'lab' by password ("
        assert words in shown, shown
    assert shown.count("correct AIRFLOW_CONN_SITE, or the account on the node") >= 4
    status, shown = call(*asked, "--login", "lab", "--password-file", str(tmp_path / "password"))
    assert "correct --login and --password-file, or the account on the node" in shown, shown
    assert "[put right] who answers" not in shown  # that only follows
    assert "[put right] cluster state" not in shown


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda raw: raw["exchanges"][3].pop("reply"), "entry 4 of exchanges (node0, netconf, <"),
        (lambda raw: raw["exchanges"].insert(0, "text"), "entry 1 of exchanges: something else than"),
        (
            lambda raw: raw["tried"]["speeds"][0].update(node="node7"),
            "entry 1 of speeds (node7): 'node7'",
        ),
        (lambda raw: raw.pop("basis"), "is damaged: there is no 'basis'; ask for it again"),
    ],
)
def test_a_damaged_bundle_says_which_entry_lacks_what(
    spoil: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    exchange = {"wire": "netconf", "node": "node0", "request": "<get-x/>", "reply": None, "error": None}
    exchange |= {"words": "", "status": None, "took_s": 0.1, "at": 1.0}
    speeds = [{"node": "node0", "there": 1.0, "back": 1.0}]
    raw: dict[str, Any] = {
        "format": "srx-issu bundle 1", "model": "SRX4600", "routing_engine": None,
        "basis": {"software": "system", "image_path": "/var/tmp/x", "clock_skew_s": 60.0},
        "began_at": "2026-03-01T00:00:00+00:00", "made_by": "test",
        "exchanges": [dict(exchange) for _ in range(5)], "tried": {"trials": [], "speeds": speeds},
    }  # fmt: skip
    file = tmp_path / "b.json"
    file.write_text(json.dumps(raw), encoding="utf-8")
    assert read_bundle(file).model == "SRX4600"
    spoil(raw)
    file.write_text(json.dumps(raw), encoding="utf-8")
    status, shown = call("replay", str(file))
    assert (status, said in shown, "record it anew" in shown) == (2, True, True), shown


def test_a_model_without_an_image_is_probed_too(
    files: Path, lab: ServedLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped policy has levels for an SRX5800, and an image's release decides which of them hold."""
    monkeypatch.delenv("AIRFLOW_CONN_SITE", raising=False)
    inventory = files / "inventory" / "lab.yaml"
    inventory.write_text(inventory.read_text(encoding="utf-8").replace("SRX4600", "SRX5800"), "utf-8")
    (tmp_path / "password").write_text(lab.password, encoding="utf-8")
    account = ("--login", "lab", "--password-file", str(tmp_path / "password"))
    known = ("--known-hosts", str(lab.folder / "known_hosts"))
    status, shown = call("probe", "c1", "--files", str(files), "--no-journal", *account, *known)
    assert (status, "[put right] node0: identity: shows model SRX4600" in shown) == (1, True), shown


def test_options_go_before_the_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "known").write_text("192.0.2.1 ssh-ed25519 AAAA")
    (tmp_path / "password").write_text("mine\n")
    given = {"login": "theirs", "password": "theirs", "extra": {"known_hosts": "192.0.2.1 ssh-rsa BBBB"}}
    monkeypatch.setenv("AIRFLOW_CONN_SITE", json.dumps(given))
    assert account_of(CLUSTER, AccountOptions()).username == "theirs"
    options = AccountOptions(login="me", password_file=tmp_path / "password", known_hosts=tmp_path / "known")
    account = account_of(CLUSTER, options)
    assert (account.username, account.password) == ("me", "mine")
    assert account.known_hosts == "192.0.2.1 ssh-ed25519 AAAA"
    assert account.source == "--login and --password-file"
    assert account_of(CLUSTER, AccountOptions(login="me")).source == "--login and AIRFLOW_CONN_SITE"
    assert account_of(CLUSTER, AccountOptions()).source == "AIRFLOW_CONN_SITE"
    monkeypatch.setenv("AIRFLOW_CONN_SITE", "srx://theirs@x")
    with pytest.raises(RequestRefused, match="AIRFLOW_CONN_SITE is not JSON"):
        account_of(CLUSTER, AccountOptions())
