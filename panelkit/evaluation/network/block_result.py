"""A block model as tables: blocks with their roles, densities between them, and how far others agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.network.names import told_name, unit_names, with_period
from panelkit.evaluation.network.tie_rules import rule_named
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, listed, message, term, verbatim
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

ROLE_NAMES: dict[str, Message] = {
    "net_beneficiary": term("role of a block", "net beneficiary"),
    "bidirectional": term("role of a block", "bidirectional spillover"),
    "net_spillover": term("role of a block", "net spillover"),
    "broker": term("role of a block", "broker"),
    "": term("role of a block", "none"),
}
AGAINST: dict[str, Message] = {
    "year": message("other periods"),
    "threshold": message("other rules of ties"),
    "left_out": message("one {unit} left out"),
}
PARTS = ("roles", "densities", "members")


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockModel(Titled, Brief):
    """Blocks of one period, numbered from 1; 0 stands for units set apart.

    `counts` and `densities` (B, B) are the ties from block to block, `roles` and `expected` (B,) the role and the share
    (g_k - 1)/(g - 1) of each. `random_r2` holds what CONCOR reaches with random ties; `agreement` (`against, label,
    index`) the adjusted Rand index with blocks of other periods, of other rules of ties and without each unit.
    """

    title: Message
    year: Any
    blocks: pd.Series
    sizes: IntArray
    counts: FloatArray
    densities: FloatArray
    overall: float
    roles: tuple[str, ...]
    expected: FloatArray
    r2: float
    random_r2: FloatArray
    agreement: pd.DataFrame
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def image(self) -> IntArray:
        """Return the image matrix (B, B): 1 where a density lies above that of the whole network."""
        return np.asarray(np.nan_to_num(self.densities) > self.overall, dtype=np.int64)

    def tidy(self) -> pd.DataFrame:
        """Return one row a block: `block, size, inside, sent, received, internal, expected, role`."""
        inside = np.diag(self.counts)
        total = self.counts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            internal = np.where(total > 0, inside / total, np.nan)
        return pd.DataFrame(
            {
                "block": np.arange(1, len(self.sizes) + 1),
                "size": self.sizes,
                "inside": inside.astype(int),
                "sent": (total - inside).astype(int),
                "received": (self.counts.sum(axis=0) - inside).astype(int),
                "internal": internal,
                "expected": self.expected,
                "role": self.roles,
            }
        )

    def table(self, part: str = "roles", *, language: Language = "en") -> pd.DataFrame:
        """Return a part as the frame that is shown: "roles", "densities" or "members".

        Raises
        ------
        SpecError
            If there is no such part.
        """
        if part not in PARTS:
            raise SpecError(message("part is one of {known}, not {given!r}", known=list(PARTS), given=part))
        block = message("Block").text(language)
        if part == "densities":
            numbers = [str(one + 1) for one in range(len(self.sizes))]
            frame = pd.DataFrame(self.densities, columns=numbers)
            frame.insert(0, block, numbers)
            return frame
        if part == "members":
            return pd.DataFrame(
                {
                    block: [str(one) for one in self.tidy()["block"]],
                    message("Members").text(language): self._members(language),
                }
            )
        heads = {
            "block": message("Block"),
            "size": message("Members"),
            "inside": message("Inside"),
            "sent": message("Out"),
            "received": message("In"),
            "internal": message("Share"),
            "expected": message("Expected"),
            "role": message("Role"),
        }
        held = self.tidy()
        held = held.assign(role=[ROLE_NAMES[role].text(language) for role in self.roles])
        return held.rename(columns={key: said.text(language) for key, said in heads.items()})

    @property
    def said(self) -> tuple[Message, ...]:
        """Return the notes, those on R2 and agreement first."""
        notes = [
            message(
                "R2 of ties on the densities between blocks {r2:.3f}; CONCOR on random ties reaches {mean:.3f} "
                "(5-95 %: {low:.3f}-{high:.3f})",
                r2=self.r2,
                mean=float(np.mean(self.random_r2)),
                low=float(np.quantile(self.random_r2, 0.05)),
                high=float(np.quantile(self.random_r2, 0.95)),
            ),
            message(
                "inside, out, in: ties inside the block, sent to others and received from them; share: of the ties "
                "sent, those inside, beside (g_k - 1)/(g - 1); density of the whole network {overall:.3f}",
                overall=self.overall,
            ),
        ]
        for key, what in AGAINST.items():
            held = self.agreement[self.agreement["against"] == key]
            if len(held):
                notes.append(
                    message(
                        "adjusted Rand index with {what}: mean {mean:.2f}, least {least:.2f} ({label})",
                        what=what,
                        mean=float(held["index"].mean()),
                        least=float(held["index"].min()),
                        label=self._label(key, str(held["label"].iloc[int(held["index"].argmin())])),
                    )
                )
        return tuple(note.spoken(*self.levels) for note in (*notes, *self.notes))

    def summary(self, *, language: Language = "en") -> str:
        """Return roles, densities, members and notes as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = with_period(self.title.spoken(*self.levels).text(language), self.year)
        shown = [
            self.to_text(language=language, part=part, notes=(), caption=None)
            for part in ("roles", "densities")
        ]
        members = [
            message("Block {number}: {names}", number=number, names=names).text(language)
            for number, names in enumerate(self._lists(language), start=1)
        ]
        return "\n".join([title, "=" * cells(title), *shown, *members, *note_lines(self.said, language)])

    def _label(self, against: str, label: str) -> Message:
        """Return what other blocks differ in: a rule of ties in words, a unit by its name in the language, a period."""
        if against == "threshold":
            return rule_named(label)
        if against != "left_out":
            return verbatim(label)
        ids = tuple(self.blocks.index)
        return told_name(next(one for one in ids if str(one) == label), ids)

    def _lists(self, language: Language) -> list[list[str]]:
        names = unit_names(tuple(self.blocks.index), language)
        return [
            [names[one] for one in self.blocks.index[self.blocks == number]]
            for number in range(1, len(self.sizes) + 1)
        ]

    def _members(self, language: Language) -> list[str]:
        return [listed(names).text(language) for names in self._lists(language)]

    def _brief(self) -> str:
        return f"{self.year}: blocks of {', '.join(map(str, self.sizes))}; r2={self.r2:.3g}"

    def _frame(self, language: Language, style: dict[str, Any]) -> pd.DataFrame:
        return self.table(style.pop("part", "roles"), language=language)

    def _heading(self) -> Message:
        return self.title.spoken(*self.levels)

    def _below(self) -> tuple[Message, ...]:
        return self.said
