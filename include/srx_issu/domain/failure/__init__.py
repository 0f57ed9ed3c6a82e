"""Every way in which an in-service upgrade can stop: its name, what is true in it, what may be done."""
