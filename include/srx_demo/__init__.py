"""The demonstration: composes the lab and the product, which know nothing of each other."""
