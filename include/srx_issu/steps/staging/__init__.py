"""Images put on nodes ahead of a campaign."""
