"""Airflow sensors: each names a goal and hands the waiting to the triggerer."""
