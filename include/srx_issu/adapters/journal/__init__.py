"""What happened and who may act, in PostgreSQL, with the evidence files beside it.

Adapters of ``ports.journal``. The URL and the evidence folder come in as arguments: the composition root
and ``python -m srx_issu.adapters.journal`` read them from the environment. ``docs/journal.md`` is for
operators.
"""

from srx_issu.adapters.journal.campaign_files import CampaignFiles
from srx_issu.adapters.journal.chain_store import SqlChain, Stored
from srx_issu.adapters.journal.evidence import StoredEvidence
from srx_issu.adapters.journal.export import export_lines, read_export
from srx_issu.adapters.journal.links import Fault, Head
from srx_issu.adapters.journal.queries import EvidenceEntry, JournalQueries, LeaseChange
from srx_issu.adapters.journal.schema import migrate
from srx_issu.adapters.journal.signing import Signer, Verifier, make_key, read_signer, read_verifier
from srx_issu.adapters.journal.sql_audits import SqlAudits
from srx_issu.adapters.journal.sql_campaigns import SqlCampaigns
from srx_issu.adapters.journal.sql_journal import SqlJournal
from srx_issu.adapters.journal.sql_leases import SqlLeases
from srx_issu.adapters.journal.sql_past import SqlPastUpgrades
from srx_issu.adapters.journal.sql_staging import SqlStaging
from srx_issu.adapters.journal.verify import Verification, verify_links, verify_stored

__all__ = [
    "CampaignFiles",
    "EvidenceEntry",
    "Fault",
    "Head",
    "JournalQueries",
    "LeaseChange",
    "Signer",
    "SqlAudits",
    "SqlCampaigns",
    "SqlChain",
    "SqlJournal",
    "SqlLeases",
    "SqlPastUpgrades",
    "SqlStaging",
    "Stored",
    "StoredEvidence",
    "Verification",
    "Verifier",
    "export_lines",
    "make_key",
    "migrate",
    "read_export",
    "read_signer",
    "read_verifier",
    "verify_links",
    "verify_stored",
]
