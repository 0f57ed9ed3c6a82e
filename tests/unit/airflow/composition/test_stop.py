"""The fleet-wide stop: what Airflow cannot tell is not "nobody stopped it"."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from srx_issu.airflow.composition import stop
from srx_issu.domain.errors import StopFlagUnreadable
from srx_issu.ports.dag_names import STOP_VARIABLE


@dataclass
class Variables:
    """Airflow's variables, as ``airflow.sdk.Variable`` shows them."""

    value: str | None = None
    names: tuple[str, ...] | Exception = ()

    def get(self, name: str, default: object = None) -> object:
        assert name == STOP_VARIABLE
        return default if self.value is None else self.value

    def keys(self, prefix: str) -> tuple[str, ...]:
        if isinstance(self.names, Exception):
            raise self.names
        return tuple(name for name in self.names if name.startswith(prefix))


def stopped(monkeypatch: pytest.MonkeyPatch, variables: Variables) -> str | None:
    monkeypatch.setattr(stop, "Variable", variables)
    return stop.stopped()


def test_nobody_stopped_it_when_the_list_of_names_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stopped(monkeypatch, Variables(names=("srx_issu_stopwatch",))) is None


def test_a_list_that_cannot_be_read_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StopFlagUnreadable, match="no route"):
        stopped(monkeypatch, Variables(names=OSError("no route")))


def test_a_value_that_went_missing_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StopFlagUnreadable, match="did not say by whom"):
        stopped(monkeypatch, Variables(names=(STOP_VARIABLE,)))


@pytest.mark.parametrize("value", ["", "incident 7"])
def test_whatever_was_typed_in_is_a_stop(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert stopped(monkeypatch, Variables(value=value)) == f"the whole fleet was stopped: {value}"
