"""Days before the window: whether this software understands a cluster, and may do there what it needs.

``asking`` puts every question to both nodes and keeps the answers; ``reading`` makes rows of answers,
whether they came a moment ago or out of a bundle; ``tried`` tries what an upgrade needs. Nothing here goes
through the send gate, for nothing here changes a node but one file in /var/tmp, which is removed.
"""
