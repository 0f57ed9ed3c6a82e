"""What happened to an upgrade: typed events, the entries about them, and what is known from them."""
