"""Fits while the interpreter shuts down."""

import sysconfig

import pytest
from runtime.tools import python

AT_THE_END = {
    "an object of the main module": "late = Late()",
    "an object of builtins": "import builtins; builtins.late = Late()",
    "an object of builtins, with daemons": """
    def work():
        while True:
            fit(3)

    import builtins
    builtins.late = Late()
    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    time.sleep(0.1)""",
    "an exit handler": "import atexit; atexit.register(check)",
    "a thread that outlives the main one": """
    def work():
        threading.main_thread().join()
        check()

    threading.Thread(target=work).start()""",
    "a daemon thread": """
    def work():
        while True:
            fit(3)

    threading.Thread(target=work, daemon=True).start()
    time.sleep(0.1)
    print("same", end="")""",
}


@pytest.mark.parametrize(("n_jobs_before", "n_features"), [(1, 4), (3, 4), (3, 3)])
@pytest.mark.parametrize("who", AT_THE_END)
def test_a_fit_while_the_interpreter_shuts_down(who, n_jobs_before, n_features):
    """With helpers that are gone by then, or none yet where a new thread is refused; by rows and by cells."""
    if who == "an object of the main module" and sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("without a GIL this object is deleted when all modules are empty")
    assert (
        python(
            f"""
    import threading, time
    import numpy as np
    from coterie import KMeans

    X = np.random.RandomState(0).normal(size=(200_000, {n_features}))

    def fit(n_jobs):
        return KMeans(9, init=X[:9], n_init=1, max_iter=5, n_jobs=n_jobs).fit(X).inertia_

    expected = fit({n_jobs_before})

    def check():
        print("same" if fit(3) == expected else "another", end="", flush=True)

    class Late:
        def __del__(self, check=check):
            check()

    {AT_THE_END[who]}
    """,
            timeout=40,
        )
        == "same"
    )
