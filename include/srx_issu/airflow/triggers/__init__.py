"""Airflow triggers: they only read, have a deadline, and yield one event. No decisions about devices."""
