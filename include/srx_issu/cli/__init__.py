"""``srx-issu``: the operators' command line. It speaks to Airflow's REST API with the caller's own login."""
