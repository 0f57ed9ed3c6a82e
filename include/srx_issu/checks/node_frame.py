"""The table of the two nodes: everything that a node is asked about itself, a row each."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import timedelta

from srx_issu.checks.frames import Frame, Reasons, Row, Subject
from srx_issu.checks.words import listed, percent, size, span
from srx_issu.domain.checking import CheckRules
from srx_issu.domain.model import NodeName, NodeView
from srx_issu.domain.rows import Alarm
from srx_issu.domain.space import bytes_needed, bytes_there
from srx_issu.domain.state import ClusterState

NODE_COLUMNS = (
    "node", "about", "reachable", "reachable_text", "model_matches", "model_text", "model_wanted",
    "hostname_matches", "hostname_text", "hostname_wanted", "serial_matches", "serial_text", "serial_wanted",
    "cluster_id_matches", "cluster_id_text", "cluster_id_wanted", "image_fits", "image_text",
    "free_bytes", "needed_bytes", "space_text", "needed_text", "cpu_percent", "cpu_text",
    "cold_sync_complete", "cold_sync_text", "issu_in_progress", "issu_text", "major_alarms", "major_text",
    "minor_alarms", "minor_text", "fresh_cores", "cores_text", "configuring", "configuring_text",
    "exclusive", "exclusive_text", "installs", "install_text",
    "logins", "logins_text", "commit_pending", "commit_text", "uncommitted_lines", "candidate_text",
    "heartbeat_errors", "heartbeat_text", "failures", "failures_text", "led_green", "led_text",
    "config_synced", "config_sync_text", "multi_node_ha", "mnha_text", "uptime_s", "uptime_text",
    "clock_is_ntp", "time_source_text",
)  # fmt: skip


def nodes_frame(subject: Subject) -> Frame:
    """Two rows, node0 and node1."""
    frame = Frame("nodes", NODE_COLUMNS)
    for node in NodeName:
        cells: Row = {"node": node.value, "about": node.value}
        reasons: dict[str, str | None] = {}
        for part in (_presence, _identity, _space, _load, _sync, _alarms, _people, _health, _time):
            part(subject, node, cells, reasons)
        frame.add(cells, reasons)
    return frame


def _presence(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    view, intent = subject.view(node), subject.intent
    cells["reachable"] = view.reachable
    cells["reachable_text"] = view.error or "no reason known"
    cells["model_text"], cells["image_text"] = view.model, ", ".join(sorted(intent.image.models))
    cells["model_wanted"] = intent.cluster.model
    reasons["model_matches"] = reasons["image_fits"] = subject.silence(node) or "model not shown"
    if view.model is not None:
        cells["model_matches"] = _same_model(view.model, intent.cluster.model)
        cells["image_fits"] = any(_same_model(view.model, model) for model in intent.image.models)


def _identity(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """Is this the node that the inventory means? What the inventory does not say cannot be wrong."""
    view, cluster = subject.view(node), subject.intent.cluster
    wanted = cluster.identity(node)
    chassis = subject.state.chassis.one_of(node)
    told = {
        "hostname": (wanted.hostname, view.hostname, _same_host),
        "serial": (wanted.serial, chassis.serial if chassis else None, _same_model),
        "cluster_id": (
            None if cluster.cluster_id is None else str(cluster.cluster_id),
            None if view.cluster_id is None else str(view.cluster_id),
            _same_model,
        ),
    }
    for name, (expected, shown, is_same) in told.items():
        cells[f"{name}_wanted"], cells[f"{name}_text"] = expected or "any", shown or "not shown"
        reasons[f"{name}_matches"] = subject.silence(node) or f"the node does not show its {name}"
        if expected is None:
            cells[f"{name}_matches"] = True
        elif shown is not None:
            cells[f"{name}_matches"] = is_same(shown, expected)


def _same_host(one: str, other: str) -> bool:
    """Case does not matter, nor the domain where only one of the two has it."""
    first, second = (name.strip().rstrip(".").lower() for name in (one, other))
    if "." in first and "." in second:
        return first == second
    return first.partition(".")[0] == second.partition(".")[0]


def _same_model(one: str, other: str) -> bool:
    return one.strip().upper() == other.strip().upper()


def _space(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The image needs ``disk_factor`` times its size; what of it is already there need not fit again."""
    state, image = subject.state, subject.intent.image
    factor = subject.intent.policy.limits.disk_factor
    there = bytes_there(image, state.images.rows_of(node) or ())
    needed = bytes_needed(image, factor, there)
    cells["needed_bytes"] = needed
    already = " besides what is already there" if there else ""
    cells["needed_text"] = f"{size(needed)} ({factor:g} × image{already})"
    space = state.var_tmp.one_of(node)
    reasons["free_bytes"] = state.var_tmp.reason_of(node) or "no file system holds /var/tmp"
    if space is not None:
        cells["free_bytes"] = space.available_bytes
        cells["space_text"] = size(space.available_bytes)


