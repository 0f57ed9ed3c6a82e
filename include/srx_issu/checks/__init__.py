"""Is the cluster ready, and is everything back? Great Expectations over tidy tables of both nodes.

``check_readiness`` (readiness) and ``check_aftermath`` (aftermath) are the ways in. pandas and Great
Expectations are imported inside functions only: the import takes 5 to 9 s and is paid once a process.
"""
