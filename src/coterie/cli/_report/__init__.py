# SPDX-License-Identifier: BSD-3-Clause
"""The page of `coterie report`.

findings        what is tried on the data: scaling, numbers of clusters, densities
recommending    which clustering to take, with reasons and doubts
chapters        what the page says
drawing         its pictures
repeating       the commands and the programme that give the same result
page            HTML
"""
