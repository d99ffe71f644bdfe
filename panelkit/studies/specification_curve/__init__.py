"""The specification curve: every defensible regression of a question, fitted as one batched computation."""

from panelkit.studies.specification_curve.choices import Sample
from panelkit.studies.specification_curve.spec import SpecificationCurve, control_sets

__all__ = ["Sample", "SpecificationCurve", "control_sets"]
