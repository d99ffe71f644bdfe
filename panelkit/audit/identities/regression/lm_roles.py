"""The LM tests of spatial lag and error."""

from __future__ import annotations

ROLES = ("lm_lag", "robust_lm_error", "lm_error", "robust_lm_lag")
