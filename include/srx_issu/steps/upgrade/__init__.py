"""An upgrade, step by step: one module a step of the DAG."""
