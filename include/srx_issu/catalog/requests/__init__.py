"""What somebody asks for, as an intent: an upgrade, a recovery, the members of a campaign."""
