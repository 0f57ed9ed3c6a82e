"""Routes that go by a plan: the real steps against a small model of two nodes, with trouble at any moment."""
