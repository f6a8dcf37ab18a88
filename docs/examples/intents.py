#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Group sentences by what they ask for: many groups, each shown by the sentences in its middle, and new sentences.

    python intents.py                                                            # made-up sentences
    python intents.py embeddings_intents_minilm.npz --texts text_intents.csv.gz
    python intents.py embeddings_intents_minilm.npz -k 1000 --new 2000

Needs coterie with matplotlib: pip install matplotlib

The npz file has a row of numbers for each sentence, `X`, the number of what is asked for, `y`, and its `names`. These
intents are only used to judge the result. The csv file has a column `text` with the sentences, in the same order.

The rows are brought to length 1, so that the Euclidean distance orders pairs of sentences as the angle between them
does. Some sentences are held back. They are the new ones: `predict` says to which group each of them goes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time

import matplotlib.pyplot as plt
import numpy as np

from coterie import KMeans
from coterie.scores import adjusted_rand_score, contingency_matrix

SHOWN = 5  # groups, intents or sentences of each list
REQUESTS = {  # of the made-up sentences: the words that tell what is asked for
    "balance": "how much money is left on my account",
    "transfer": "send money to another account of a friend",
    "lost card": "my card is lost so block it",
    "new card": "when will my new card arrive by mail",
    "flight": "book a flight to the sea for two people",
    "hotel": "find a hotel near the beach with breakfast",
    "weather": "will it rain tomorrow or is there sun",
    "alarm": "wake me up at seven with the alarm",
    "music": "play the next song of this band louder",
    "recipe": "what do i need to cook soup for dinner",
    "traffic": "is the road to work jammed this morning",
    "joke": "tell me something funny about cats",
}
POLITE = ["please", "could", "you", "hello", "thanks", "i", "would", "like", "to", "know", "again", "today", "for"]


def read(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with np.load(path) as file:
        return file["X"].astype(np.float32), file["y"].astype(np.int64), file["names"]  # float16 is for storage only


def read_texts(path: str) -> np.ndarray:
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        return np.array([row["text"] for row in csv.DictReader(file)])


def make_up() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """2,400 sentences; the vector of a sentence is the sum of random vectors of its words, less for polite ones."""
    rng = np.random.default_rng(0)
    vector = {word: rng.normal(size=64) for text in REQUESTS.values() for word in text.split()}
    vector |= {word: 0.5 * rng.normal(size=64) for word in POLITE}
    y = rng.integers(len(REQUESTS), size=2_400)
    texts = []
    for request in np.array(list(REQUESTS.values()))[y]:
        words = request.split()
        some = np.sort(rng.choice(len(words), rng.integers(3, len(words)), replace=False))
        texts.append(" ".join([*rng.choice(POLITE, rng.integers(4)), *(words[i] for i in some)]))
    X = np.array([sum(vector[word] for word in text.split()) for text in texts], dtype=np.float32)
    return X, y, np.array(list(REQUESTS)), np.array(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it sentences are made up")
    parser.add_argument("--texts", help="csv or csv.gz with the sentences, which are shown with the groups")
    parser.add_argument("-k", type=int, help="number of groups (200; of made-up sentences 12)")
    parser.add_argument("--new", type=int, default=500, help="sentences to hold back, drawn at random (500)")
    parser.add_argument("--picture", default="intents.png", help="file for the picture (intents.png)")
    options = parser.parse_args()

    if options.file:
        X, y, names = read(options.file)
        texts = read_texts(options.texts) if options.texts else np.array([f"row {i}" for i in range(len(X))])
    else:
        X, y, names, texts = make_up()
    k = options.k or (200 if options.file else len(REQUESTS))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    new = np.zeros(len(X), bool)
    new[np.random.default_rng(0).choice(len(X), options.new, replace=False)] = True
    X_new, y_new, texts_new = X[new], y[new], texts[new]
    X, y, texts = X[~new], y[~new], texts[~new]
    print(f"{len(X):,} sentences, {X.shape[1]} numbers each, {len(np.unique(y))} intents; {options.new} held back\n")

    started = time.perf_counter()
    model = KMeans(k, random_state=0).fit(X)
    seconds = time.perf_counter() - started
    found = model.labels_
    counts = contingency_matrix(found, y)  # groups x intents
    sizes, numbers = counts.sum(axis=1), np.unique(y)
    shares, most = counts.max(axis=1) / sizes, names[numbers[counts.argmax(axis=1)]]
    print(f"{k} groups of {sizes.min()} to {sizes.max()} sentences, {model.n_iter_} iterations, {seconds:.1f} seconds")
    print(f"agreement with the intents (adjusted Rand index): {adjusted_rand_score(y, found):.2f}")
    purity = counts.max(axis=1).sum() / len(y)
    print(f"purity: {purity:.0%} of the sentences have the commonest intent of their group\n")

    print("share of the commonest intent  groups  sentences")
    kinds = np.digitize(shares, [0.5, 0.8, 0.95])
    for kind, words in enumerate(["less than 50%", "50 to 80%", "80 to 95%", "95% and more"]):
        print(f"{words:29}  {np.sum(kinds == kind):6}  {sizes[kinds == kind].sum():9,}")

    distances = np.linalg.norm(X - model.cluster_centers_[found], axis=1)
    print("\nThe tightest groups, and the sentences nearest to their centers:")
    for group in np.argsort(np.bincount(found, distances) / sizes, kind="stable")[:SHOWN]:
        print(f"{sizes[group]:6,} sentences, {shares[group]:4.0%} {most[group]}")
        members = np.flatnonzero(found == group)
        for row in members[np.argsort(distances[members], kind="stable")[:3]]:
            print(f'       "{texts[row]}"')
    print("\nThe largest groups of several intents:")
    mixed = np.flatnonzero(shares < 0.8)
    for group in mixed[np.argsort(-sizes[mixed], kind="stable")[:SHOWN]]:
        parts = [i for i in np.argsort(-counts[group], kind="stable")[:3] if counts[group, i]]
        words = ", ".join(f"{counts[group, i] / sizes[group]:.0%} {names[numbers[i]]}" for i in parts)
        print(f"{sizes[group]:6,} sentences: {words}")
    missing = np.setdiff1d(np.arange(len(numbers)), counts.argmax(axis=1))
    print(f"\nIntents that are the commonest of no group: {len(missing)}")
    for i in missing[np.argsort(-counts[:, missing].sum(axis=0), kind="stable")[:SHOWN]]:
        group = counts[:, i].argmax()
        print(f"{counts[:, i].sum():6,} sentences {names[numbers[i]]}, {counts[group, i]} of them with {most[group]}")

    groups = model.predict(X_new)
    right = most[groups] == names[y_new]
    print(f"\nOf {len(X_new)} new sentences, {right.mean():.0%} are put into a group whose commonest intent is theirs:")
    for row in range(min(SHOWN, len(X_new))):
        group = groups[row]
        print(f'  "{texts_new[row]}"\n      to {shares[group]:.0%} {most[group]}; it is {names[y_new[row]]}')

    rows = np.lexsort([-shares, counts.argmax(axis=1)])
    figure, ax = plt.subplots(figsize=(8, 7), layout="constrained")
    image = ax.imshow(counts[rows] / sizes[rows, np.newaxis], aspect="auto", cmap="Blues", interpolation="nearest")
    ax.set(xlabel="intent", ylabel="group", title="Of what the groups consist")
    figure.colorbar(image, label="share of the group")
    figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
