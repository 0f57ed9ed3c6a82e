"""Faults of ICU, and of nodes that are installed by themselves and rebooted together."""

from __future__ import annotations

from functools import partial

from srx_lab.machine.fault_spec import R, Route, Scope, U, spec

_icu = partial(spec, route=Route.ICU)
_reboot = partial(spec, route=Route.REBOOT)

ICU_FAULTS = (
    _icu("push_fails", "the image does not reach the secondary", U, Scope.CLUSTER),
    _icu("secondary_install_fails", "the secondary cannot be installed", U, Scope.CLUSTER),
    _icu("abort_unheeded", "an abort is answered as always, and not done", U, Scope.CLUSTER),
    _icu(
        "icu_long_outage",
        "traffic passes again `seconds` after the primary went down, not after 30",
        U,
        Scope.CLUSTER,
        seconds="300",
    ),
)

IN_ICU = (
    *("var_tmp_full", "image_missing", "image_truncated", "image_corrupt", "image_wrong_platform"),
    *("validation_fails", "rg_failover_error", "secondary_reboot_fails", "node_never_comes_back"),
    *("primary_upgrade_fails", "primary_reboot_fails", "issu_dies_with_session", "boots_old_release"),
)
"""Faults of other routes that an ICU has, too."""

REBOOT_FAULTS = (
    _reboot(
        "install_refused",
        "`software add` is refused in the given `words`, as plain output",
        U,
        Scope.NODE,
        words="ERROR: Package validation failed",
    ),
    _reboot(
        "install_fails",
        "the install ends in `words` half way, with nothing pending",
        U,
        Scope.NODE,
        words="ERROR: Installation failed",
    ),
    _reboot("install_slow", "the install takes `factor` times as long", U, Scope.NODE, factor="6"),
    _reboot(
        "install_leaves_nothing_pending",
        "the install says that it went well, and the next boot takes the old release",
        U,
        Scope.SECONDARY,
    ),
    _reboot("install_dies_with_session", "the install ends when its session closes", U, Scope.NODE),
    _reboot(
        "loader_upgraded_install_fails",
        "the boot loader is replaced, then the install of 24.4R1 fails (SRX300 line)",
        R,
        Scope.NODE,
    ),
    _reboot(
        "power_lost_after_install",
        "a node loses power when its install has ended, and boots `off_s` later",
        U,
        Scope.SECONDARY,
        off_s="120",
    ),
    _reboot("pending_unnamed", "that an install is pending is said without its release", U, Scope.NODE),
    _reboot(
        "rollback_refused",
        "a rollback is answered in `words`, and what is pending stays",
        R,
        Scope.NODE,
        words="There is NO image for ROLLBACK",
    ),
    _reboot("reboot_lost", "a reboot is answered as always, and not done", U, Scope.PRIMARY),
    _reboot("reboot_unheard", "a reboot is neither done nor answered", U, Scope.PRIMARY),
    _reboot("boots_old_release", "a node comes back on the release that it ran", U, Scope.SECONDARY),
    _reboot("boot_slow", "a boot takes `factor` times as long", U, Scope.SECONDARY, factor="5"),
)

IN_REBOOT = (
    *("var_tmp_full", "image_missing", "image_truncated", "image_corrupt", "image_wrong_platform"),
    *("validation_fails", "node_never_comes_back", "node_power_off", "rollback_impossible"),
    *("reboot_answers_as_error", "reboot_reply_never_ends"),
)
"""Faults of other routes that installs and reboots have, too."""
