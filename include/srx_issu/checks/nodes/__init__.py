"""The table of the two nodes, a row each: everything that a node is asked about itself."""
