"""What a node answers: Junos XML made from the machine's state, and the CLI's text made from that XML."""
