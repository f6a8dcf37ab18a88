# SPDX-License-Identifier: BSD-3-Clause
"""What clusters are, in numbers and words (`profile`), whether new rows fall into them as before (`drift`), and which
rows are unusual (`outlier_scores`).

A profile: `_features` tells columns of numbers from categories and text, `_groups` orders the rows by cluster,
`_statistics` describes each feature in each group, `_words` what text tells of it, `_profile` puts this together, and
from its `_facts` come `_sentences` and `_tables`. Drift: `_models` turns a fitted model of any library into a clusterer
of coterie, `_occupation` counts and measures how rows fall into its clusters, `_drift` compares then and now,
`_drift_text` says it. `_outliers` asks `_models`, too. `_cards` lays results out for notebooks.

A new algorithm needs nothing here: it overrides what `InductiveClusterer` asks for. A new statistic of a feature goes
into `_statistics`, and a phrase for it into `_sentences`.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, kmeans  # noqa: F401
from ._drift import Drift, drift
from ._outliers import outlier_scores
from ._profile import Category, Noise, Profile, profile

__all__ = ["Category", "Drift", "Noise", "Profile", "drift", "outlier_scores", "profile"]
