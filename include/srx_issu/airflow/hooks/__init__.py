"""Airflow's connections as the credentials of a node."""
