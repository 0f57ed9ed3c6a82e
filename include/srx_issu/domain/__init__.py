"""What is true of clusters, releases, images and upgrades. Pure: no I/O, no clock, no Airflow."""
