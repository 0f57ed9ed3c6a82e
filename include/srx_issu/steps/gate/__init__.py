"""The send gate: the one place that sends. See ``domain/gate/table.py`` for what may be sent when."""
