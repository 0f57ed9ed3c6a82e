"""Ports carried out on real things: devices on the wire, the journal in PostgreSQL, NetBox, the clock."""
