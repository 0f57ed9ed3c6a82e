"""How ready the whole fleet is: every cluster looked at and judged."""
