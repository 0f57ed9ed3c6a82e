"""Every command that acts, in one table: how it is typed, its RPC, and what it does."""

from __future__ import annotations

from srx_lab.grammar import Syntax
from srx_lab.operations import chassis, files, install, software, support, system
from srx_lab.operations.operation import Operation, Run, immediate


def _flag(*names: str) -> dict[str, tuple[str, bool]]:
    return {name: (name, False) for name in names}


def _value(*names: str) -> dict[str, tuple[str, bool]]:
    return {name: (name, True) for name in names}


def _operation(
    cli: str,
    rpc: str,
    run: Run,
    *,
    options: dict[str, tuple[str, bool]] | None = None,
    positionals: tuple[str, ...] = (),
    confirm: str = "",
    preset: dict[str, str] | None = None,
) -> Operation:
    syntax = Syntax(
        words=tuple(cli.split()), rpc=rpc, options=options or {}, preset=preset or {}, positionals=positionals
    )
    return Operation(syntax=syntax, run=run, confirm=confirm)


_START_FLAGS = _flag("reboot", "no-copy", "unlink", "no-sync", "no-validate", "no-old-master-upgrade")
_ADD_FLAGS = _flag(
    "reboot", "no-copy", "no-validate", "validate", "unlink", "force", "partition", "re0", "re1"
)
_REBOOT_OPTIONS = {**_value("in", "at", "message"), **_flag("both-routing-engines")}
_HALT_OPTIONS = {**_value("in", "at", "message", "media"), **_flag("both-routing-engines")}
_SURE_HALT = "Halt the system ? [yes,no] (no) "
_SURE_REBOOT = "Reboot the system ? [yes,no] (no) "

