"""The watcher of one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from srx_issu.adapters.devices.login_pace import LoginPace
from srx_issu.adapters.devices.ssh import SshClusterReader
from srx_issu.airflow.composition.metrics import AirflowMetrics
from srx_issu.airflow.composition.step_sessions import StartSession
from srx_issu.airflow.composition.stores import Stores, open_stores
from srx_issu.airflow.composition.triggerer_login import Readings, connector
from srx_issu.airflow.watching.watcher.lease_round import LeaseRound
from srx_issu.airflow.watching.watcher.shared_look import LINGER_S, KeptReader, SharedLook
from srx_issu.airflow.watching.watcher.shared_outage import SharedOutage, sharing
from srx_issu.airflow.watching.watcher.subscription import Subscription
from srx_issu.domain.cluster.model import Cluster
from srx_issu.domain.upgrade.intent import Intent, Timers

_ATTRIBUTE = "_srx_issu_watcher"
KEPT_LOOK_S = 5.0  # how often a session that is kept is looked at, from this side alone

_Key = tuple[object, ...]  # what two waits must have in common to share sessions
MakeReader = Callable[[Cluster, Timers, LoginPace], KeptReader]


def _ssh_readers() -> MakeReader:
    readings = Readings()

    def made(cluster: Cluster, timers: Timers, pace: LoginPace) -> KeptReader:
        return SshClusterReader(cluster.name, connector(cluster, readings), timers, turn=pace.turn)

    return made


class Watcher:
    """What the waits of one event loop share. Use it from that loop alone."""

    def __init__(
        self,
        *,
        stores: Callable[[], Stores] = open_stores,
        make_reader: MakeReader | None = None,
        linger_s: float = LINGER_S,
    ) -> None:
        self._open_stores = stores
        self._make_reader = make_reader or _ssh_readers()
        self._linger_s = linger_s
        self._pace = LoginPace()
        self._stores: Stores | None = None
        self._shared: dict[_Key, SharedLook] = {}
        self._kept: set[asyncio.Task[None]] = set()
        self.leases = LeaseRound(lambda: self.stores.leases)

    @property
    def stores(self) -> Stores:
        """Journal, leases and evidence, opened once: after the fork, by the process that waits. May be used
        from threads. While the journal is away, one of the waits asks for it. Raises JournalError when the
        journal's settings will not do."""
        if self._stores is None:
            self._stores = sharing(self._open_stores(), SharedOutage())
        return self._stores

    @property
    def clusters(self) -> int:
        """How many are looked at, or were a moment ago."""
        return len(self._shared)

    def subscribe(self, intent: Intent, log: Any) -> Subscription:
        """A reader of the upgrade's cluster; close it when the wait is over."""
        cluster, timers = intent.cluster, intent.policy.timers
        places = (cluster.name, cluster.node0, cluster.node1, cluster.connection_id)
        key = (*places, timers.poll_s, timers.connect_s, timers.rpc_s)
        make = partial(self._make_reader, cluster, timers, self._pace)
        return Subscription(
            cluster.name,
            poll_s=timers.poll_s,
            shared=partial(self._find, cluster.name, key, make),
            renewed=partial(self._renew, cluster.name, key, make),
            own=make,
            log=log,
        )

    def keep_until_down(self, session: StartSession, limit_s: float) -> None:
        """Keeps a session open until its node ends it, for at most ``limit_s``; then closes it."""
        kept = asyncio.create_task(_kept_open(session, limit_s), name="session of a start by RPC")
        self._kept.add(kept)
        kept.add_done_callback(self._kept.discard)

    def _find(self, name: str, key: _Key, make: Callable[[], KeptReader]) -> SharedLook:
        return self._shared.get(key) or self._made(name, key, make)

    def _made(self, name: str, key: _Key, make: Callable[[], KeptReader]) -> SharedLook:
        made = SharedLook(name, make(), linger_s=self._linger_s, gone=lambda: self._forget(key, made))
        self._shared[key] = made
        return made

    def _renew(self, name: str, key: _Key, make: Callable[[], KeptReader], stuck: SharedLook) -> SharedLook:
        """Another in the place of ``stuck``, unless somebody has put one there already."""
        if (there := self._shared.get(key, stuck)) is not stuck:
            return there
        stuck.end()
        AirflowMetrics().count("poll.stuck")
        return self._made(name, key, make)

    def _forget(self, key: _Key, gone: SharedLook) -> None:
        if self._shared.get(key) is gone:
            del self._shared[key]


async def _kept_open(session: StartSession, limit_s: float) -> None:
    deadline = asyncio.get_running_loop().time() + limit_s
    try:
        while session.is_needed and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(KEPT_LOOK_S)
    finally:
        session.close()  # nobody hears it: the node is down, or the triggerer ends


def watcher_of_loop() -> Watcher:
    """The running loop's own. It is kept on the loop and ends with it."""
    loop = asyncio.get_running_loop()
    found: Watcher | None = getattr(loop, _ATTRIBUTE, None)
    if found is None:
        found = Watcher()
        setattr(loop, _ATTRIBUTE, found)
    return found
