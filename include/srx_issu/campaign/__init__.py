"""What a campaign decides, as pure functions: who, in which waves, when, and whether to go on.

Reading files is ``catalog``'s, carrying out ``steps`` and the DAG's. Time always comes in as an argument.
"""