OPERATIONS: tuple[Operation, ...] = (
    _operation(
        "request system software in-service-upgrade",
        "request-package-in-service-upgrade",
        software.start_system,
        options={**_START_FLAGS, **_value("no-tcp-syn-check")},
        positionals=("package-name",),
    ),
    _operation(
        "request vmhost software in-service-upgrade",
        "request-vmhost-package-in-service-upgrade",
        software.start_vmhost,
        options=_START_FLAGS,
        positionals=("package-name",),
    ),
    _operation(
        "request system software in-service-upgrade status",
        "request-in-service-upgrade-status",
        immediate(software.issu_status),
    ),
    _operation(
        "request vmhost software in-service-upgrade status",
        "request-vmhost-in-service-upgrade-status",
        immediate(software.issu_status),
    ),
    _operation(
        "request chassis cluster in-service-upgrade abort",
        "request-chassis-cluster-in-service-upgrade",
        immediate(software.abort),
        preset={"abort": ""},
    ),
    _operation(
        "request system software abort in-service-upgrade",
        "abort-in-service-upgrade",
        immediate(software.abort),
    ),
    _operation(
        "request vmhost software abort in-service-upgrade",
        "abort-vmhost-in-service-upgrade",
        immediate(software.abort),
    ),
    _operation(
        "request system software validate",
        "request-package-validate",
        software.validate,
        positionals=("package-name",),
    ),
    _operation(
        "request vmhost software validate",
        "request-vmhost-package-validate",
        software.validate,
        positionals=("package-name",),
    ),
    _operation(
        "request system software add",
        "request-package-add",
        install.add_system,
        options=_ADD_FLAGS,
        positionals=("package-name",),
    ),
    _operation(
        "request vmhost software add",
        "request-vmhost-package-add",
        install.add_vmhost,
        options=_ADD_FLAGS,
        positionals=("package-name",),
    ),
    _operation(
        "request system software delete-backup",
        "request-package-delete-backup",
        immediate(install.delete_backup),
    ),
    _operation(
        "request system software rollback",
        "request-package-rollback",
        immediate(software.rollback),
        options=_flag("reboot"),
    ),
    _operation(
        "request vmhost software rollback",
        "request-vmhost-package-rollback",
        immediate(software.vmhost_rollback),
        options=_flag("reboot"),
    ),
    _operation(
        "request system reboot",
        "request-reboot",
        immediate(system.reboot),
        options=_REBOOT_OPTIONS,
        confirm=_SURE_REBOOT,
    ),
    _operation(
        "request vmhost reboot",
        "request-vmhost-reboot",
        immediate(system.reboot),
        options=_REBOOT_OPTIONS,
        confirm=_SURE_REBOOT,
    ),
    _operation(
        "request system halt",
        "request-halt",
        immediate(system.halt),
        options=_HALT_OPTIONS,
        confirm=_SURE_HALT,
    ),
    _operation(
        "request vmhost halt",
        "request-vmhost-halt",
        immediate(system.halt),
        options=_HALT_OPTIONS,
        confirm=_SURE_HALT,
    ),
    _operation(
        "request chassis cluster failover",
        "request-chassis-cluster-failover",
        immediate(chassis.failover),
        options={**_value("redundancy-group"), **_flag("force")},
    ),
    _operation(
        "request chassis cluster failover reset",
        "request-chassis-cluster-failover-reset",
        immediate(chassis.failover_reset),
        options=_value("redundancy-group"),
    ),
    _operation(
        "request chassis cluster control-interface",
        "request-chassis-cluster-control-interface",
        immediate(chassis.control_interface),
        positionals=("interface", "state"),
    ),
    _operation("request security policies resync", "recover-security-policy", immediate(chassis.resync)),
    _operation(
        "request system snapshot",
        "request-snapshot",
        immediate(system.snapshot),
        options=_flag("slice", "alternate"),
    ),
    _operation(
        "request vmhost snapshot",
        "request-vmhost-snapshot",
        immediate(system.vmhost_snapshot),
        options=_flag("no-confirm"),
        confirm="warning: Existing data on the target may be lost\nProceed ? [yes,no] (no) ",
    ),
    _operation(
        "request system configuration rescue save",
        "request-save-rescue-configuration",
        immediate(system.save_rescue),
    ),
    _operation(
        "request system configuration rescue delete",
        "request-delete-rescue-configuration",
        immediate(system.delete_rescue),
    ),
    _operation(
        "show system configuration rescue",
        "get-rescue-information",
        system.show_rescue,
        options=_value("format"),
    ),
    _operation(
        "request system storage cleanup",
        "request-system-storage-cleanup",
        system.cleanup,
        options=_flag("no-confirm", "dry-run"),
        confirm="Delete these files ? [yes,no] (no) ",
    ),
    _operation(
        "show chassis high-availability information",
        "get-chassis-high-availability-information",
        chassis.multi_node_ha,
    ),
    _operation(
        "request system software pending-install",
        "request-package-checks-pending-install",
        install.pending_install,
    ),
    _operation(
        "request chassis pic",
        "request-chassis-pic",
        immediate(chassis.switch_pic),
        options={**_value("fpc-slot", "pic-slot"), **_flag("online", "offline")},
    ),
    _operation("file list", "file-list", files.list_files, options=_flag("detail"), positionals=("path",)),
    _operation(
        "set cli directory", "set-cli-working-directory", files.set_directory, positionals=("directory",)
    ),
    _operation("show cli directory", "get-cli-working-directory", files.show_directory),
    _operation("file show", "file-show", files.show_file, positionals=("filename",)),
    _operation("file delete", "file-delete", files.delete_file, positionals=("path",)),
    _operation("file delete-directory", "file-delete-directory", files.delete_file, positionals=("path",)),
    _operation("file copy", "file-copy", files.copy_file, positionals=("source", "destination")),
    _operation("file rename", "file-rename", files.rename_file, positionals=("source", "destination")),
    _operation(
        "file checksum md5", "get-checksum-information", files.checksum("md5", "MD5"), positionals=("path",)
    ),
    _operation(
        "file checksum sha1",
        "get-sha1-checksum-information",
        files.checksum("sha1", "SHA1"),
        positionals=("path",),
    ),
    _operation(
        "file checksum sha-256",
        "get-sha256-checksum-information",
        files.checksum("sha256", "SHA256"),
        positionals=("path",),
    ),
    _operation("show cli authorization", "get-authorization-information", system.authorization),
    _operation("show log", "get-log", files.show_log, positionals=("filename",)),
    _operation("request support information", "get-support-information", support.support_information),
)
