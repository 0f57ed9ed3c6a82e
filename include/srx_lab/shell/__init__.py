"""The node's Unix shell, as far as automation uses it."""
