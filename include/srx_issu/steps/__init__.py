"""The use cases: one module a step of the DAG, a function of ports and intent. No Airflow in here."""
