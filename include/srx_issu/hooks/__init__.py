"""Where Airflow meets the rest: connections, settings, and the one place where adapters are put together."""
