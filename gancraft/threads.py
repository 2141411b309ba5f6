"""How torch's threads wait for each other."""

from __future__ import annotations

import os

# Turns that a thread of GNU OpenMP spins before it sleeps. Its default spins for milliseconds: alone that gains nothing here,
# but where two programs share two cores each spins away the time that the other needs (11 times slower, measured).
SPINS = "1000"


def share_cores() -> None:
    """Let waiting threads sleep. Front ends call it before torch is imported; what the user has set counts more."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
