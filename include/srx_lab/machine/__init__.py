"""A two-node cluster as a state machine in virtual time: no clock, no I/O, one seed.

Time is seconds since the epoch as the devices' clocks see it. `cluster.ClusterMachine` is the door;
everything else in this package is behind it.
"""
