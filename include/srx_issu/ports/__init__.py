"""What steps need of the world, as small Protocols. Adapters: ``devices``, ``journal``, ``catalog``."""
