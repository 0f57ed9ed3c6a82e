"""Routes besides ISSU against small models of two nodes, with trouble at any moment."""
