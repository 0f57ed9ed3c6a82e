"""``python -m srx_issu.stack.embedded up | down | status | run -- COMMAND``; ``make up`` and its sisters."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from srx_issu.stack.embedded.secrets import passwords
from srx_issu.stack.embedded.showing import ask
from srx_issu.stack.embedded.stack import Stack, StackFailed, StackOptions
from srx_issu.stack.processes import running
from srx_issu.stack.processes.ending import PROCESS_FAILURES, Ended, ending_on_signals, watch
from srx_issu.stack.processes.home import Home

FAILURES = (*PROCESS_FAILURES, StackFailed)
DOWN_TIMEOUT_S = 60.0


def up(home: Home, options: StackOptions) -> NoReturn:
    with Stack(home, options, say=say) as stack:
        welcome(stack)
        watch(stack.check)


def run(home: Home, options: StackOptions, command: list[str]) -> int:
    """The command's exit status; the stack lives as long as the command."""
    with Stack(home, options, say=say) as stack:
        process = subprocess.Popen(command, env={**stack.environment, "SRX_ISSU_URL": stack.url})
        try:
            while process.poll() is None:
                stack.check()
                time.sleep(0.1)
        finally:
            process.terminate()
            process.wait()
        return process.returncode


def status(home: Home) -> int:
    found = running.read(home)
    if found is None:
        print(f"nothing runs in {home.root}; 'make up' starts it")
        return 1
    shown = ask(found)
    print(f"{found.url}  (pid {found.pid}, {home.root})")
    for line in shown.lines():
        print(f"  {line}")
    return 0 if shown.is_healthy else 1


def down(home: Home) -> int:
    found = running.read(home)
    if found is None:
        print(f"nothing runs in {home.root}")
        return 0
    os.kill(found.pid, signal.SIGTERM)
    if running.wait_until_gone(home, DOWN_TIMEOUT_S):
        print("stopped")
        return 0
    say(f"pid {found.pid} is still there after {DOWN_TIMEOUT_S:.0f} s; 'kill -9 {found.pid}' ends all of it")
    return 1


def welcome(stack: Stack) -> None:
    home = stack.home
    print(f"\nAirflow: {stack.url}")
    if stack.users_are_new:
        print("Users, shown this once:")
        for user, password in passwords(home).items():
            print(f"  {user:<10}{password}")
    print(f"Passwords: {home.users_file} (only you can read it)")
    print(f"Logs:      {home.logs}")
    print("Next:      .venv/bin/srx-issu validate; .venv/bin/srx-issu upgrade CLUSTER --image IMAGE --follow")
    print("Ctrl-C or 'make down' ends it; what it knows is kept for the next 'make up'.\n", flush=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m srx_issu.stack.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="verb", required=True)
    for name in ("up", "run"):
        command = commands.add_parser(name)
        command.add_argument("--files", type=Path, help="folder of the operator's files (default: include/)")
        command.add_argument("--dags", type=Path, help="folder of the DAGs (default: dags/)")
        command.add_argument("--port", type=int, help="port of the UI (default: the last one, or any)")
        if name == "run":
            command.add_argument("command", nargs="+", help="after --: a command to run on the stack")
    commands.add_parser("down")
    commands.add_parser("status")
    return parser


def main() -> int:
    given = arguments().parse_args()
    home = Home.default()
    if given.verb == "status":
        return status(home)
    if given.verb == "down":
        return down(home)
    files = given.files or (Path(os.environ["SRX_ISSU_FILES"]) if os.environ.get("SRX_ISSU_FILES") else None)
    options = StackOptions(files=files, dags=given.dags, port=given.port)
    with ending_on_signals():
        return up(home, options) if given.verb == "up" else run(home, options, given.command)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except FAILURES as failure:
        sys.exit(str(failure))
