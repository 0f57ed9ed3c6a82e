"""Everything that imports Airflow: connections, settings, triggers, operators, and the DAGs made of them."""
