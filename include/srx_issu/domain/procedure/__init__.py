"""What is sent to a cluster step by step, as data: actions, conditions, stop rules, and what is next."""
