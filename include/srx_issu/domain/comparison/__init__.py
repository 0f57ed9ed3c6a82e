"""Comparing two looks at a cluster: tables, tolerances, growth, differences."""
