"""Putting a cluster back: plans as values, the conditions they hang on, and the next step of one."""
