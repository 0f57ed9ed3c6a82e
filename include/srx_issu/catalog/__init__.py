"""The operator's files as domain values: inventory, images, limits, support matrix, campaigns.

``load`` gives a checked ``Catalog`` or raises with every fault; ``validate`` lists faults and warnings;
``resolve`` turns a request into an Intent, ``plan_campaign`` a campaign's file into its plan. Parsing DAGs
asks for ``campaign_files`` and ``read_campaign`` alone, which open the campaigns' own files only;
``cluster_names`` and ``image_names`` are for completion.
"""

from srx_issu.catalog.campaigns.files import (
    CampaignDocument,
    campaign_file,
    campaign_files,
    check_campaign,
    check_campaigns,
    read_campaign,
)
from srx_issu.catalog.folder import VARIABLE, files_folder
from srx_issu.catalog.images import verify_image
from srx_issu.catalog.loading import Catalog, load, netbox_entry, validate
from srx_issu.catalog.names import cluster_names, image_names
from srx_issu.catalog.requests.campaign import facts, members, plan_campaign, plan_rule
from srx_issu.catalog.requests.recovery import RECOVERY_KEYS, RecoveryRequest, resolve_recovery
from srx_issu.catalog.requests.upgrade import (
    UpgradeRequest,
    check_keys,
    eligibility,
    find_cluster,
    find_image,
    resolve,
    upgrade_keys,
)

__all__ = [
    "RECOVERY_KEYS",
    "VARIABLE",
    "CampaignDocument",
    "Catalog",
    "RecoveryRequest",
    "UpgradeRequest",
    "campaign_file",
    "campaign_files",
    "check_campaign",
    "check_campaigns",
    "check_keys",
    "cluster_names",
    "eligibility",
    "facts",
    "files_folder",
    "find_cluster",
    "find_image",
    "image_names",
    "load",
    "members",
    "netbox_entry",
    "plan_campaign",
    "plan_rule",
    "read_campaign",
    "resolve",
    "resolve_recovery",
    "upgrade_keys",
    "validate",
    "verify_image",
]
