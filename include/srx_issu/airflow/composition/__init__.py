"""The one place where adapters are put together for a task, from connections and settings."""
