"""Packages besides the release's own. [guide: ISSU does not support packages developed with the Junos SDK]

Whether an ISSU brings an optional package along is not documented: which ones are lost shows when the lists
of before and after are compared.
"""

from __future__ import annotations

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Package
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("extension_packages", "extension_packages_text", "optional_packages", "optional_packages_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    reasons["extension_packages"] = reasons["optional_packages"] = subject.state.packages.reason_of(node)
    installed = subject.state.packages.rows_of(node)
    if installed is None:
        return
    optional = sorted({p.name for p in installed} & subject.support.optional_packages)
    foreign = sorted({package.name for package in installed if not _is_junipers(package)})
    cells["optional_packages"], cells["optional_packages_text"] = len(optional), listed(optional)
    cells["extension_packages"], cells["extension_packages_text"] = len(foreign), listed(foreign)


def _is_junipers(package: Package) -> bool:
    """By the first word of its title, as every package of a recorded 24.4 has it."""
    return (package.title or package.name).lower().startswith("junos")


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="extension_packages",
            what="extension packages",
            table="nodes",
            column="extension_packages",
            expect=ZERO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="no package that is not Juniper's own",
            bad="{extension_packages_text} does not look like a package of Juniper's own: ISSU does not "
            "support extension packages of the Junos SDK (guide)",
            limit="none",
            remedy="remove it before the upgrade, or make sure whose it is ('show version')",
        ),
        Check(
            name="optional_packages",
            what="optional packages",
            table="nodes",
            column="optional_packages",
            expect=ZERO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="no package that is optional on this platform",
            bad="{optional_packages_text} is optional on this platform, and whether an ISSU brings it along "
            "is not documented",
            limit="none",
            remedy="have it ready to be added again; what is gone afterwards is a finding",
        ),
    )
