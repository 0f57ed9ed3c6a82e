"""What an install, its rollback and its refusals say, by how a platform keeps its software.

SRX300 line: an SRX550 [R: ansible-junos-stdlib 261] and one with validation [R]. Staged platforms: the end
of one on an SRX4100 [T], and host-based switches [R: ansible-junos-stdlib 352]. Packages in sets: EX switches
[R]. VM hosts: an MX204 [R]. See docs/fidelity.md.
"""

from __future__ import annotations

from srx_lab.machine.software import Image
from srx_lab.platforms import SoftwareLayout

LOADER = (
    "WARNING: Package junos-install version {release} is not compatible with current loader",
    "WARNING: Automatic recovering loader, please wait ...",
    "Upgrading Loader...",
    "#####################################",
    "Verifying the loader image... OK",
    "WARNING: The new boot firmware will take effect when the system is rebooted.",
)
"""The new boot loader of 24.4R1 on the SRX300 line [R: pastebin.com/kUNtV1QM]."""

ALREADY_PENDING = (
    "ERROR: There is already an install pending.",
    "ERROR:     Use the 'request system reboot' command to complete the install,",
    "ERROR:     or the 'request system software rollback' command to back it out.",
)
"""[R] on EX; on SRX [U]."""

UPGRADE_STAGED = (
    "Pushing Junos image package to the host...",
    "There is pending upgrade. upgrade_in_progress=stage",
    "Please reboot the system to complete the installation or rollback before attempting another upgrade",
)
"""The same on host-based platforms, with a result of 0 [R: ansible-junos-stdlib 352, a QFX10000]."""

NO_STAGED_IMAGE = "There is NO image for ROLLBACK"
"""An SRX4600 [R: junos-ops]."""

CANNOT_ROLL_BACK = "WARNING: Cannot rollback, /packages/junos.old is not valid"
"""[R: py-junos-eznc 356]."""

_REBOOT = (
    "WARNING: A reboot is required to load this software correctly",
    "WARNING:     Use the 'request system reboot' command",
    "WARNING:         when software installation is complete",
)


def validation_begins(image: Image) -> tuple[str, ...]:
    return (
        f"NOTICE: Validating configuration against {image.name}.",
        "NOTICE: Use the 'no-validate' option to skip this if desired.",
    )


CHECKING = ("Checking compatibility with configuration", "Initializing...")
VALIDATED = ("Validating against /config/juniper.conf.gz", "mgd: commit complete", "Validation succeeded")
NOT_VALID = (
    "Validating against /config/juniper.conf.gz",
    "mgd: error: configuration check-out failed",
    "Validation failed",
    "ERROR: Current configuration not compatible with {path}",
)
"""[U]."""


def not_found(path: str) -> str:
    """Plain output, no error element [R: py-junos-eznc 802]."""
    return f"ERROR: package: {path} is not found or empty"


def corrupt(image: Image, damage: str) -> tuple[str, ...]:
    """[R: py-junos-eznc 864], on an EX4200."""
    return (f"gunzip: {image.path}: {damage}", f"truncated or corrupted package: {image.path}")


def no_room(image: Image, free_bytes: int) -> tuple[str, ...]:
    """[R] on a vSRX."""
    return (
        f"WARNING: This package requires {image.size // 1024}k free, but there",
        f"WARNING: is only {free_bytes // 1024}k available.",
        "WARNING: This installation attempt will be aborted.",
        f"ERROR: {_package(image)} fails requirements check",
        f"Installation failed for package '{image.path}'",
        f"WARNING: Not enough space in /var/tmp to unpack {image.name}",
        "WARNING: Use 'request system storage cleanup' and",
        "WARNING: the 'unlink' option to improve the chances of success",
    )


def foreign(image: Image, product: str) -> tuple[str, ...]:
    """[U]."""
    return (
        f"ERROR: {image.name} is not a package for {product}",
        f"Installation failed for package '{image.path}'",
    )


def failed(image: Image) -> tuple[str, ...]:
    """[U]."""
    return (f"ERROR: Installation failed for package '{image.path}'",)


def _package(image: Image) -> str:
    return image.name.removesuffix(".tgz")


def _release(image: Image) -> str:
    return image.release.text if image.release else ""


