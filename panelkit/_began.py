"""When this process began to read the source of the package: what has changed since may not be what runs."""

from __future__ import annotations

from time import time_ns

BEGAN = time_ns()
