"""Every check on what the simulated nodes really answer, read by our own collector, without the wire."""
