"""Routes that go by a plan."""