def _load(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The upper median of the samples: one spike by our own question does not count, a real load does."""
    samples = subject.state.cpu.rows_of(node)
    reasons["cpu_percent"] = subject.state.cpu.reason_of(node) or "no sample of the load"
    if samples:
        busy = [sample.busy_percent for sample in samples]
        cells["cpu_percent"] = statistics.median_high(busy)
        cells["cpu_text"] = f"{percent(statistics.median_high(busy))} (samples: {_figures(busy)})"


def _figures(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _sync(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """Cold sync by its own words; where the release has none, by monitor failures without CS."""
    view = subject.view(node)
    reasons["cold_sync_complete"] = subject.silence(node) or "cold synchronization not shown"
    complete = view.cold_sync.is_complete if view.cold_sync else None
    if complete is None:
        complete = _no_cs_failure(view)
    cells["cold_sync_complete"] = complete
    if view.cold_sync is not None:
        left = [*view.cold_sync.not_completed, *view.cold_sync.unknown]
        cells["cold_sync_text"] = (
            f"weight {view.cold_sync.weight}, not complete: {listed(left) or 'unknown'}; "
            f"{listed(list(view.cold_sync.progress)) or 'no progress shown'}"
        )
    else:
        cells["cold_sync_text"] = "monitor failure CS"
    _issu(subject, node, cells, reasons)


def _no_cs_failure(view: NodeView) -> bool | None:
    """A dead node shows no failure either (dossier, trap 2): only a settled one is believed."""
    own = [m for g in view.groups if g.group_id > 0 for m in g.members if m.node is view.node]
    codes = [m.monitor_failures for m in own if m.monitor_failures is not None and m.is_settled]
    if not own or len(codes) < len(own):
        return None
    return not any("CS" in failures for failures in codes)


def _issu(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The words of ``information issu`` are not documented. Where they do not tell, the flags that an ISSU
    sets do: with them it is not known, without them there is no ISSU."""
    view = subject.view(node)
    own = [m for g in view.groups if g.group_id > 0 for m in g.members]
    told = view.issu.in_progress if view.issu else None
    flagged = any(m.priority == 255 or m.manual for m in own)
    words = listed(list(view.issu.events)) if view.issu else ""
    cells["issu_text"] = words or "no words of its own"
    if not view.reachable or not view.groups:
        reasons["issu_in_progress"] = subject.silence(node) or "no redundancy groups shown"
    elif told is None and flagged:
        reasons["issu_in_progress"] = "its words do not tell, but a group has priority 255 or the manual flag"
    else:
        cells["issu_in_progress"] = bool(told)


def _alarms(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    found: dict[tuple[str, str], Alarm] = {}
    for table in (state.chassis_alarms, state.system_alarms):
        for alarm in table.rows_of(node) or ():
            found[alarm.alarm_class, alarm.text] = alarm
    reason = state.chassis_alarms.reason_of(node) or state.system_alarms.reason_of(node)
    for column, text, classes in (
        ("major_alarms", "major_text", ("major", "critical")),
        ("minor_alarms", "minor_text", ("minor", "warning", "info")),
    ):
        mine = [alarm.text for alarm in found.values() if alarm.alarm_class.lower() in classes]
        cells[text] = listed(mine)
        if mine or reason is None:  # one list without an alarm says nothing while the other is missing
            cells[column] = len(mine)
        reasons[column] = reason
    strange = [
        a
        for a in found.values()
        if a.alarm_class.lower() not in ("major", "critical", "minor", "warning", "info")
    ]
    if strange:
        cells["major_alarms"] = (int(cells["major_alarms"] or 0)) + len(strange)
        cells["major_text"] = listed([f"{a.text} (class {a.alarm_class})" for a in strange])


def _people(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    logins = state.logins.rows_of(node)
    reasons["configuring"] = reasons["exclusive"] = reasons["logins"] = state.logins.reason_of(node)
    if logins is not None:
        configuring = [login for login in logins if login.is_configuring]
        cells["configuring"], cells["logins"] = len(configuring), len(logins)
        cells["configuring_text"] = listed([f"{login.user} on {login.tty}" for login in configuring])
        exclusive = [login for login in logins if login.is_exclusive]
        cells["exclusive"] = len(exclusive)
        cells["exclusive_text"] = listed([f"{login.user} on {login.tty}" for login in exclusive])
        cells["logins_text"] = listed([f"{login.user} on {login.tty}" for login in logins])
    commits = state.commits.rows_of(node)
    reasons["commit_pending"] = state.commits.reason_of(node) or "no commit shown"
    if commits:
        pending = [commit for commit in commits if commit.is_pending]
        cells["commit_pending"] = bool(pending)
        cells["commit_text"] = listed([f"{c.comment or 'commit'} by {c.user or 'unknown'}" for c in pending])
    installs = state.pending_install.rows_of(node)
    reasons["installs"] = state.pending_install.reason_of(node)
    if installs is not None:
        cells["installs"], cells["install_text"] = len(installs), listed([i.words for i in installs])
    candidate = state.candidate.rows_of(node)
    reasons["uncommitted_lines"] = state.candidate.reason_of(node)
    if candidate is not None:
        cells["uncommitted_lines"] = sum(change.lines for change in candidate)
        cells["candidate_text"] = listed([change.where for change in candidate])
    ha = state.multi_node_ha.rows_of(node)
    reasons["multi_node_ha"] = state.multi_node_ha.reason_of(node)
    if ha is not None:
        cells["multi_node_ha"] = bool(ha)
        cells["mnha_text"] = listed([f"peer {peer.peer}" for peer in ha])


def _health(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    heartbeats = state.heartbeats.rows_of(node)
    growth = [h.errors_delta for h in heartbeats or ()]
    reasons["heartbeat_errors"] = state.heartbeats.reason_of(node) or "not counted twice"
    if growth and all(delta is not None for delta in growth):
        cells["heartbeat_errors"] = sum(delta or 0 for delta in growth)
        cells["heartbeat_text"] = listed(
            [f"control link {h.link}: {h.errors} in all" for h in heartbeats or ()]
        )
    failures = state.monitoring.rows_of(node)
    reasons["failures"] = state.monitoring.reason_of(node)
    if failures is not None:
        cells["failures"] = len(failures)
        cells["failures_text"] = listed([f"{f.kind}: {f.detail}" for f in failures])
    led = state.leds.one_of(node)
    reasons["led_green"] = state.leds.reason_of(node)
    if led is not None:
        cells["led_green"] = led.colour.lower() == "green"
        cells["led_text"] = f"{led.colour} ({led.reason or 'no reason shown'})"
    _config_sync(state, node, cells, reasons)


_SYNC_BAD = ("fail", "error", "out of sync", "out-of-sync", "timeout")
_SYNC_GOOD = ("succ", "not needed", "complete", "in sync", "in-sync")


def _config_sync(state: ClusterState, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The words of the last result are not documented in full: bad words, good words, else not known."""
    told = state.config_sync.rows_of(node)
    reasons["config_synced"] = state.config_sync.reason_of(node) or "its words do not tell"
    for row in told or ():
        words = row.value.lower()
        if any(word in words for word in _SYNC_BAD):
            cells["config_synced"], cells["config_sync_text"] = False, f"{row.name}: {row.value}"
            return
        if any(word in words for word in _SYNC_GOOD):
            cells["config_synced"] = True


def _time(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    clock = state.clocks.one_of(node)
    reasons["uptime_s"] = reasons["clock_is_ntp"] = state.clocks.reason_of(node)
    if clock is not None:
        uptime = (clock.device_time - clock.booted_at).total_seconds()
        cells["uptime_s"], cells["uptime_text"] = uptime, span(uptime)
        if clock.time_source is not None:
            cells["clock_is_ntp"] = "NTP" in clock.time_source.upper()
            cells["time_source_text"] = clock.time_source
    dumps = state.core_dumps.rows_of(node)
    reasons["fresh_cores"] = state.core_dumps.reason_of(node) or "age of a core dump not shown"
    if dumps is None:
        return
    now = clock.device_time if clock else state.taken_at
    fresh = [d.path for d in dumps if d.written_at and now - d.written_at < _days(subject.rules)]
    cells["cores_text"] = listed(fresh or [dump.path for dump in dumps])
    if fresh or all(dump.written_at for dump in dumps):
        cells["fresh_cores"] = len(fresh)


def _days(rules: CheckRules) -> timedelta:
    return timedelta(days=rules.core_dump_days)
