"""A recovery, step by step: diagnose, plan, carry out."""
