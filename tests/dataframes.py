"""The tables of a recording in pandas, polars and DuckDB, as the README shows. Prints what it counted as JSON."""

import json
import sys
import zipfile

import duckdb
import fsspec
import pandas as pd
import polars as pl
import pyarrow.dataset as ds

path, folder = sys.argv[1], sys.argv[2]
metrics = [name for name in zipfile.ZipFile(path).namelist() if name.startswith("metrics/")][0]

frame = pd.read_parquet(f"zip://{metrics}::{path}")
polar = pl.read_parquet(zipfile.ZipFile(path).open(metrics).read())
inside = ds.dataset(metrics, filesystem=fsspec.filesystem("zip", fo=path), format="parquet")
in_place = duckdb.sql("select count(*), count(distinct series) from inside").fetchall()[0]
unpacked = duckdb.sql(f"select count(*), count(distinct series) from '{folder}/metrics/*.parquet'").fetchall()[0]
series = pd.read_parquet(f"zip://series.parquet::{path}")
labelled = frame.merge(series, on="series")
logs = duckdb.sql(f"select count(*), min(line) from '{folder}/logs/*.parquet'").fetchall()[0]

print(json.dumps({
    "pandas": len(frame),
    "polars": polar.height,
    "duckdb_in_place": in_place[0],
    "duckdb_unpacked": unpacked[0],
    "n_series": [int(frame.series.nunique()), int(polar["series"].n_unique()), in_place[1], unpacked[1]],
    "labelled": len(labelled),
    "up": int((labelled.name == "up").sum()),
    "time": str(frame["at"].dtype),
    "lines": logs[0],
}))
