"""The wire: what the two nodes of a cluster say and are told. NETCONF for workers, SSH for triggers, SFTP.

One parser serves both wires (``parse``), one list of questions (``questions``), one way to make a view of a
node from the answers (``interview``). Foreign exceptions become ours in ``errors``. What the facts mean is
left to ``domain`` and ``checks``.
"""
