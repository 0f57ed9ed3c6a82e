"""The operator's rules: limits, checks, approvals, failures, concurrency, the support matrix."""
