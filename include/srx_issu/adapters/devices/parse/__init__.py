"""Junos XML and CLI text to domain values. Pure: an element in, a value or one of our exceptions out.

Elements have passed ``reply.parse_reply``: no namespaces in names, no entities, no comments.
"""
