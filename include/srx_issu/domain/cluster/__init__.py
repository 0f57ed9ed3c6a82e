"""A cluster as its two nodes show it: states, rows of tables, phase of an ISSU, home of its groups."""
