"""Try the installed package out, as someone does who has just installed it beside numpy.

python ci/smoke.py
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

import coterie
from coterie import distances, hierarchy

# Milliseconds of CPU, numpy being loaded. The first is a promise; the others are 30 on one machine, and have some air.
IMPORTS = {"import coterie": 30, "from coterie import KMeans": 150, "from coterie import hierarchy": 150}

assert "site-packages" in coterie.__file__, f"not the installed package: {coterie.__file__}"
assert coterie.__version__ == version("coterie")
assert Path(coterie.__file__).with_name("py.typed").exists()

rng = np.random.RandomState(0)
means = np.array([[0, 0, 0], [20, 0, 0], [0, 20, 0]])
truth = rng.randint(3, size=20_000)
for dtype in (np.float32, np.float64):
    X = (means[truth] + rng.standard_normal((truth.size, 3))).astype(dtype)
    fits = [coterie.KMeans(n_clusters=3, random_state=0, n_jobs=n_jobs).fit(X) for n_jobs in (1, 2, 3)]
    for fit in fits:
        assert fit.labels_.tobytes() == fits[0].labels_.tobytes()
        assert fit.cluster_centers_.tobytes() == fits[0].cluster_centers_.tobytes()
        assert fit.inertia_ == fits[0].inertia_
    assert len({*zip(truth.tolist(), fits[0].labels_.tolist(), strict=True)}) == 3, "not the three groups"
    assert (fits[0].predict(X) == fits[0].labels_).all()

rows = X[:4000]
for method in ("single", "average", "ward", "centroid"):
    trees = [
        hierarchy.linkage(data, method, n_jobs=n_jobs) for data in (rows, distances.pdist(rows)) for n_jobs in (1, 2)
    ]
    assert (trees[0] == trees[1]).all(), method
    assert (trees[2] == trees[3]).all(), method
    assert np.allclose(trees[0][:, 2], trees[2][:, 2]), method
    assert hierarchy.is_valid_linkage(trees[0]), method
for Clustering in (coterie.AgglomerativeClustering, coterie.DivisiveClustering):
    labels = Clustering(n_clusters=3).fit_predict(rows[:500])
    assert len({*zip(truth[:500].tolist(), labels.tolist(), strict=True)}) == 3, "not the three groups"


def command(*arguments):
    script = shutil.which("coterie", path=str(Path(sys.executable).parent))
    return subprocess.run([script, *arguments], check=True, capture_output=True, text=True).stdout


assert coterie.__version__ in command("--version")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "points.csv")
    np.savetxt(file, X[:300], delimiter=",", header="x,y,z", comments="")
    output = command("kmeans", str(file), "-k", "3", "--seed", "0")
    assert len(output.split()) >= 300, output
    output = command("hierarchy", str(file), "-k", "3")
    assert len(output.split()) >= 300, output

for statement, budget in IMPORTS.items():
    code = f"import time, numpy; start = time.process_time(); {statement}; print(1e3 * (time.process_time() - start))"
    times = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(7)]
    print(f"{statement}: {statistics.median(times):.1f} ms of CPU on top of numpy, {budget} are allowed")
    assert statistics.median(times) <= budget

print(f"coterie {coterie.__version__} works: Python {sys.version.split()[0]}, numpy {np.__version__}, {sys.platform}")
