"""Shell commands that run, end or describe things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from srx_lab.shell.builtin import Builtin, complain, file_of, split_flags
from srx_lab.streams import Streams

if TYPE_CHECKING:
    from srx_lab.shell.interpreter import Shell

# ruff: noqa: ARG001 - every builtin takes shell, arguments and streams


async def cli(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """`cli -c 'command; command'`, or an interactive CLI on the terminal."""
    from srx_lab.cli.interactive import InteractiveCli  # noqa: PLC0415 - the CLI starts shells, too
    from srx_lab.cli.once import run_once  # noqa: PLC0415

    if "-c" in arguments:
        text = arguments[arguments.index("-c") + 1]
        return await run_once(shell.device, shell.session, text, streams.out.write, stdin=streams.stdin)
    return await InteractiveCli(device=shell.device, session=shell.session, terminal=shell.terminal).run()


async def sh(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """`sh -c text`, `sh file`, or an interactive shell."""
    inner = replace(shell, variables=dict(shell.variables), left=False)
    if "-c" in arguments:
        return await inner.run_text(arguments[arguments.index("-c") + 1], streams)
    _, paths = split_flags(arguments)
    if paths:
        file = file_of(shell, paths[0])
        if not file.is_file():
            return await complain(streams, f"{paths[0]}: No such file or directory")
        return await inner.run_text(file.read_text("utf-8"), streams)
    if streams.stdin:
        return await inner.run_text(streams.stdin, streams)
    return await inner.interact()


async def through(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """nohup, exec, env, time: run what follows."""
    return await shell.run_words(arguments, streams) if arguments else 0


async def kill(shell: Shell, arguments: list[str], streams: Streams) -> int:
    probing = "-0" in arguments
    status = 0
    for each in arguments:
        if not each.isdigit():
            continue
        job = shell.device.jobs.get(int(each))
        if job is None:
            await streams.err.write(f"{each}: No such process\n")
            status = 1
        elif not probing:
            job.cancel()
            await asyncio.sleep(0)
    return status


async def ps(shell: Shell, arguments: list[str], streams: Streams) -> int:
    await streams.out.write("  PID  TT  STAT      TIME COMMAND\n")
    for pid in sorted(shell.device.jobs):
        await streams.out.write(f"{pid:5d}  ??  S      0:00.01 sh (job)\n")
    await streams.out.write(f"{shell.pid:5d}  p0  Ss     0:00.02 -csh (csh)\n")
    return 0


async def leave(shell: Shell, arguments: list[str], streams: Streams) -> int:
    from srx_lab.shell.interpreter import Exit  # noqa: PLC0415

    raise Exit(int(arguments[0]) if arguments else shell.status)


async def sleep(shell: Shell, arguments: list[str], streams: Streams) -> int:
    clock = shell.device.cluster.lab.clock
    await asyncio.sleep(clock.wall_s(float(arguments[0]) if arguments else 0.0))
    return 0


async def date(shell: Shell, arguments: list[str], streams: Streams) -> int:
    shell.device.cluster.touch()
    moment = shell.device.world.device_time(shell.device.node)
    if arguments and arguments[-1].startswith("+"):
        form = arguments[-1][1:].replace("%s", str(int(moment.timestamp())))
        await streams.out.write(moment.strftime(form) + "\n")
    else:
        await streams.out.write(f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S} UTC {moment:%Y}\n")
    return 0


def _fixed(make: Callable[[Shell], str]) -> Builtin:
    async def run(shell: Shell, arguments: list[str], streams: Streams) -> int:
        await streams.out.write(make(shell) + "\n")
        return 0

    return run


async def true(shell: Shell, arguments: list[str], streams: Streams) -> int:
    return 0


async def false(shell: Shell, arguments: list[str], streams: Streams) -> int:
    return 1


async def wait(shell: Shell, arguments: list[str], streams: Streams) -> int:
    jobs = [
        shell.device.jobs[int(each)]
        for each in arguments
        if each.isdigit() and int(each) in shell.device.jobs
    ]
    jobs = jobs or [shell.device.jobs[pid] for pid in shell.hangup_jobs if pid in shell.device.jobs]
    return (await asyncio.gather(*jobs))[-1] if jobs else 0


PROCESS_BUILTINS: dict[str, Builtin] = {
    "cli": cli,
    "sh": sh,
    "csh": sh,
    "nohup": through,
    "exec": through,
    "env": through,
    "time": through,
    "kill": kill,
    "ps": ps,
    "exit": leave,
    "logout": leave,
    "sleep": sleep,
    "date": date,
    "wait": wait,
    "false": false,
    ":": true,
    "export": true,
    "set": true,
    "unset": true,
    "stty": true,
    "umask": true,
    "chmod": true,
    "sync": true,
    "trap": true,
    "true": true,
    "hostname": _fixed(lambda shell: shell.device.host_name),
    "whoami": _fixed(lambda shell: shell.device.user),
    "id": _fixed(lambda shell: f"uid=2000({shell.device.user}) gid=20(staff) groups=20(staff), 0(wheel)"),
    "uname": _fixed(lambda shell: f"FreeBSD {shell.device.host_name} JNPR-12.1 amd64"),
    "tty": _fixed(lambda _: "/dev/pts/0"),
}
