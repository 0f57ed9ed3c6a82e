"""Which release runs where, as it was last seen: by the newest audit, and by upgrades that ended well."""

from __future__ import annotations

from srx_issu.domain.audit import Matrix, SeenReleases
from srx_issu.ports import codec
from srx_issu.ports.audit import Audits
from srx_issu.ports.campaign import CampaignJournal

RELEASES = "releases.json"


def note_releases(audits: Audits, matrix: Matrix) -> None:
    """A small file of its own: whoever plans a campaign need not read the whole matrix."""
    found = {cluster.name: cluster.running for cluster in matrix.clusters if cluster.running}
    seen = SeenReleases(began_at=matrix.began_at, releases=found)
    audits.write(matrix.audit_id, RELEASES, codec.dumps(seen))


def last_seen_releases(campaigns: CampaignJournal, audits: Audits) -> dict[str, str]:
    """By cluster. What an upgrade has left behind counts where no audit has looked since."""
    newest = audits.newest(RELEASES)
    if not newest:
        return campaigns.releases()
    seen = codec.loads(SeenReleases, audits.read(newest[0]))
    return {**campaigns.releases(), **seen.releases, **campaigns.releases(since=seen.began_at)}
