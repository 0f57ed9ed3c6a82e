"""Running Airflow on machines of our own: on one (embedded), or on several (production)."""
