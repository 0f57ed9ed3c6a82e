"""The configuration as something that is edited: statements, what may be said, changes and differences."""
