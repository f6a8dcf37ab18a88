# SPDX-License-Identifier: BSD-3-Clause
"""What every estimator stands on: the estimator contract, the checks of all input, and model files.

`validation` reads arrays, labels, columns and parameters: whatever the user passes comes through it first.
`estimator` has scikit-learn's contract, `state` what a fitted estimator declares to hold, `model_files` how that is
written and read, `random_state` where random numbers come from. `power_of_two` keeps squares from overflowing,
`wording` turns numbers into text, `atomic` writes files in one step, `drawing` lets results draw themselves, and
`optional` says how to install a library that is missing.

A new check goes to the others of its kind in `validation`; the modules that call it say nothing of types and shapes.
"""
