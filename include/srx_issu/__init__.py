"""Upgrades Juniper SRX chassis clusters in service (ISSU), one cluster or a fleet, on Apache Airflow."""
