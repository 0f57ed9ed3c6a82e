"""The production layout: what ``docker-compose.yaml`` needs besides itself, and the same without Docker.

The compose file is the one description of the layout; ``native`` reads it. Nothing here knows about devices.
"""
