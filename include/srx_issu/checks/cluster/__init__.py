"""The table of one row about the cluster as a whole: eligibility, what must be equal, the window."""
