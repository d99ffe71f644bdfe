"""Tests compute what they ask for: no verdict is kept from one to the next."""

from __future__ import annotations

import os

os.environ["PANELKIT_CACHE"] = "off"
