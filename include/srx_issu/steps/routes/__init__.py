"""Carrying out a route that goes by a plan, one action at a time."""
