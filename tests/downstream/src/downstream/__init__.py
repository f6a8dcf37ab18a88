"""A package that has coterie inside, in each language that it can be used from."""
