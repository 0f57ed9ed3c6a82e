"""Commands that are more than a look: what each does to a node, and the table of all."""
