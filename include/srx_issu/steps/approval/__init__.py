"""Asking people, and reading their answers as facts of the journal."""
