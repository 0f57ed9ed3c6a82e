"""`show system ...`."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from srx_lab.machine.gauges import busy_percent
from srx_lab.machine.words import GroupState
from srx_lab.markup import Element, leaf, node, padded
from srx_lab.replies import text
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene, User
from srx_lab.replies.when import clock_of, dated, long_date, short_span, uptime_span

_BLOCK = 512


def uptime(scene: Scene, query: Query) -> Element:
    """Only the RG0 primary has protocols-started-time [R]."""
    here, world = scene.here, scene.world
    now, booted = clock_of(world, scene.node), clock_of(world, scene.node, here.booted_at)
    users = len(scene.users_of(scene.node))
    return node(
        "system-uptime-information",
        node("current-time", dated("date-time", now)),
        leaf("time-source", " NTP CLOCK "),
        node("system-booted-time", dated("date-time", booted), _span(now - booted)),
        _protocols_started(scene, now),
        _last_configured(scene, now),
        node(
            "uptime-information",
            leaf("date-time", _clock_face(now), junos_seconds=str(int(now))),
            leaf("up-time", uptime_span(now - booted), junos_seconds=str(int(now - booted))),
            leaf("active-user-count", users, junos_format=f"{users} users"),
            *_loads(scene),
            leaf("user-table"),
        ),
        ns=scene.ns("junos"),
    )


def _span(seconds: float) -> Element:
    return leaf("time-length", short_span(seconds), junos_seconds=str(int(seconds)))


def _clock_face(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%I:%M%p").lstrip("0")


def _loads(scene: Scene) -> Iterator[Element]:
    load = busy_percent(scene.world, scene.node, span=12) / 30
    for minutes in (1, 5, 15):
        yield leaf(f"load-average-{minutes}", f"{load:.2f}")


def _protocols_started(scene: Scene, now: float) -> Element | None:
    held = scene.here.groups[0]
    if held.state is not GroupState.PRIMARY:
        return None
    started = clock_of(scene.world, scene.node, held.history[-1].at if held.history else scene.here.joined_at)
    return node("protocols-started-time", dated("date-time", started), _span(now - started))


def _last_configured(scene: Scene, now: float) -> Element | None:
    commits = scene.here.configuration.commits
    if not commits:
        return None
    at = clock_of(scene.world, scene.node, commits[0].at)
    return node(
        "last-configured-time", dated("date-time", at), _span(now - at), leaf("user", commits[0].user)
    )


def storage(scene: Scene, query: Query) -> Element:
    """Blocks of 512 bytes, readable form beside them; /var/tmp lies on /.mount/var [U for the device]."""
    total_mb = scene.spec.disk.var_mb
    free = scene.world.free_bytes(scene.node)
    return node(
        "system-storage-information",
        _filesystem("/dev/gpt/junos", 13_268 * 2048, 10_017 * 2048, "/.mount"),
        _filesystem("tmpfs", 1_488_712, 1_488_664, "/.mount/tmp"),
        _filesystem("/dev/gpt/var", total_mb * 2048, free // _BLOCK, "/.mount/var"),
        _filesystem("tmpfs", 1_377_440, 1_375_152, "/.mount/mfs"),
        junos_style="brief",
    )


def _filesystem(name: str, total: int, available: int, mount: str) -> Element:
    available = max(0, available)
    used = total - available
    return node(
        "filesystem",
        padded("filesystem-name", name),
        padded("total-blocks", total, junos_format=readable(total)),
        padded("used-blocks", used, junos_format=readable(used)),
        padded("available-blocks", available, junos_format=readable(available)),
        padded("used-percent", f"{used * 100 // total if total else 0:3d}"),
        padded("mounted-on", mount),
    )


def readable(blocks: int) -> str:
    """`9.8G`, `671M`, `24K` as df -h prints blocks of 512 bytes."""
    size = float(blocks * _BLOCK)
    for unit in "BKMGT":
        if size < 1024 or unit == "T":
            return f"{size:.1f}{unit}" if size < 10 and unit != "B" else f"{size:.0f}{unit}"
        size /= 1024
    return ""


def processes(scene: Scene, query: Query) -> Element:
    names = ("jsrpd", "chassisd", "mgd", "sshd", "flowd_octeon_hm", "nsd", "kmd", "idpd", "ksyncd", "rpd")
    running = names if scene.here.state_of(0) is GroupState.PRIMARY else names[:-1]
    rows = [
        f"{2100 + 17 * index:5d}  ??  S      0:0{index}.42 /usr/sbin/{name}"
        for index, name in enumerate(running)
    ]
    return leaf("output", "\n".join(("  PID  TT  STAT      TIME COMMAND", *rows)), padded=True)


def core_dumps(scene: Scene, query: Query) -> Element:
    """Files found, or the shell's complaint when there is none [R]."""
    if not scene.here.cores:
        return leaf("output", "/var/crash/*core*: No such file or directory\n"
                    "/var/tmp/*core*: No such file or directory", padded=True)  # fmt: skip
    return node(
        "directory-list",
        node(
            "directory",
            *(
                node(
                    "file-information",
                    leaf("file-name", core.path),
                    leaf("file-size", core.size),
                    leaf("file-date", long_date(clock_of(scene.world, scene.node, core.at))),
                )
                for core in scene.here.cores
            ),
            leaf("total-files", len(scene.here.cores)),
        ),
        ns=scene.ns("junos"),
    )


