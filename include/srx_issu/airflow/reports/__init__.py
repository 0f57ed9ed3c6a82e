"""The tasks that write a report as evidence. What is in it is decided in ``srx_issu.report``."""
