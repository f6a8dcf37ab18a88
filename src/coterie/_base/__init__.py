# SPDX-License-Identifier: BSD-3-Clause
"""What every estimator stands on: its contract, the checks of what users pass, and model files.

What a user passes goes through `arrays` (data, weights), `tables` (a package: columns, their names, what they are, and
how categories become numbers), `labels` and `parameters` (rules); `containers` tells tables, lazy frames and columns of
vectors from arrays. `estimator` has scikit-learn's contract, `clusterer` what is asked of a fitted clusterer of any
algorithm and what several of them share, and `state` how an estimator declares what it holds once it is fitted.
`exceptions` has the exceptions and the categories of warnings, and `warnings` gives them. `model_files` saves and loads
estimators, in files that `npz` writes and reads. `random_state` makes random generators, `power_of_two` keeps squares
from overflowing (the kernel `magnitude` tells the largest number, and for `arrays` whether all are finite), the kernel
`labels` numbers whole numbers, `blocks` cuts rows into blocks, `wording` turns numbers and values into text, `layout`
puts text into lines and columns, `html` makes elements of HTML, `notebook` and `charts` say how results look in
notebooks, `atomic` writes a file in one step, `drawing` lets results draw themselves, `public_names` reaches what
higher packages define, `optional` says how to install a library that is missing, and `typing` has types for type
checkers alone.

A check of a new kind of input is a function in the module of that kind, and a new rule for parameters goes into
`parameters`: the packages above say nothing of types and shapes. A new clusterer is a subclass of `Clusterer`, or of
`InductiveClusterer` if it assigns new rows.
"""