def users(scene: Scene, query: Query) -> Element:
    now = clock_of(scene.world, scene.node)
    local = scene.users_of(scene.node)
    return node(
        "system-users-information",
        node(
            "uptime-information",
            leaf("date-time", _clock_face(now), junos_seconds=str(int(now))),
            leaf("up-time", uptime_span(scene.now - scene.here.booted_at)),
            leaf("active-user-count", len(local), junos_format=f"{len(local)} users"),
            *_loads(scene),
            node(
                "user-table",
                *(_user(each, index) for index, each in enumerate(local)),
            ),
        ),
        ns=scene.ns("junos"),
    )


def _user(user: User, index: int) -> Element:
    return node(
        "user-entry",
        leaf("user", user.name),
        leaf("tty", f"pts/{index}"),
        leaf("from", user.client),
        leaf("login-time", _clock_face(user.since), junos_seconds=str(int(user.since))),
        leaf("idle-time", "-", junos_seconds="0"),
        leaf("command", user.command),
    )


def commits(scene: Scene, query: Query) -> Element:
    return node(
        "commit-information",
        *(
            node(
                "commit-history",
                leaf("sequence-number", index),
                leaf("user", record.user),
                leaf("client", record.client),
                dated("date-time", clock_of(scene.world, scene.node, record.at)),
                _remark(record.comment),
            )
            for index, record in enumerate(scene.here.configuration.commits)
        ),
        ns=scene.ns("junos"),
    )


def _remark(comment: str) -> Element | None:
    """`comment` is Junos's own remark, `log` the user's [R: what NAPALM reads]."""
    if not comment:
        return None
    return leaf("comment" if comment.startswith("commit confirmed") else "log", comment)


def revision(scene: Scene, query: Query) -> Element:
    """The newest commit; its name has its second and place in the history."""
    record = scene.here.configuration.commits[0]
    return node(
        "commit-revision-information",
        leaf("revision", f"re0-{int(record.at)}-{len(scene.here.configuration.commits)}"),
        leaf("user", record.user),
        leaf("client", record.client),
        dated("date-time", clock_of(scene.world, scene.node, record.at)),
        _remark(record.comment),
        ns=scene.ns("junos"),
    )


def licenses(scene: Scene, query: Query) -> Element:
    features = ("idp-sig", "appid-sig", "remote-access-ipsec-vpn-client")
    ends = scene.world.fault("license_ends", scene.node)
    end_at = None if ends is None else clock_of(scene.world, scene.node) + ends.number("in_s")
    usage = node(
        "license-usage-summary",
        *(
            node(
                "feature-summary",
                leaf("name", name),
                leaf("licensed", 1),
                leaf("used-licensed", 1),
                leaf("needed", 0),
                *_validity(end_at if name == features[0] else None),
            )
            for name in features
        ),
        ns=scene.ns("junos-license"),
    )
    return node("license-summary-information", usage, ns=scene.ns("junos-license"))


def _validity(end_at: float | None) -> tuple[Element, ...]:
    if end_at is None:
        return (leaf("validity-type", "permanent"),)
    return (leaf("validity-type", "date-based"), dated("end-date", end_at))


SHOWS = (
    read_only("show system uptime", "get-system-uptime-information", uptime, text.uptime),
    read_only(
        "show system storage",
        "get-system-storage",
        storage,
        text.storage,
        options={"detail": ("detail", False)},
    ),
    read_only(
        "show system processes",
        "get-system-process-information",
        processes,
        text.output,
        options={name: (name, False) for name in ("extensive", "detail", "wide", "brief", "summary")},
    ),
    read_only("show system core-dumps", "get-system-core-dumps", core_dumps, text.directory),
    read_only("show system users", "get-system-users-information", users),
    read_only("show system commit", "get-commit-information", commits, text.commits, forwarded=False),
    read_only(
        "show system commit revision",
        "get-commit-revision-information",
        revision,
        forwarded=False,
        options={"detail": ("detail", False)},
    ),
    read_only("show system license", "get-license-summary-information", licenses, forwarded=False),
)
