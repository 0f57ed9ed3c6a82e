"""The program `cli`, as a shell on the node starts it."""

from __future__ import annotations

from collections.abc import Mapping

from srx_lab.cli.interactive import InteractiveCli
from srx_lab.cli.once import run_once
from srx_lab.device import Device, Program
from srx_lab.session import Session
from srx_lab.streams import FileSink, MemorySink, Sink, Streams
from srx_lab.terminal import Terminal


async def cli(
    device: Device, session: Session, terminal: Terminal, arguments: list[str], streams: Streams
) -> int:
    """`cli -c 'command; command'`, or an interactive CLI on the terminal."""
    if "-c" in arguments:
        text = arguments[arguments.index("-c") + 1]
        is_late = isinstance(streams.out, FileSink) and device.world.fault("cli_writes_at_end", device.node)
        out: Sink = MemorySink() if is_late else streams.out
        read_line = streams.lines.get if streams.lines is not None else None
        status = await run_once(device, session, text, out.write, stdin=streams.stdin, read_line=read_line)
        if isinstance(out, MemorySink) and out is not streams.out:
            await streams.out.write(out.text)
        return status
    return await InteractiveCli(device=device, session=session, terminal=terminal).run()


PROGRAMS: Mapping[str, Program] = {"cli": cli}
"""Programs of a node, by name."""
