"""An upgrade whose policy asks for it has a bundle of before and after, which replay reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from srx_issu.probe.bundle import read_bundle
from srx_issu.probe.probing import make_report
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


@pytest.fixture
def by_policy(place: Place) -> Iterator[None]:
    limits = place.scenery.home.root / "files" / "policy" / "limits.yaml"
    usual = limits.read_text(encoding="utf-8")
    policy = yaml.safe_load(usual)
    policy["fleet"]["evidence"] = {"bundle": True}
    limits.write_text(yaml.safe_dump(policy), encoding="utf-8")
    yield
    limits.write_text(usual, encoding="utf-8")


@pytest.mark.usefixtures("by_policy")
def test_the_bundles_lie_beside_the_report_that_links_them(place: Place) -> None:
    cluster = place.take_cluster("node0")
    run_id = place.trigger(cluster)
    end = carry_out(place, run_id)
    assert end.is_green, end.reason
    (folder,) = place.scenery.home.evidence.glob(f"*{run_id.partition('__')[0]}*")
    report = (folder / "report.html").read_text(encoding="utf-8")
    releases = []
    for moment in ("before", "after"):
        file = folder / f"bundle-{moment}.json"
        assert f'href="{file.name}"' in report
        assert cluster not in file.read_text(encoding="utf-8"), "its name is taken out"
        bundle = read_bundle(file)
        read = make_report(bundle.basis, "bundle", bundle.exchanges, bundle.tried)
        assert len(read.readings) > 30
        releases.append({each for each in ("22.4R3", "21.4R3") if each in file.read_text(encoding="utf-8")})
    assert "22.4R3" in releases[1]
