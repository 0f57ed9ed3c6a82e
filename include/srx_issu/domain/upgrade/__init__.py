"""One upgrade: its intent, its goals, its commands, and the decision to start it."""
