"""One watcher an event loop: the nodes' sessions, looks and leases of every wait that a triggerer carries.

``watcher_of_loop()`` finds the loop's own; a wait subscribes to its cluster (``Watcher.subscribe``) and reads
it from then on. The watcher decides nothing and remembers nothing that a wait needs: it may die and be born
again at any time, and two may watch one cluster side by side.
"""

from srx_issu.airflow.watching.watcher.subscription import Subscription
from srx_issu.airflow.watching.watcher.watcher import Watcher, watcher_of_loop

__all__ = ["Subscription", "Watcher", "watcher_of_loop"]
