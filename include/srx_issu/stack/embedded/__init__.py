"""The embedded default: PostgreSQL from its wheel and Airflow's components, started and watched as one.

It is for one machine: a trial, a test, a small fleet. Production runs the same code under Celery or
Kubernetes. Nothing here knows about devices or the lab; Airflow is run, never imported.
"""
