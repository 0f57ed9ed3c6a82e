"""The rows of the tables in ``domain.cluster.state``: one frozen record a line of what a node answered.

``None`` means the release does not show it. Names are Junos's where Junos has one. Counters are totals
since boot; ``*_delta`` is the growth between two samples and None when only one was taken.
"""

from srx_issu.domain.cluster.rows.cluster import *  # noqa: F403 - a row is named where it is defined, nowhere else
from srx_issu.domain.cluster.rows.network import *  # noqa: F403
from srx_issu.domain.cluster.rows.node import *  # noqa: F403
from srx_issu.domain.cluster.rows.security import *  # noqa: F403
