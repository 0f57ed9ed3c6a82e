"""Waiting in the triggerer: one watcher a process looks at every cluster for whoever waits for it."""
