"""Units are named as the panel names them, provinces in Chinese by their Chinese names."""

from __future__ import annotations

from panelkit.audit.convention.naming import said_units


def test_provinces_have_chinese_names() -> None:
    said = said_units(["Tibet", "北京市"])
    assert [str(one) for one in said] == ["Tibet", "北京市"]
    assert [one.text("zh") for one in said] == ["西藏", "北京"]


def test_other_units_keep_their_own_names_though_a_number_is_also_the_code_of_a_province() -> None:
    assert [one.text("zh") for one in said_units([7, 11, "Tibet"])] == ["7", "11", "Tibet"]
