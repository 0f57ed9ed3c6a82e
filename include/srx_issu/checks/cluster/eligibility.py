"""May this pair of releases be upgraded on the route that was asked for? [guide: Table 1 and its exceptions;
policy/routes.yaml]"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check, NoneOf, OneOf
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import is_later, parse
from srx_issu.domain.upgrade.intent import Policy
from srx_issu.domain.upgrade.route import Allowance
from srx_issu.domain.verdict import Status

_BY_ROUTE = (Status.ERROR, Status.FAIL)  # a route that was judged for itself may lead to an older release
COLUMNS = (
    "releases_equal", "releases_text", "target_is_later", "later_text", "support", "support_text",
)  # fmt: skip


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    views = subject.snapshot.views
    silent = [f"{v.node} {subject.silence(v.node) or 'shows no release'}" for v in views if v.release is None]
    for column in ("releases_equal", "target_is_later", "support"):
        reasons[column] = "; ".join(silent)
    cells["releases_text"] = ", ".join(f"{v.node} runs {v.release or '?'}" for v in views)
    known = [v.release for v in views if v.release is not None]
    if len(known) == len(views):
        cells["releases_equal"] = known[0] == known[1]
        _order(subject, known, cells, reasons)


def _order(subject: Subject, running: list[str], cells: Row, reasons: Reasons) -> None:
    """Releases of different lines have no order; then the support matrix has judged the pair, or asks."""
    try:
        target, releases = parse(subject.intent.image.release), [parse(release) for release in running]
    except UnparsableVersion as error:
        reasons["target_is_later"] = reasons["support"] = str(error)
        return
    cells["support"], cells["support_text"] = subject.support.allowance.value, subject.support.reason
    verdicts = [is_later(target, release) for release in releases]
    later = [(verdict.status, verdict.reason) for verdict in verdicts]
    cells["later_text"] = "; ".join(dict.fromkeys(text for _, text in later))
    if subject.support.allowance is not Allowance.REFUSED:
        answered = _BY_ROUTE if subject.support.route else (Status.ERROR,)
        later = [(Status.PASS if status in answered else status, text) for status, text in later]
    if all(status is not Status.ERROR for status, _ in later):
        cells["target_is_later"] = all(status is Status.PASS for status, _ in later)
    reasons["target_is_later"] = str(cells["later_text"])


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="releases_equal",
            what="whether both releases are equal",
            table="cluster",
            column="releases_equal",
            expect=YES,
            guide=True,
            good="{releases_text}",
            bad="{releases_text}: an upgrade has stopped half way",
            limit="the same release on both nodes",
            remedy="bring both nodes to one release first (docs/runbook.md)",
        ),
        Check(
            name="release_is_later",
            what="whether the image is later than the running release",
            table="cluster",
            column="target_is_later",
            expect=YES,
            guide=True,
            good="{later_text}",
            bad="{later_text}",
            limit="later than the running release",
            remedy="an ISSU goes to a later release only; downgrades need 'request system software add'",
        ),
        Check(
            name="eligible",
            what="support for this upgrade",
            table="cluster",
            column="support",
            guide=True,
            expect=OneOf(values=(Allowance.ALLOWED.value, Allowance.ASK.value)),
            good="{support_text}",
            bad="{support_text}",
            limit="the route supported",
            remedy="see policy/support.yaml, policy/routes.yaml and the guide's Table 1",
        ),
        Check(
            name="eligibility_documented",
            what="support for this upgrade",
            table="cluster",
            column="support",
            asks=True,
            severity=Severity.WARN,
            expect=NoneOf(values=(Allowance.ASK.value,)),
            good="the support matrix decides",
            bad="{support_text}",
            limit="documented",
            remedy="a person must approve; KB17946 and the release notes tell more",
        ),
    )
