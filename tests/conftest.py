"""For every suite: keeps the garbage collector from reading everything that was imported, again and again."""

import gc


def pytest_collection_finish() -> None:
    """Leaves alone what is there before the first test. Of what tests make, garbage is looked for less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
