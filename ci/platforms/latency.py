"""How long a small fit of several threads takes beside other threads that fit: alone, and beside 1, 3 and 7 of them.

    python ci/platforms/latency.py --seconds 30

A region of parallel work hands over to helper threads and waits for them. If that waiting is slow to end, the worst
times are far above a fair share of the CPUs. Prints milliseconds, which are to be compared on one machine only.
"""

import argparse
import sys
import threading
import time

import numpy as np

import coterie


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30, help="for each number of threads")
    args = parser.parse_args()
    X = np.random.RandomState(0).normal(size=(40_000, 4))
    Y = np.random.RandomState(1).normal(size=(40_000, 4))

    def fit(X):
        coterie.KMeans(9, init=X[:9], n_init=1, max_iter=10, n_jobs=2).fit(X)

    print(f"{sys.version}; numpy {np.__version__}")
    print("other threads    fits   median     99%   worst")
    for n_others in (0, 1, 3, 7):
        end = threading.Event()

        def work(end=end):
            while not end.is_set():
                fit(Y)

        threads = [threading.Thread(target=work) for _ in range(n_others)]
        for thread in threads:
            thread.start()
        times, stop = [], time.perf_counter() + args.seconds
        while time.perf_counter() < stop:
            start = time.perf_counter()
            fit(X)
            times.append(1e3 * (time.perf_counter() - start))
        end.set()
        for thread in threads:
            thread.join()
        median, high = np.percentile(times, [50, 99])
        print(f"{n_others:13d} {len(times):7d} {median:8.1f} {high:7.1f} {max(times):7.1f}", flush=True)


if __name__ == "__main__":
    main()
