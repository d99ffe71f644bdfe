"""What variables are called in a table: the variable labels of a Stata file, or a list of names and labels."""

from __future__ import annotations

from pathlib import Path

from panelkit.data.user.stata import labels_of_variables
from panelkit.data.user.table import read_table
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered


@offered("data", family="figures of one's own", result="dict", source="Stata's label variable", public=True)
def variable_labels(path: str | Path) -> dict[str, str]:
    """Return what is printed for variables: the variable labels of a Stata file, or pairs of names and labels.

    Parameters
    ----------
    path
        A Stata file; or a CSV or Excel file whose first line heads its columns, the first with names of variables (or
        terms), the second with what is printed for them.

    Returns
    -------
    dict
        Names to labels, for `labels=` of tables; variables without a label are left out.

    Raises
    ------
    DataError
        If the file cannot be read, has no second column, or labels no variable.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "labels.csv"
    >>> _ = file.write_text("name,label\\ngdp,地区生产总值\\n", encoding="utf-8")
    >>> pk.variable_labels(file)
    {'gdp': '地区生产总值'}
    """
    place = Path(path)
    if place.suffix.lower() == ".dta":
        found = labels_of_variables(place)
    else:
        table = read_table(place)
        if table.shape[1] < 2:
            raise DataError(
                message(
                    "{file} has one column, and labels stand in the second: names of variables, then their labels",
                    file=path,
                )
            )
        pairs = table.iloc[:, :2].dropna().astype(str)
        found = {name.strip(): label.strip() for name, label in pairs.itertuples(index=False)}
    found = {name: label for name, label in found.items() if name and label}
    if not found:
        raise DataError(message('{file} labels no variable (Stata: label variable x "...")', file=path))
    return found
