"""Who is who in weights: ids given, labels of frames and files, and bare numbers that are refused."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import panelkit as pk
from panelkit import DataError, SpecError
from panelkit.models.spatial.sensitivity import rolling
from panelkit.spatial import provincial
from panelkit.spatial.moran import local_moran, moran
from panelkit.spatial.weights import Weights, as_weights
from tests.spatial.data import simulate

NAMES = ["北京", "天津", "河北", "山西"]
ORDER = ["河北", "北京", "山西", "天津"]


def links() -> np.ndarray:
    """Return an asymmetric 0/1 matrix without unit row sums, so that transposition, order and scaling all show."""
    return np.array([[0, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 0]], dtype=float)


def square(names: list[Any] = NAMES) -> pd.DataFrame:
    return pd.DataFrame(links(), index=names, columns=names)


def by_name(w: Weights) -> pd.DataFrame:
    return pd.DataFrame(w.matrix.toarray(), index=list(w.ids), columns=list(w.ids)).loc[NAMES, NAMES]


def test_a_numbered_frame_takes_the_ids_and_is_refused_without() -> None:
    for frame in (
        pd.DataFrame(links()),
        pd.DataFrame(links(), index=[1, 2, 3, 4], columns=[1, 2, 3, 4]),
        pd.DataFrame(links(), index=list("1234"), columns=list("1234")),
        pd.DataFrame(links(), columns=["V1", "V2", "V3", "V4"]),
        pd.DataFrame(links(), index=[1, 2, 3, 4], columns=["w1", "w2", "w3", "w4"]),
    ):
        w = as_weights(frame, NAMES)
        assert w.ids == tuple(NAMES)
        assert np.array_equal(w.matrix.toarray(), links())
        with pytest.raises(SpecError, match=r"ids=\[.*frame.index = frame.columns") as error:
            as_weights(frame)
        assert "who is who" in str(error.value)


def test_numbers_that_are_the_ids_are_told_by_giving_them() -> None:
    frame = pd.DataFrame(links(), index=[1, 2, 3, 4], columns=[1, 2, 3, 4])
    w = as_weights(frame, [4, 3, 2, 1])  # labels of its own: ids= chooses the order
    assert w.ids == (4, 3, 2, 1)
    assert np.array_equal(w.matrix.toarray(), links()[::-1, ::-1])
    shuffled = frame.loc[[2, 4, 1, 3]]  # not counted in order: these are labels
    turned = pd.DataFrame(links())[[1, 3, 0, 2]]
    assert np.array_equal(as_weights(turned).aligned(range(4)).matrix.toarray(), links())
    assert np.array_equal(as_weights(shuffled).aligned([1, 2, 3, 4]).matrix.toarray(), links())


def test_ids_beside_labels_reorder_or_are_refused() -> None:
    w = as_weights(square(), ORDER)
    assert w.ids == tuple(ORDER)
    pd.testing.assert_frame_equal(by_name(w), square())
    with pytest.raises(DataError, match="only in ids= 上海; only in the weights 山西"):
        as_weights(square(), [*NAMES[:3], "上海"])
    with pytest.raises(DataError, match="only in the weights 山西"):
        as_weights(square(), NAMES[:3])
    with pytest.raises(DataError, match="twice in ids=: 北京"):
        as_weights(square(), ["北京", *NAMES])
    held = as_weights(square())
    pd.testing.assert_frame_equal(by_name(as_weights(held, ORDER)), square())
    with pytest.raises(DataError, match="ids="):
        as_weights(held, NAMES[:3])
    with pytest.raises(SpecError, match="not the text"):
        as_weights(links(), "abcd")


def test_labels_on_one_side_serve_both_and_it_is_said() -> None:
    one = pd.DataFrame(links(), columns=NAMES)
    other = pd.DataFrame(links(), index=NAMES)
    for frame in (one, other):
        w = as_weights(frame)
        pd.testing.assert_frame_equal(by_name(w), square())
        assert any("carry no names" in note for note in w.notes)
    inside = square().reset_index()  # the names stand in the first column
    pd.testing.assert_frame_equal(by_name(as_weights(inside)), square())


def test_networks_of_libpysal_that_only_count_take_the_ids() -> None:
    libpysal = pytest.importorskip("libpysal")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = libpysal.weights.util.full2W(links())
    assert by_name(as_weights(network, NAMES)).equals(square())
    assert as_weights(network, [3, 2, 1, 0]).ids == (3, 2, 1, 0)
    assert np.array_equal(as_weights(network, [3, 2, 1, 0]).matrix.toarray(), links()[::-1, ::-1])
    graph = as_weights(square()).to_graph()
    pd.testing.assert_frame_equal(by_name(as_weights(graph, ORDER)), square())
    with pytest.raises(DataError, match="with 3 ids"):
        as_weights(network, NAMES[:3])
    with pytest.raises(DataError, match="only in the weights 山西"):
        as_weights(graph, NAMES[:3])


def test_frames_of_other_libraries() -> None:
    polars = pytest.importorskip("polars")
    cells = {name: links()[:, j] for j, name in enumerate(NAMES)}
    assert by_name(as_weights(polars.DataFrame({"省份": NAMES, **cells}))).equals(square())
    assert by_name(as_weights(polars.DataFrame(cells))).equals(square())
    with pytest.raises(DataError, match="collect"):
        as_weights(polars.DataFrame(cells).lazy())
    with pytest.raises(DataError, match="one pandas series.*pandas.DataFrame"):
        moran(panel_of_two()[["y"]], provincial.contiguity())  # type: ignore[arg-type]


def test_labels_that_disagree_are_named() -> None:
    with pytest.raises(DataError, match="only in rows 山西, only in columns 上海"):
        as_weights(square().rename(columns={"山西": "上海"}))
    with pytest.raises(DataError, match="only in columns 山西"):
        as_weights(square().iloc[:3])
    with pytest.raises(DataError, match="twice in the rows: 北京"):
        as_weights(square().rename(index={"山西": "北京"}))
    with pytest.raises(DataError, match="label is missing in the rows"):
        as_weights(square().rename(index={"山西": None}))
    with pytest.raises(DataError, match="4 rows and 3 columns"):
        as_weights(pd.DataFrame(links()[:, :3]), NAMES)
    for matrix in (links()[:, :3], links()[0], links()[None]):
        with pytest.raises(DataError, match="square"):
            as_weights(matrix, NAMES)
    with pytest.raises(DataError, match="with 3 ids"):
        as_weights(links(), NAMES[:3])


def test_wrong_cells_are_named() -> None:
    for value, words in (
        (np.nan, "missing or infinite weights: 北京 - 河北"),
        (-1.0, "negative weights: 北京 - 河北"),
    ):
        frame = square()
        frame.loc["北京", "河北"] = value
        with pytest.raises(DataError, match=words):
            as_weights(frame)
    gap = square().astype("Float64")
    gap.loc["北京", "河北"] = pd.NA
    with pytest.raises(DataError, match="missing or infinite weights: 北京 - 河北"):
        as_weights(gap)
    with pytest.raises(DataError, match="real numbers.*'yes'"):
        as_weights(square().astype(object).replace(1.0, "yes"))
    with pytest.raises(DataError, match="no units"):
        as_weights(np.empty((0, 0)), [])


CODES: list[tuple[list[Any], list[Any]]] = [
    ([110000, 120000, 130000, 140000], ["110000", "120000", "130000", "140000"]),
    (["110000", "120000", "130000", "140000"], [110000, 120000, 130000, 140000]),
    ([110000.0, 120000.0, 130000.0, 140000.0], ["110000", "120000", "130000", "140000"]),
    (["1001", "1003", "1005", "1007"], ["01001", "01003", "01005", "01007"]),
    ([17, 19, 23, 29], ["17", "19", "23", "29"]),
]


@pytest.mark.parametrize(("own", "theirs"), CODES)
def test_numeric_ids_match_across_text_and_numbers(own: list[Any], theirs: list[Any]) -> None:
    w = as_weights(square(own))
    reverse = theirs[::-1]
    assert w.aligned(reverse).ids == tuple(reverse)
    assert np.array_equal(w.aligned(reverse).matrix.toarray(), links()[::-1, ::-1])
    assert np.array_equal(w.subset(theirs[:2]).matrix.toarray(), links()[:2, :2])
    assert as_weights(square(own), reverse).ids == tuple(reverse)
    assert provincial.match_labels(w, theirs).ids == tuple(theirs)
    mixed = square(own)
    mixed.columns = pd.Index(theirs)
    assert np.array_equal(as_weights(mixed).matrix.toarray(), links())


def test_texts_that_differ_only_as_numbers_stay_apart() -> None:
    w = as_weights(square(["1", "01", "2", "3"]))
    assert w.aligned(["01", "1", "2", "3"]).ids == ("01", "1", "2", "3")
    with pytest.raises(DataError, match="in the panel but not in the weights: 1"):
        w.aligned([1, "01", "2", "3"])


def test_a_fit_meets_numeric_ids_in_any_writing() -> None:
    ids = [int(code) for code in provincial.contiguity(labels="adcode").ids]
    w = provincial.contiguity(labels="adcode")
    data = simulate(w, 6, np.random.default_rng(3), rho=0.4)
    fit = pk.SpatialPanel("y ~ x1", "sar").fit(data, w)
    text = as_weights(pd.DataFrame(w.matrix.toarray(), index=map(str, ids), columns=map(str, ids)))
    assert pk.SpatialPanel("y ~ x1", "sar").fit(data, text).rho == pytest.approx(fit.rho, abs=1e-12)
    names = provincial.contiguity()  # English names against codes
    assert pk.SpatialPanel("y ~ x1", "sar").fit(data, names).rho == pytest.approx(fit.rho, abs=1e-12)


def write_csv(frame: pd.DataFrame, path: Path, **options: Any) -> Path:
    frame.to_csv(path, **options)
    return path


def test_csv_files(tmp_path: Path) -> None:
    one_side = {"header and index": {}, "header": {"index": False}, "index": {"header": False}}
    for name, options in one_side.items():
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            for mark in (",", ";", "\t"):
                path = write_csv(
                    square(), tmp_path / f"{name} {encoding}.csv", sep=mark, encoding=encoding, **options
                )
                pd.testing.assert_frame_equal(by_name(as_weights(path)), square())
    codes = [110000, 120000, 130000, 140000]
    for options in one_side.values():
        path = write_csv(square(codes), tmp_path / "codes.csv", **options)
        assert np.array_equal(as_weights(path).aligned(codes).matrix.toarray(), links())
        assert as_weights(path, NAMES[:0] + list(reversed(codes))).ids == tuple(reversed(codes))
    bare = write_csv(square(), tmp_path / "bare.csv", header=False, index=False)
    assert by_name(as_weights(bare, NAMES)).equals(square())
    with pytest.raises(SpecError, match=r"ids=\["):
        as_weights(bare)
    numbered = write_csv(pd.DataFrame(links()), tmp_path / "numbered.csv")
    assert by_name(as_weights(numbered, NAMES)).equals(square())
    with pytest.raises(SpecError, match=r"ids=\["):
        as_weights(numbered)
    (tmp_path / "blanks.txt").write_text("\n".join(" ".join(map(str, row)) for row in links()))
    assert by_name(as_weights(tmp_path / "blanks.txt", NAMES)).equals(square())
    pairs = by_name(as_weights(square())).stack()
    pairs = pairs[pairs > 0].rename_axis(["focal", "neighbor"]).rename("weight").reset_index()
    path = write_csv(pairs, tmp_path / "links.csv", index=False, encoding="gb18030")
    pd.testing.assert_frame_equal(by_name(as_weights(path)), square())
    assert as_weights(path, [*ORDER, "上海"]).islands == (
        "上海",
    )  # a unit without links is told by ids= alone
    with pytest.raises(DataError, match="units that ids= lacks: 山西"):
        as_weights(path, NAMES[:3])


@pytest.mark.parametrize("kind", ["xlsx", "dta"])
def test_workbooks_and_stata_files(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"w.{kind}"

    def write(frame: pd.DataFrame, *, index: bool, header: bool = True) -> Path:
        if kind == "xlsx":
            frame.to_excel(path, index=index, header=header)
        else:
            (frame.reset_index(names="id") if index else frame).to_stata(path, write_index=False, version=118)
        return path

    pd.testing.assert_frame_equal(by_name(as_weights(write(square(), index=True))), square())
    pd.testing.assert_frame_equal(by_name(as_weights(write(square(), index=False))), square())
    bare = pd.DataFrame(links(), columns=["w1", "w2", "w3", "w4"])
    write(bare, index=False, header=False)
    assert by_name(as_weights(path, NAMES)).equals(square())
    with pytest.raises(SpecError, match=r"ids=\["):
        as_weights(path)
    path.write_bytes(b"no table at all")
    with pytest.raises(DataError, match=f"w.{kind} cannot be read as weights"):
        as_weights(path)


def test_files_that_hold_no_weights(tmp_path: Path) -> None:
    cases: list[tuple[str, bytes, str]] = [
        ("empty.csv", b"", "empty"),
        ("ragged.csv", b"0,1\n1,0,5,6,7\n", "cannot be read|square"),
        ("wide.csv", b"0,1,1,1\n1,0,1,1\n", "2 lines of 4 cells"),
        ("noise.csv", b"\xff\xff\x00\x81", "no known encoding"),
        ("words.csv", b"a,b\nb,c\n", "real numbers|own neighbour|only in"),
    ]
    for name, content, words in cases:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=words):
            as_weights(tmp_path / name, ["a", "b"])
    (tmp_path / "w.docx").write_bytes(b"")
    with pytest.raises(SpecError, match=r"\.csv, \.txt, \.xlsx, \.xls, \.dta, \.gal and \.gwt"):
        as_weights(tmp_path / "w.docx")
    with pytest.raises(DataError, match="no weights file"):
        as_weights(tmp_path / "nowhere.csv")


def raw_and_row() -> tuple[Weights, Weights, Weights]:
    """Return contiguity unmarked, row-standardised, and kept as given."""
    given = provincial.contiguity(normalisation="none")
    raw = Weights(given.matrix, given.ids, "contiguity")
    return raw, provincial.contiguity(), given


def doors(data: pd.DataFrame) -> dict[str, Callable[[Any], np.ndarray]]:
    """Return every Python door that takes weights, each as numbers that move with their scale."""
    f, first = "y ~ x1", data.xs(2001, level=1)
    panel = {
        model: (lambda w, m=model: np.asarray(pk.SpatialPanel(f, m, "unit").fit(data, w).params))  # type: ignore[misc]
        for model in ("sar", "sem", "sdm", "slx", "sdem")
    }
    sdm = pk.SpatialPanel(f, "sdm", "unit")
    return {
        **panel,
        "w_durbin": lambda w: np.asarray(
            pk.SpatialPanel(f, "slx", "unit").fit(data, provincial.nearest(3), w_durbin=w).params
        ),
        "w_error": lambda w: np.asarray(
            pk.SpatialPanel(f, "sem", "unit").fit(data, provincial.nearest(3), w_error=w).params
        ),
        "dynamic": lambda w: np.asarray(pk.DynamicSpatialPanel(f, "sar", effects="unit").fit(data, w).params),
        "random": lambda w: np.asarray(pk.SpatialRandomEffects(f, "sar").fit(data, w).params),
        "cross-section": lambda w: np.asarray(pk.SpatialCrossSection(f, "sar").fit(first, w).params),
        "mediation": lambda w: np.asarray(
            pk.SpatialMediation("y", "x1", "x2", effects="unit").fit(data, w, reps=50, rng=1).params
        ),
        "lm": lambda w: np.array(
            [test.statistic for test in pk.spatial_lm_tests(f, data, w, effects="unit")]
        ),
        "hausman": lambda w: np.array(
            [test.statistic for test in pk.spatial_hausman(pk.SpatialRandomEffects(f, "sar"), data, w)]
        ),
        "select": lambda w: pk.select_model(sdm, data, w).table()["statistic"].to_numpy(float),
        "sensitivity": lambda w: pk.weights_sensitivity(sdm, data, {"w": w}).table["rho"].to_numpy(float),
        "placebo": lambda w: pk.placebo(sdm, data, w, permutations=19).observed.to_numpy(),
        "moran": lambda w: moran(data["y"], w, permutations=19)["variance"].to_numpy(),
        "local_moran": lambda w: (
            local_moran(data["y"], w, permutations=19).table["lag"].sort_index().to_numpy()
        ),
    }


def panel_of_two() -> pd.DataFrame:
    return simulate(
        provincial.contiguity(), 6, np.random.default_rng(5), rho=0.3, beta=(1.0, 0.5), theta=(0.5, 0.0)
    )


@pytest.mark.parametrize("door", list(doors(panel_of_two())))
def test_every_door_standardises_rows_unless_told_otherwise(door: str) -> None:
    raw, row, given = raw_and_row()
    value = doors(panel_of_two())[door]
    by_default, standardised, kept = value(raw), value(row), value(given)
    assert np.allclose(by_default, standardised, rtol=1e-9, atol=1e-12)  # the same matrix, scaled twice over
    assert not np.allclose(kept, standardised, rtol=1e-4)


def test_the_table_says_which() -> None:
    raw, row, given = raw_and_row()
    data = panel_of_two()
    spec = pk.SpatialPanel("y ~ x1", "sar", "unit")
    for w, words in (
        (raw, "weights contiguity: row-standardised"),
        (row, "weights contiguity: row-standardised"),
        (given, "weights contiguity: as given, not normalised"),
        (given.normalised("spectral"), "weights contiguity: divided by the largest eigenvalue"),
    ):
        fit = spec.fit(data, w)
        assert words in fit.notes
        assert words in str(fit)
        assert ("which is the default" in str(fit)) == (w is raw)
        table = moran(data["y"], w, permutations=19)
        assert table.attrs["panelkit"]["notes"][0] == words
        assert table.attrs["panelkit"]["normalisation"] == fit.facts["normalisation"]
        assert words in local_moran(data["y"], w, permutations=19).note()
        assert words in pk.spatial_lm_tests("y ~ x1", data, w, effects="unit")[0].notes
    assert given.normalised("none") is given
    assert raw.normalised("none").as_given
    assert copy.deepcopy(given).as_given


def test_time_effects_take_raw_weights_and_refuse_the_ones_kept_as_given() -> None:
    raw, row, given = raw_and_row()
    data = panel_of_two()
    spec = pk.SpatialPanel("y ~ x1", "sar")
    assert spec.fit(data, raw).rho == pytest.approx(spec.fit(data, row).rho, abs=1e-12)
    with pytest.raises(SpecError, match="row-standardised weights"):
        spec.fit(data, given)


def test_moran_joins_names_and_sets_totals_apart() -> None:
    w = provincial.contiguity(labels="zh")
    series = simulate(w, 4, np.random.default_rng(2), rho=0.5)["y"]
    clean = moran(series, w, permutations=19)
    total = series.groupby(level=1).sum()
    total.index = pd.MultiIndex.from_product([["全国"], total.index], names=series.index.names)
    both = pd.concat([series, total])
    late = [("北京市" if name == "北京" and year > 2002 else name, year) for name, year in both.index]
    both.index = pd.MultiIndex.from_tuples(late, names=series.index.names)
    both.name = "y"
    found = moran(both, w, permutations=19)
    assert np.allclose(found["I"], clean["I"], rtol=0, atol=1e-14)
    said = " ".join(found.attrs["panelkit"]["notes"])
    assert "北京市 as 北京" in said or "北京 as 北京市" in said
    assert "全国 (4 rows)" in said
    assert "全国" in local_moran(both, w, permutations=19).note()


def untidy(data: pd.DataFrame) -> pd.DataFrame:
    """Return the panel with two provinces under another name in some years, a nation and a region."""
    names = {"北京": "北京市", "内蒙古": "内蒙古自治区", "广西": "广西壮族自治区"}
    index = [(names.get(name, name) if year > 2004 else name, year) for name, year in data.index]
    turned = data.set_axis(pd.MultiIndex.from_tuples(index, names=data.index.names))
    more = [
        data.groupby(level=1).agg(how).assign(name=label).set_index("name", append=True).swaplevel()
        for label, how in (("全国", "sum"), ("东部地区", "mean"))
    ]
    return pd.concat([more[0], turned, more[1]]).rename_axis(data.index.names)


@pytest.mark.parametrize("door", [name for name in doors(panel_of_two()) if name != "cross-section"])
def test_every_door_joins_names_and_sets_totals_apart(door: str) -> None:
    w = provincial.contiguity(labels="zh")
    data = panel_of_two()
    data.index = data.index.set_levels(
        data.index.levels[0].map(dict(zip(provincial.contiguity().ids, w.ids, strict=True))), level=0
    )
    assert np.allclose(doors(untidy(data))[door](w), doors(data)[door](w), rtol=1e-9, atol=1e-12)


STUDIES: dict[str, Callable[[pd.DataFrame, Any], Any]] = {
    "lm": lambda d, w: pk.spatial_lm_tests("y ~ x1", d, w)[0].notes,
    "hausman": lambda d, w: pk.spatial_hausman(pk.SpatialRandomEffects("y ~ x1", "sar"), d, w)[0].notes,
    "select": lambda d, w: [pk.select_model(pk.SpatialPanel("y ~ x1", "sdm"), d, w).summary()],
    "sensitivity": lambda d, w: pk.weights_sensitivity(pk.SpatialPanel("y ~ x1", "sdm"), d, {"w": w}).notes,
    "placebo": lambda d, w: pk.placebo(pk.SpatialPanel("y ~ x1", "sdm"), d, w, permutations=19).notes,
    "rolling": lambda d, w: rolling(pk.SpatialPanel("y ~ x1", "sar"), d, w, 4).attrs["panelkit"]["notes"],
}


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_says_what_its_sample_leaves_out(study: str) -> None:
    w = provincial.contiguity(labels="zh")
    data = panel_of_two()
    data.index = data.index.set_levels(
        data.index.levels[0].map(dict(zip(provincial.contiguity().ids, w.ids, strict=True))), level=0
    )
    said = " ".join(STUDIES[study](untidy(data), w))
    for part in ("全国", "东部地区", "北京市", "row-standardised"):
        assert part in said


@pytest.mark.parametrize("door", ["lm", "hausman", "select", "sensitivity", "placebo", "rolling"])
def test_every_study_takes_frames_of_polars(door: str) -> None:
    polars = pytest.importorskip("polars")
    data, w = panel_of_two(), provincial.contiguity()
    flat = data.reset_index()
    other, keys = polars.DataFrame(flat.to_dict("list")), {"unit": "province", "time": "year"}
    f, sdm = "y ~ x1", pk.SpatialPanel("y ~ x1", "sdm")
    call: dict[str, Callable[..., Any]] = {
        "lm": lambda d, **k: [test.statistic for test in pk.spatial_lm_tests(f, d, w, **k)],
        "hausman": lambda d, **k: [
            test.statistic for test in pk.spatial_hausman(pk.SpatialRandomEffects(f, "sar"), d, w, **k)
        ],
        "select": lambda d, **k: pk.select_model(sdm, d, w, **k).table()["statistic"],
        "sensitivity": lambda d, **k: pk.weights_sensitivity(sdm, d, {"w": w}, **k).table["rho"],
        "placebo": lambda d, **k: pk.placebo(sdm, d, w, permutations=19, **k).observed,
        "rolling": lambda d, **k: rolling(pk.SpatialPanel(f, "sar"), d, w, 4, **k)["rho"],
    }
    assert np.array_equal(np.asarray(call[door](other, **keys)), np.asarray(call[door](data)))
    with pytest.raises(DataError, match="not dict"):
        call[door](flat.to_dict("list"), **keys)


def test_a_cross_section_joins_names_and_sets_totals_apart() -> None:
    w = provincial.contiguity(labels="zh")
    data = panel_of_two()
    data.index = data.index.set_levels(
        data.index.levels[0].map(dict(zip(provincial.contiguity().ids, w.ids, strict=True))), level=0
    )
    clean = pk.SpatialCrossSection("y ~ x1", "sar").fit(data, w, year=2005)
    found = pk.SpatialCrossSection("y ~ x1", "sar").fit(untidy(data), w, year=2005)
    assert np.allclose(found.params, clean.params, rtol=1e-9)
    assert any("全国" in note for note in found.notes)


def test_economic_weights_set_totals_apart() -> None:
    values = pd.Series([3.0, 2.0, 1.0, 6.0], index=["北京", "河北省", "山西", "全国"])
    w = provincial.economic_distance(values)
    assert w.ids == ("北京", "河北省", "山西")
    assert any("全国" in note for note in w.notes)


@pytest.mark.parametrize("build", [provincial.economic_distance, provincial.gravity, provincial.nested])
def test_economic_weights_need_a_series_under_names(build: Any) -> None:
    values = pd.Series([3.0, 2.0, 1.0])
    for given, said in (
        (values, "bare numbers"),
        (values.to_frame(), r"not pandas\.DataFrame"),
        ([3.0, 2.0, 1.0], "not list"),
        (pytest.importorskip("polars").Series([3.0, 2.0, 1.0]), r"not polars\.Series"),
    ):
        with pytest.raises(DataError, match=said):
            build(given)


@pytest.mark.parametrize("scale", [1e150, 1e-150])
def test_values_beyond_double_precision_are_refused(scale: float) -> None:
    data = panel_of_two() * scale
    w = provincial.contiguity()
    for door in (
        lambda: moran(data["y"], w),
        lambda: pk.SpatialPanel("y ~ x1", "sar").fit(data, w),
        lambda: pk.DynamicSpatialPanel("y ~ x1", "sar").fit(data, w),
        lambda: pk.SpatialRandomEffects("y ~ x1", "sar").fit(data, w),
        lambda: pk.SpatialCrossSection("y ~ x1", "sar").fit(data, w, year=2002),
        lambda: pk.spatial_lm_tests("y ~ x1", data, w),
        lambda: pk.SpatialMediation("y", "x1", "x2").fit(data, w, reps=50),
    ):
        with pytest.raises(DataError, match="double precision.*other units"):
            door()


def test_lm_tests_of_nothing_left_are_refused() -> None:
    data, w = panel_of_two(), provincial.contiguity()
    flat = data.assign(y=data.groupby(level=0)["y"].transform("mean"))
    with pytest.raises(SpecError, match="`y` does not vary after the unit and time effects"):
        pk.spatial_lm_tests("y ~ x1", flat, w)
    with pytest.raises(SpecError, match="x1"):
        pk.spatial_lm_tests("y ~ x1", data.assign(x1=1.0), w)
    with pytest.raises((DataError, SpecError), match="y|x1"):
        pk.spatial_lm_tests("y ~ x1", data[data.index.get_level_values(1) == 2002], w)


def test_two_units_are_too_few() -> None:
    w = as_weights(np.array([[0.0, 1.0], [1.0, 0.0]]), ["a", "b"])
    index = pd.MultiIndex.from_product([["a", "b"], range(5)], names=["province", "year"])
    data = pd.DataFrame(np.random.default_rng(1).normal(size=(10, 2)), index=index, columns=["y", "x1"])
    for door in (
        lambda: moran(data["y"], w),
        lambda: pk.SpatialPanel("y ~ x1", "sar").fit(data, w),
        lambda: pk.spatial_lm_tests("y ~ x1", data, w),
    ):
        with pytest.raises(DataError, match="at least three units"):
            door()
    alone = as_weights(sparse.csr_array((1, 1)), ["a"])
    with pytest.raises(DataError, match="at least three units"):
        moran(data["y"].loc[["a"]], alone)


@pytest.mark.parametrize(
    ("ids", "error", "words"),
    [
        (5, SpecError, "ids is a list of the units' ids"),
        ([[1], [2], [3], [4]], SpecError, "of lists or arrays"),
        (np.array(NAMES).reshape(4, 1), SpecError, "ids is a list of the units' ids"),
        ([pd.NA, *NAMES[1:]], DataError, "an id is missing"),
        ([pd.NaT, *NAMES[1:]], DataError, "an id is missing"),
        ([float("nan"), *NAMES[1:]], DataError, "an id is missing"),
    ],
)
def test_ids_that_are_no_ids_are_refused(ids: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        as_weights(links(), ids)


def test_variables_that_only_count_beside_names_take_the_names(tmp_path: Path) -> None:
    table = pd.DataFrame(links(), index=ORDER, columns=["w1", "w2", "w3", "w4"])
    table.reset_index(names="id").to_stata(tmp_path / "w.dta", write_index=False, version=118)
    right = pd.DataFrame(links(), index=ORDER, columns=ORDER).loc[NAMES, NAMES]
    for source in (table, tmp_path / "w.dta"):
        w = as_weights(source)
        pd.testing.assert_frame_equal(by_name(w), right)
        assert any("columns of the weights carry no names" in note for note in w.notes)
    with pytest.raises(DataError, match="only in rows v5"):
        as_weights(pd.DataFrame(links(), index=["v1", "v2", "v3", "v5"], columns=["v1", "v2", "v3", "v4"]))


def alike(n: int) -> tuple[pd.DataFrame, Weights]:
    """Return a panel of n units and weights 1 / (n - 1) between all of them."""
    ids = [f"u{at}" for at in range(n)]
    index = pd.MultiIndex.from_product([ids, range(2010, 2018)], names=["province", "year"])
    values = np.random.default_rng(n).normal(size=(len(index), 2))
    matrix = (np.ones((n, n)) - np.eye(n)) / (n - 1)
    return pd.DataFrame(values, index=index, columns=["y", "x"]), as_weights(matrix, ids)


@pytest.mark.parametrize("n", [5, 8, 31])
@pytest.mark.parametrize("effects", ["time", "twoway"])
@pytest.mark.parametrize("model", ["sar", "sem", "sac"])
def test_weights_that_are_the_same_between_all_units_identify_nothing_beside_time_effects(
    n: int, effects: Any, model: Any
) -> None:
    data, w = alike(n)
    for spec in (
        lambda: pk.SpatialPanel("y ~ x", model, effects).fit(data, w),
        lambda: pk.SpatialRandomEffects("y ~ x", model, time_effects=True).fit(data, w),
        lambda: pk.SpatialCrossSection("y ~ x", model).fit(data, w, year=2012),
        lambda: pk.spatial_lm_tests("y ~ x", data, w, effects=effects),
        lambda: pk.spatial_lm_tests("y ~ x", data, w, effects=effects, form="elhorst"),
    ):
        with pytest.raises(SpecError, match=f"same weight.*-1/{n - 1}.*Take weights that differ"):
            spec()
    with pytest.raises(DataError, match=f"Moran's I is then -1/{n - 1} whatever the data"):
        moran(data["y"], w)
    assert np.isfinite(pk.SpatialPanel("y ~ x", "sar", "unit").fit(data, w).estimates).all()


@pytest.mark.parametrize("effects", ["none", "unit", "twoway"])
def test_lm_tests_of_an_outcome_alone_are_refused(effects: Any) -> None:
    data, w = panel_of_two(), provincial.contiguity()
    with pytest.raises(SpecError, match="no regressor"):
        pk.spatial_lm_tests("y ~ 1", data, w, effects=effects)


def test_moran_reads_numbers_in_any_column_and_refuses_texts() -> None:
    series, w = panel_of_two()["y"], provincial.contiguity()
    plain = moran(series, w, permutations=99)
    for kind in ("Float64", "double[pyarrow]", object):
        pd.testing.assert_frame_equal(moran(series.astype(kind), w, permutations=99), plain)
    for study in (moran, local_moran):
        with pytest.raises(DataError, match="`y`"):
            study(pd.Series("a", index=series.index, name="y"), w)


def test_paths_placebos_and_chains_say_which_weights() -> None:
    data, raw = panel_of_two(), provincial.contiguity()
    spec = pk.SpatialPanel("y ~ x1")
    path = pk.select_model(spec, data, raw)
    assert "weights contiguity: row-standardised" in path.summary()
    assert "weights contiguity: row-standardised" in pk.placebo(spec, data, raw, permutations=19).notes
    positive = data.assign(y=np.exp(data["y"] / 10))
    assert "weights contiguity: row-standardised" in pk.spatial_markov(positive, "y", raw, k=2).notes
