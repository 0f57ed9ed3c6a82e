"""Is the cluster ready, and is everything back? Great Expectations over tidy tables of both nodes.

``check_readiness`` (before) and ``run_post_checks`` (after the upgrade) are the entry points. pandas and
Great Expectations are imported inside functions only: the import takes 5 to 9 s and is paid once a process.
"""
