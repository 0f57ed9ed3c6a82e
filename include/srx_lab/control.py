"""The control socket: JSON lines over a unix-domain socket in the state folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from srx_lab.lab import Lab, LabCluster
from srx_lab.machine.cables import boot_by_hand, handle
from srx_lab.machine.faults import UnknownFault
from srx_lab.machine.words import NodeId
from srx_lab.sight import cluster_status

SOCKET = "control.sock"
_PATH_LIMIT = 100


class ControlFailure(RuntimeError):
    """The lab refused a request, or does not run."""


@contextlib.contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """A path to the socket below the system's limit, through /proc for deep folders."""
    plain = str(folder.resolve() / SOCKET)
    if len(plain) < _PATH_LIMIT:
        yield plain
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)


class ControlServer:
    """Answers status, inject, clear, unplug, plug, power-on, transcript and events of a running lab."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab = lab
        self._folder = folder
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        (self._folder / SOCKET).unlink(missing_ok=True)
        with _short_path(self._folder) as path:
            self._server = await asyncio.start_unix_server(self._serve, path=path)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        (self._folder / SOCKET).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write((json.dumps(self.answer(line)) + "\n").encode())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def answer(self, line: bytes) -> dict[str, Any]:
        """One request, one answer; `ok` false carries the complaint."""
        try:
            request = json.loads(line)
            return {"ok": True, **self._carry_out(request)}
        except (ControlFailure, UnknownFault, ValueError, KeyError) as error:
            return {"ok": False, "error": str(error)}

    def _carry_out(self, request: dict[str, Any]) -> dict[str, Any]:
        match request.get("do"):
            case "status":
                return {"clusters": [cluster_status(each) for each in self._chosen(request)]}
            case "inject":
                return self._inject(request)
            case "clear":
                return self._clear(request)
            case "unplug" | "plug" | "power-on" as move:
                return self._by_hand(request, move)
            case "transcript":
                upgrade = self._one(request).machine.upgrade
                return {"lines": upgrade.transcript if upgrade else []}
            case "events":
                lines = self._lab.setting.events.matching(
                    cluster=request.get("cluster"), kinds=request.get("kinds")
                )
                return {"events": lines[-int(request.get("last", 1000)) :]}
            case other:
                raise ControlFailure(f"unknown request {other!r}")

    def _chosen(self, request: dict[str, Any]) -> list[LabCluster]:
        chosen = [self._one(request)] if request.get("cluster") else list(self._lab.clusters.values())
        for each in chosen:
            each.touch()
        return chosen

    def _one(self, request: dict[str, Any]) -> LabCluster:
        cluster = self._lab.clusters.get(str(request.get("cluster")))
        if cluster is None:
            raise ControlFailure(f"no cluster named {request.get('cluster')!r}")
        return cluster

    def _inject(self, request: dict[str, Any]) -> dict[str, Any]:
        cluster = self._one(request)
        cluster.touch()
        node = NodeId(request["node"]) if request.get("node") else None
        parameters = {key: str(value) for key, value in (request.get("parameters") or {}).items()}
        lasts_s = float(request["lasts_s"]) if request.get("lasts_s") else None
        cluster.machine.inject(
            str(request["fault"]), node=node, at=request.get("at"), lasts_s=lasts_s, **parameters
        )
        cluster.settle()
        return {"injected": request["fault"]}

    def _by_hand(self, request: dict[str, Any], move: str) -> dict[str, Any]:
        """What a person on site says they have done."""
        cluster = self._one(request)
        cluster.touch()
        if move == "power-on":
            done = [str(request["node"])]
            boot_by_hand(cluster.machine.world, NodeId(done[0]))
        else:
            done, child = [*map(str, request["cables"])], request.get("child")
            at = None if child is None else int(child)
            handle(cluster.machine.world, tuple(done), plug=move == "plug", child=at)
        cluster.settle()
        return {"done": done}

    def _clear(self, request: dict[str, Any]) -> dict[str, Any]:
        cluster = self._one(request)
        cluster.touch()
        node = NodeId(request["node"]) if request.get("node") else None
        gone = cluster.machine.clear(request.get("fault"), node)
        cluster.settle()
        return {"cleared": gone}


def ask(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Send one request to a running lab; raises ControlFailure with its complaint."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection, _short_path(folder) as path:
        try:
            connection.connect(path)
        except OSError as error:
            raise ControlFailure(f"no lab runs in {folder}: {error.strerror}") from error
        connection.sendall((json.dumps(request) + "\n").encode())
        with connection.makefile("rb") as answers:
            answer: dict[str, Any] = json.loads(answers.readline())
    if not answer.pop("ok"):
        raise ControlFailure(str(answer["error"]))
    return answer
