"""Ends a stack whose supervisor was killed. Run as ``python -m srx_issu.stack.processes.watchdog``.

The supervisor holds the other end of our standard input and writes one line a component: JSON of its
session. End of file without the line ``released`` means that the supervisor is gone, however that
happened, and that we end everything it had started.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable

from srx_issu.stack.processes.sessions import Session, end_all

RELEASED = "released"
GRACE_S = 5.0


def line_for(session: Session) -> str:
    return json.dumps(
        {"name": session.name, "sid": session.sid, "stop": int(session.stop_signal), "last": session.last}
    )


def left_behind(lines: Iterable[str]) -> tuple[Session, ...]:
    """The sessions to end once the lines are over; none when the supervisor took its leave. Of a component
    that was started again only the newest: the kernel may have given the id of an older one to a stranger."""
    sessions = {}
    for line in lines:
        if line.strip() == RELEASED:
            return ()
        told = json.loads(line)
        sessions[told["name"]] = Session(
            name=told["name"], sid=told["sid"], stop_signal=signal.Signals(told["stop"]), last=told["last"]
        )
    return tuple(sessions.values())


def main() -> None:
    # What ends the supervisor (Ctrl-C, a closed terminal) must not end the one who cleans up after it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_all(left_behind(sys.stdin), GRACE_S)


if __name__ == "__main__":
    main()
