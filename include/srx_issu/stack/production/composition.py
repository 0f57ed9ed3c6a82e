"""Reads ``docker-compose.yaml`` as far as this project uses the format: services with their commands,
variables, mounts and health checks, and ``${NAME:-default}`` and ``${NAME:?message}`` out of ``.env``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::(?P<how>[-?])(?P<words>[^}]*))?\})")


class VariableMissing(Exception):
    """A variable that the compose file insists on is not set."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder of the host, or a named volume, in the container."""

    source: str
    target: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ComposeService:
    """One service of the file."""

    name: str
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    mounts: tuple[Mount, ...]
    health: tuple[str, ...]  # the command; empty = none
    replicas: int
    restarts: bool
    profiles: tuple[str, ...]


def read_services(path: Path, variables: Mapping[str, str]) -> dict[str, ComposeService]:
    """Service name -> service, everything filled in. Raises VariableMissing."""
    content = _filled(yaml.safe_load(path.read_text(encoding="utf-8"))["services"], variables)
    return {name: _service(name, given) for name, given in content.items()}


def _service(name: str, given: Mapping[str, Any]) -> ComposeService:
    return ComposeService(
        name=name,
        image=str(given["image"]),
        command=tuple(given["command"]),
        environment={key: str(value) for key, value in (given.get("environment") or {}).items()},
        mounts=tuple(_mount(each) for each in given.get("volumes") or ()),
        health=_health(given.get("healthcheck") or {}),
        replicas=int((given.get("deploy") or {}).get("replicas", 1)),
        restarts=given.get("restart", "no") != "no",
        profiles=tuple(given.get("profiles") or ()),
    )


def _mount(words: str) -> Mount:
    source, target, *mode = words.rsplit(":", 2) if words.endswith(":ro") else words.rsplit(":", 1)
    return Mount(source=source, target=target, read_only=mode == ["ro"])


def _health(given: Mapping[str, Any]) -> tuple[str, ...]:
    match given.get("test"):
        case ["CMD-SHELL", command]:
            return ("sh", "-c", command)
        case ["CMD", *words]:
            return tuple(words)
        case _:
            return ()


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: _value(found, variables), value)
    if isinstance(value, list):
        return [_filled(each, variables) for each in value]
    if isinstance(value, dict):
        return {key: _filled(each, variables) for key, each in value.items()}
    return value


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["dollar"]:
        return "$"
    value = variables.get(found["name"], "")
    if value or found["how"] is None:
        return value
    if found["how"] == "?":
        raise VariableMissing(f"{found['name']} is not set: {found['words']}")
    return found["words"]
