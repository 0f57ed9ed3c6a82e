"""Which clusters there are: the inventory as YAML, CSV or from NetBox."""
