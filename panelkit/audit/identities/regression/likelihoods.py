"""Log-likelihoods by the model that their columns name."""

from __future__ import annotations

import re

from panelkit.audit.entries import Entry, Table

MODELS = {
    "sdm": r"\bsp?dm\b|杜宾模型|spatial durbin(?! error)",
    "sdem": r"\bsdem\b|杜宾误差|durbin error",
    "sar": r"\bs(?:ar|lm)\b|空间滞后模型|空间自回归模型|spatial (?:lag|autoregressive)",
    "sem": r"\bsem\b|空间误差模型|spatial error",
    "slx": r"\bslx\b",
    "sac": r"\bsac\b|\bsarar\b",
}


def models_of(table: Table) -> dict[str, Entry]:
    """Return the log-likelihood of each model that names exactly one column."""
    found: dict[str, list[Entry]] = {}
    for one in table.of("loglik"):
        names = [name for name, said in MODELS.items() if re.search(said, one.heading, re.IGNORECASE)]
        if len(names) == 1:
            found.setdefault(names[0], []).append(one)
    return {name: held[0] for name, held in found.items() if len(held) == 1}
