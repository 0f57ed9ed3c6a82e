"""Recoveries against the simulator's own machine, in process and in virtual time."""
