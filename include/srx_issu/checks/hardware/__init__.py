"""The tables of parts: links between the nodes, PICs, SPUs, packet forwarding engines; a row each."""
