"""Builders that the files in dags/ compose; nothing here runs when a task runs."""
