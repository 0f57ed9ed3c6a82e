"""Reads an inventory out of NetBox by its REST API. What the records mean is ``catalog.inventory.netbox``."""
