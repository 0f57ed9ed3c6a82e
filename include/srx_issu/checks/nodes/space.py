"""Is there room for the image in /var/tmp? [guide: double the image size, on both nodes]"""

from __future__ import annotations

from srx_issu.checks.check import AtLeastColumn, Check
from srx_issu.checks.formatting import size
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy
from srx_issu.domain.upgrade.leads_back import old_image_of
from srx_issu.domain.upgrade.space import bytes_needed, bytes_needed_at_start, bytes_there

_REMEDY = "delete old images or run 'request system storage cleanup'"

COLUMNS = ("free_bytes", "needed_bytes", "space_text", "needed_text", "at_start_bytes", "at_start_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The image needs ``disk_factor`` times its size; what of it is already there need not fit again."""
    state, image = subject.state, subject.intent.image
    factor = subject.intent.policy.limits.disk_factor
    there = bytes_there(image, state.images.rows_of(node) or ())
    old_bytes = _of_old_image(subject, node)
    needed = bytes_needed(image, factor, there) + old_bytes
    cells["needed_bytes"] = needed
    also = f", and {size(old_bytes)} for the old image" if old_bytes else ""
    already = " besides what is already there" if there else ""
    cells["needed_text"] = f"{size(needed)} ({factor:g} × image{already}{also})"
    at_start = bytes_needed_at_start(image, factor, there) + old_bytes
    cells["at_start_bytes"], cells["at_start_text"] = at_start, size(at_start)
    space = state.var_tmp.one_of(node)
    reasons["free_bytes"] = state.var_tmp.reason_of(node) or "no file system holds /var/tmp"
    if space is not None:
        cells["free_bytes"] = space.available_bytes
        cells["space_text"] = size(space.available_bytes)


def _of_old_image(subject: Subject, node: NodeName) -> int:
    """What is still to be copied of the way back, where no rollback leads there."""
    old = old_image_of(subject.intent, subject.snapshot)
    if old is None or old.image is None:
        return 0
    return old.image.size_bytes - bytes_there(old.image, subject.state.images.rows_of(node) or ())


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="var_tmp_space",
            what="free space in /var/tmp",
            table="nodes",
            column="free_bytes",
            guide=True,
            expect=AtLeastColumn(column="needed_bytes"),
            limit="{needed_text}",
            good="/var/tmp has {space_text} free, needs {needed_text}",
            bad="/var/tmp has {space_text} free, needs {needed_text}",
            remedy=_REMEDY,
        ),
        Check(
            name="var_tmp_space_at_start",
            what="free space in /var/tmp as the node may count it",
            table="nodes",
            column="free_bytes",
            expect=AtLeastColumn(column="at_start_bytes"),
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            limit="{at_start_text}",
            good="/var/tmp has {space_text} free, {at_start_text} would do for the image and room besides",
            bad="/var/tmp has {space_text} free; if the node wants the room besides the image itself, as the "
            "guide can be read, it needs {at_start_text} now and refuses the ISSU",
            remedy=_REMEDY,
        ),
    )
