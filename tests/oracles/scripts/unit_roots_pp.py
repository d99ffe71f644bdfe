"""Phillips-Perron Z_t of arch on log(gsp) of the first six states: `python unit_roots_pp.py Produc.csv`."""

import json
import sys

import arch
import numpy as np
import pandas as pd
from arch.unitroot import PhillipsPerron

data = pd.read_csv(sys.argv[1])
states = sorted(data.state.unique())[:6]
series = [np.log(data.gsp[data.state == state].to_numpy()) for state in states]
found = {
    f"{trend} {lags}": [float(PhillipsPerron(y, trend=trend, lags=lags).stat) for y in series]
    for trend in ("n", "c", "ct")
    for lags in (0, 2, 4)
}
print(json.dumps({"version": arch.__version__, "z": found}))
