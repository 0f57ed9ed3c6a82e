"""Pages over the journal inside Airflow's web server. Read-only, and never towards a device."""
