"""A campaign, step by step: plan, questions, waves, turns, orders, close."""
