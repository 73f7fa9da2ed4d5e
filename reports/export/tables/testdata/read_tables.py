"""Prints the tables of a folder as JSON, read by pandas (CSV) and pyarrow (Parquet).

A value is its type and its text: 's:x', 'i:1', 'f:0.5', 'b:True', 't:2026-01-31T09:05:00.123456+00:00',
or null. In a CSV file all values are texts; 'numbers' has the columns that pandas takes for numbers.
"""
import datetime, json, pathlib, sys
import pandas, pyarrow.parquet


def plain(v):
    if v is None:
        return None
    if isinstance(v, datetime.datetime):
        return "t:" + v.isoformat(timespec="microseconds")
    return {bool: "b:", int: "i:", float: "f:", str: "s:"}[type(v)] + (v if isinstance(v, str) else repr(v))


tables = {}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if path.suffix == ".csv":
        texts = pandas.read_csv(path, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")
        guessed = pandas.read_csv(path, float_precision="round_trip")
        numbers = {c: [plain(v) for v in guessed[c].tolist()] for c in guessed if guessed[c].dtype == "float64"}
        rows = [[plain(v) for v in row] for row in texts.itertuples(index=False, name=None)]
        tables[path.name] = {"columns": list(texts.columns), "rows": rows, "numbers": numbers}
    elif path.suffix == ".parquet":
        table = pyarrow.parquet.read_table(path)
        columns = [c.to_pylist() for c in table.columns]
        rows = [[plain(v) for v in row] for row in zip(*columns)]
        groups = pyarrow.parquet.ParquetFile(path).num_row_groups
        tables[path.name] = {"groups": groups, "columns": table.column_names, "types": [str(f.type) for f in table.schema], "rows": rows}
print(json.dumps(tables))
