"""The heavy state of a cluster: which RPCs are asked, of which node, and how their replies become rows.

``collect`` is the way in. Sessions, time-outs and errors of the wire belong to the rest of ``devices``;
what the rows must look like belongs to ``checks``.
"""
