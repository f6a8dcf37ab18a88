"""Compiled kernels, one file for each (problem, method). They know nothing of the modules above them."""