def slice_begins(device: str) -> tuple[str, ...]:
    """The other of the two root partitions is formatted: what it held is gone."""
    return (
        f"Formatting alternate root (/dev/{device})...",
        f"/dev/{device}: 588.2MB (1204616 sectors) block size 16384, fragment size 2048",
        "\tusing 4 cylinder groups of 147.06MB, 9412 blks, 18944 inodes.",
        "super-block backups (for fsck -b #) at:",
        " 32, 301216, 602400, 903584",
    )


def begins(layout: SoftwareLayout, image: Image, *, copies: bool) -> tuple[str, ...]:
    """While the package is taken apart."""
    match layout:
        case SoftwareLayout.DUAL_ROOT:
            copying = ("saving package file in /var/sw/pkg ...",) if copies else ()
            return (f"Extracting {image.path} ...", *copying)
        case SoftwareLayout.STAGED:
            return (
                "Pushing Junos image package to the host...",
                f"Installing /var/tmp/install-media-{_package(image)}.tgz",
                "Extracting the package ...",
                f"upgrade_platform: Staging the upgrade package - {_staged(image)}..",
            )
        case SoftwareLayout.SETS:
            return (f"Verified {_package(image)} signed by PackageProductionECP256_2024",)
        case SoftwareLayout.VMHOST:
            return (
                f"Verified {_package(image)} signed by PackageProductionECP256_2024",
                f"Pushing {image.name} to host ...done.",
                f"Extracting {image.name} ...done.",
            )


def _staged(image: Image) -> str:
    return f"/var/tmp/{_package(image).removesuffix('-linux')}-linux.tgz"


def installed(layout: SoftwareLayout, image: Image) -> tuple[str, ...]:
    """The end of an install that went well."""
    release = _release(image)
    match layout:
        case SoftwareLayout.DUAL_ROOT:
            return (
                f"Installing package '/altroot/cf/packages/install-tmp/junos-{release}' ...",
                f"Verified junos-boot-srxsme-{release}.tgz signed by PackageProductionECP256_2024 "
                "method ECDSA256+SHA256",
                f"JUNOS {release} will become active at next reboot",
                *_REBOOT,
                "Saving state for rollback ...",
            )
        case SoftwareLayout.STAGED:
            return (
                "upgrade_platform: Checksum verified and OK...",
                f"upgrade_platform: Staging of {_staged(image)} completed",
                "upgrade_platform: System need *REBOOT* to complete the upgrade",
                "upgrade_platform: Run upgrade_platform with option -r | --rollback to rollback the upgrade",
                "",
                "Host OS upgrade staged. Reboot the system to complete installation!",
                "",
                "WARNING:     A REBOOT IS REQUIRED TO LOAD THIS SOFTWARE CORRECTLY. Use the",
                "WARNING:     'request system reboot' command when software installation is",
                "WARNING:     complete. To abort the installation, do not reboot your system,",
                "WARNING:     instead use the 'request system software delete junos'",
                "WARNING:     command as soon as this operation completes.",
                "",
                "Saving state for rollback ...",
            )
        case SoftwareLayout.SETS:
            return (
                f"Adding {_package(image)} ...",
                "NOTICE: 'pending' set will be activated at next reboot...",
            )
        case SoftwareLayout.VMHOST:
            return (
                "A REBOOT IS REQUIRED TO LOAD THIS SOFTWARE CORRECTLY.",
                "Use the 'request vmhost reboot' command to reboot the system.",
            )


def taken_back(layout: SoftwareLayout, release: str) -> str:
    """A pending release was dropped; `release` stays."""
    match layout:
        case SoftwareLayout.DUAL_ROOT:
            return rolled_back(layout, release)
        case SoftwareLayout.STAGED:
            return "Rollback of staged upgrade succeeded"
        case SoftwareLayout.SETS:
            return "NOTICE: The 'pending' set has been removed"
        case SoftwareLayout.VMHOST:
            return f"Junos version '{release}' will become active at next reboot"


def rolled_back(layout: SoftwareLayout, release: str) -> str:
    """The release before, `release`, is what the next boot takes."""
    becomes = f"Junos version '{release}' will become active at next reboot"
    if layout is SoftwareLayout.DUAL_ROOT:
        return "\n".join(("Restoring boot file package", becomes, *_REBOOT))
    return becomes
