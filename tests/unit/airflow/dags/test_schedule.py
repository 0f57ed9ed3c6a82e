"""What the environment says about the audit's schedule."""

from __future__ import annotations

import pytest

from srx_issu.airflow.dags.schedule import audit_schedule


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("", "@daily"),
        ("  ", "@daily"),
        ("none", None),
        (" None ", None),
        ("@hourly", "@hourly"),
        ("0 3 * * 1-5", "0 3 * * 1-5"),
    ],
)
def test_schedule(said: str, understood: str | None) -> None:
    assert audit_schedule(said) == understood


@pytest.mark.parametrize("said", ["61 * * * *", "often", "@dayly", "no"])
def test_what_airflow_would_not_understand_names_the_variable(said: str) -> None:
    with pytest.raises(ValueError, match=r"SRX_ISSU_AUDIT_SCHEDULE: .* is not a valid schedule: ") as refused:
        audit_schedule(said)
    assert f"'{said}'" in str(refused.value)
