"""Waits: what both nodes must show, for how long, and what ends a wait early."""
