"""``srx-issu probe``, ``record`` and ``replay``: what is refused, and one round of all three."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from srx_issu.cli.device_account import AccountOptions, account_of
from srx_issu.cli.main import app
from srx_issu.domain.cluster.model import Address, Cluster
from srx_issu.domain.errors import RequestRefused
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
    monkeypatch.setenv("AIRFLOW_CONN_SITE", "srx://theirs@x")
    with pytest.raises(RequestRefused, match="AIRFLOW_CONN_SITE is not JSON"):
        account_of(CLUSTER, AccountOptions())
