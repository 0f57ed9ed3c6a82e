"""Who must approve what, and whether they have. Values and pure judgements; nothing is read or written."""
