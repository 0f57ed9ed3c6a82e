"""The tables of the redundancy groups: each member as each node sees it, and who claims to be primary."""
