"""What a task hears from the process above it, for hooks that run in a test's own process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from airflow.sdk.exceptions import ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import (
    ErrorResponse,
    GetVariable,
    GetVariableKeys,
    VariableKeysResult,
    VariableResult,
)


@dataclass
class Supervisor:
    """Knows Airflow's Variables and nothing else."""

    variables: dict[str, str] = field(default_factory=dict)

    def send(self, message: Any) -> Any:
        match message:
            case GetVariable(key=key) if key in self.variables:
                return VariableResult(key=key, value=self.variables[key])
            case GetVariable(key=key):
                return ErrorResponse(error=ErrorType.VARIABLE_NOT_FOUND, detail={"key": key})
            case GetVariableKeys(prefix=prefix):
                keys = [key for key in self.variables if key.startswith(prefix or "")]
                return VariableKeysResult(keys=keys, total_entries=len(keys))
            case _:
                return ErrorResponse(error=ErrorType.GENERIC_ERROR, detail={"message": "not known here"})


def supervised(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    """From here on this process asks the supervisor that is returned."""
    supervisor = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", supervisor, raising=False)
    return supervisor
