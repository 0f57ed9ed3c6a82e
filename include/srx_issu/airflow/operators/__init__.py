"""Airflow operators: unpack, call a step, hand on."""
