# SPDX-License-Identifier: BSD-3-Clause
"""How much is drawn: pictures draw no more, and captions say so."""

MOST_DRAWN = 30  # columns of a profile
MOST_PICTURED = 24  # clusters of a silhouette or a profile
