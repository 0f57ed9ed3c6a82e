"""Rows of the failure table for the in-band cluster upgrade (ICU).

The ways back are those of Juniper's page (docs/junos.md, "ICU"): before the secondary reboots an abort on the
primary, from then on abort, rollback and reboot on the secondary, and nothing else.
"""

from __future__ import annotations

from srx_issu.domain.failure.classes import FailureClass, Permission, TrafficImpact
from srx_issu.domain.failure.facts import UNCHANGED, Facts
from srx_issu.domain.failure.situation import Situation

_BACK = "[D] abort of an ICU: abort, rollback with 'node N' and reboot, on the secondary"

ICU_FACTS: dict[FailureClass, Facts] = {
    FailureClass.ICU_INSTALL_FAILED: Facts(
        symptom="'Failed to push bundle' or 'software installation on ... failed', then 'Aborting ICU "
        "upgrade'.",
        true_now="Both nodes run the old release, and neither has rebooted. One of them may hold the image "
        "for its next boot.",
        service=TrafficImpact.UNAFFECTED,
        situations=UNCHANGED,
        permission=Permission.AUTOMATIC,
        words="What is pending is taken back. Look for room in /var/tmp on both nodes and at the links "
        "between them before the next try.",
        source="[U]; that an installed image stays pending behind a failure [U]",
    ),
    FailureClass.ICU_SECONDARY_NOT_BACK: Facts(
        symptom="'node N did not come up': the ICU has waited for the secondary in vain.",
        true_now="The primary serves alone on the old release, with the new image for its next boot. The "
        "secondary is silent, or has come back late.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=(Situation.PEER_SILENT, Situation.PEER_UPGRADED, Situation.UNCHANGED),
        permission=Permission.AUTOMATIC,
        words="Do not reboot the primary: it would come up on the new release. If the other node stays "
        "silent, go to its console: it may sit in the boot loader.",
        source=_BACK,
    ),
    FailureClass.ICU_ENDED_HALF_WAY: Facts(
        symptom="The ICU has ended; the secondary runs the new release, the primary has not rebooted.",
        true_now="Releases are mixed. The primary serves on the old release, with the new image for its next "
        "boot. Nothing is synchronised.",
        service=TrafficImpact.NOT_REDUNDANT,
        situations=(Situation.PEER_UPGRADED,),
        permission=Permission.AUTOMATIC,
        words="The secondary goes back to the old release; then what is pending on the primary is taken "
        "back.",
        source=_BACK,
    ),
    FailureClass.ICU_NOT_ENDED: Facts(
        symptom="A deadline has passed behind the secondary's reboot, and nothing shows that the ICU's "
        "command has ended.",
        true_now="Releases are mixed, or the secondary came back on the old one. The ICU may still reboot "
        "the primary at any moment.",
        service=TrafficImpact.NOT_REDUNDANT,
        permission=Permission.NEVER,
        at_most=Permission.NEVER,
        words="Look at the primary's console whether the ICU goes on. Only where it does not: on the "
        "secondary, in this order, 'request system software abort in-service-upgrade', 'request system "
        "software rollback' with 'node N', 'request system reboot'. A secondary that runs the old release "
        "is not rolled back: it would boot the new one next.",
        source=_BACK,
    ),
}
