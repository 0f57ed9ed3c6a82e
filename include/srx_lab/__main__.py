"""`python -m srx_lab`: serve a lab, look at it, break it."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from srx_lab.bench import bench
from srx_lab.control import ControlFailure, ask
from srx_lab.image import make_image
from srx_lab.like import load_bundle
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.faults import UnknownFault, fault_spec
from srx_lab.platforms import PLATFORMS
from srx_lab.server import LabServer, Options
from srx_lab.topology import BadTopology, load_topology


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; 2 for a wrong topology or a lab that does not answer."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if any("=" not in each or each.startswith("-") for each in rest) or (
        rest and arguments.run is not _inject
    ):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.parameters = rest
    try:
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except (BadTopology, ControlFailure, UnknownFault) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m srx_lab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = _command(commands, "serve", _serve, "run a lab in the foreground")
    what = serve.add_mutually_exclusive_group(required=True)
    what.add_argument("--topology", type=Path)
    what.add_argument("--like", type=Path, metavar="BUNDLE", help="a cluster that answers as recorded")
    serve.add_argument("--state", type=Path, required=True)
    serve.add_argument("--speed", type=float, help="virtual seconds per wall second")
    serve.add_argument("--seed", type=int)
    status = _control(commands, "status", _status, "releases, groups, phases, faults")
    status.add_argument("--json", action="store_true")
    status.add_argument("--watch", action="store_true", help="refresh until interrupted")
    inject = _control(commands, "inject", _inject, "break something")
    inject.add_argument("fault", metavar="FAULT", help="its name, see 'python -m srx_lab faults'")
    inject.add_argument("--node", choices=("node0", "node1"))
    inject.add_argument("--at", metavar="PHASE")
    inject.add_argument("--lasts", metavar="SECONDS", type=float, help="virtual time until it heals")
    inject.epilog = "parameters of the fault follow as key=value"
    clear = _control(commands, "clear", _clear, "take faults back")
    clear.add_argument("fault", nargs="?", metavar="FAULT")
    clear.add_argument("--node", choices=("node0", "node1"))
    for move, says in (("unplug", "pull cables, as a person would"), ("plug", "put cables in again")):
        _add_cables(commands, move, says)
    _add_power_on(commands)
    _control(commands, "transcript", _transcript, "what the last upgrade said")
    _control(commands, "events", _events, "the newest events, JSON lines")
    faults = _command(commands, "faults", _faults, "list the faults and their sources")
    faults.add_argument("--json", action="store_true")
    measure = _command(commands, "bench", _bench, "measure replies, CPU and memory")
    measure.add_argument("--clusters", type=int, nargs="*", default=[1, 50, 200])
    _add_make_image(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], says: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=says, description=says)
    parser.set_defaults(run=run)
    return parser


def _control(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], says: str
) -> argparse.ArgumentParser:
    parser = _command(commands, name, run, says)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--cluster")
    return parser


def _add_cables(commands: Any, move: str, says: str) -> None:
    parser = _command(commands, move, _handle_cables, says)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("cluster", metavar="CLUSTER")
    parser.add_argument(
        "cables", metavar="CABLE", nargs="+", help="control, fabric, or a port such as ge-0/0/4"
    )
    parser.add_argument("--child", type=int, metavar="N", help="one of several links, from 0; all without it")
    parser.set_defaults(move=move)


def _add_power_on(commands: Any) -> None:
    parser = _command(commands, "power-on", _power_on, "boot a node that is halted or off, as a person would")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("cluster", metavar="CLUSTER")
    parser.add_argument("--node", choices=("node0", "node1"), required=True)


def _add_make_image(commands: Any) -> None:
    parser = _command(commands, "make-image", _make_image, "write a small image file")
    parser.add_argument("--model", choices=sorted(PLATFORMS), required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--size-mb", type=float, default=4)
    parser.add_argument("--out", type=Path, required=True)


def _serve(arguments: argparse.Namespace) -> int:
    recording = None
    if arguments.like is not None:
        topology, recording = load_bundle(arguments.like)
    else:
        topology = load_topology(arguments.topology)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    options = Options(
        state_dir=arguments.state, speed=arguments.speed, seed=arguments.seed, recording=recording
    )
    asyncio.run(_until_stopped(LabServer(topology, options)))
    return 0


async def _until_stopped(server: LabServer) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with server:
        print(f"lab ready: {len(server.lab.clusters)} clusters, {server.state_dir}", flush=True)
        await stopped.wait()


def _status(arguments: argparse.Namespace) -> int:
    from srx_lab.status_table import show_status  # noqa: PLC0415 - rich is slow to import

    request = {"do": "status", "cluster": arguments.cluster}
    if arguments.json:
        print(json.dumps(ask(arguments.state, request)["clusters"], indent=2))
        return 0
    show_status(lambda: ask(arguments.state, request)["clusters"], watch=arguments.watch)
    return 0


def _inject(arguments: argparse.Namespace) -> int:
    fault_spec(arguments.fault)
    parameters = dict(each.split("=", 1) for each in arguments.parameters)
    request = {"do": "inject", "fault": arguments.fault, "at": arguments.at, "parameters": parameters}
    where = {"cluster": arguments.cluster, "node": arguments.node, "lasts_s": arguments.lasts}
    ask(arguments.state, {**request, **where})
    return 0


def _clear(arguments: argparse.Namespace) -> int:
    request = {"do": "clear", "cluster": arguments.cluster, "fault": arguments.fault, "node": arguments.node}
    print("\n".join(ask(arguments.state, request)["cleared"]))
    return 0


def _handle_cables(arguments: argparse.Namespace) -> int:
    """What was asked for is printed as done: whether it is, only the nodes tell."""
    request = {"do": arguments.move, "cluster": arguments.cluster, "cables": arguments.cables}
    done = ask(arguments.state, {**request, "child": arguments.child})["done"]
    print(f"{arguments.cluster}: {', '.join(done)} {arguments.move}ged")
    return 0


def _power_on(arguments: argparse.Namespace) -> int:
    ask(arguments.state, {"do": "power-on", "cluster": arguments.cluster, "node": arguments.node})
    print(f"{arguments.cluster}: {arguments.node} booted by hand")
    return 0


def _transcript(arguments: argparse.Namespace) -> int:
    print("\n".join(ask(arguments.state, {"do": "transcript", "cluster": arguments.cluster})["lines"]))
    return 0


def _events(arguments: argparse.Namespace) -> int:
    for event in ask(arguments.state, {"do": "events", "cluster": arguments.cluster})["events"]:
        print(json.dumps(event))
    return 0


def _faults(arguments: argparse.Namespace) -> int:
    if arguments.json:
        rows = [
            {"name": f.name, "says": f.says, "source": f.source, "parameters": f.parameters}
            for f in FAULTS.values()
        ]
        print(json.dumps(rows, indent=2))
        return 0
    for fault in FAULTS.values():
        given = " ".join(f"{name}={value}" for name, value in fault.parameters.items())
        print(f"{fault.name:<28} {fault.source:<4} {fault.says}{f'  ({given})' if given else ''}")
    return 0


def _bench(arguments: argparse.Namespace) -> int:
    asyncio.run(bench(tuple(arguments.clusters)))
    return 0


def _make_image(arguments: argparse.Namespace) -> int:
    print(make_image(arguments.model, arguments.release, arguments.size_mb, arguments.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
