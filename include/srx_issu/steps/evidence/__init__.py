"""Evidence for Juniper's support (JTAC): what both nodes say about a failure, kept as one archive."""
