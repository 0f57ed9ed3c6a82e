"""Clients not written here take the lab for Junos: `make test-foreign`, in an environment of their own."""
