# SPDX-License-Identifier: BSD-3-Clause
"""What every estimator stands on: its contract, the checks of what users pass, and model files.

What a user passes goes through `arrays` (data, weights), `columns` (their names), `labels` and `parameters` (rules);
`containers` tells tables, lazy frames and columns of vectors from arrays. `estimator` has scikit-learn's contract,
`state` says how an estimator declares what it holds once it is fitted, `exceptions` has the exceptions and the
categories of warnings, and `warnings` gives them. `model_files` saves and loads estimators, in files that `npz` writes
and reads. `random_state` makes random generators, `power_of_two` keeps squares from overflowing, `wording` turns
numbers and values into text, `atomic` writes a file in one step, `drawing` lets results draw themselves,
`public_names` reaches what higher packages define, and `optional` says how to install a library that is missing.

A check of a new kind of input is a function in the module of that kind, and a new rule for parameters goes into
`parameters`: the packages above say nothing of types and shapes.
"""
