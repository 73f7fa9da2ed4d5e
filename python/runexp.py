"""Reads a runexp store: runs, metrics, sweeps, scores, votes and pictures.

    import runexp

    store = runexp.open("runs/runexp.db")
    store.runs("status = 'finished'")              # one row a run, newest first
    trials = store.sweep("layers")                 # one row a trial: its settings and metrics
    trials.groupby("losses.content.layers")["eval/content"].median()
    run = store.run("last")
    run.metrics()["loss/total"].plot(logy=True)
    run.picture().image().show()

Needs Python 3.9 and its standard library. Tables are pandas DataFrames, or lists of dicts
without pandas; Picture.image needs Pillow. `runexp python` prints this file.

Nothing is written, and no file is left beside the store. Reads work while experiments run,
and include what they have written so far. Each method reads the file anew, so a Store may
be kept, shared by threads and pickled. Numbers that are not a number are nan, or None.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import sqlite3
from typing import Any, Iterable, Sequence

try:
    import pandas
except ImportError:
    pandas = None

SCHEMA = 10  # version of the stores that this file reads
_APPLICATION_ID = 0x72786E62  # "rxnb"

Table = Any  # a pandas.DataFrame; without pandas a list of dicts


class StoreError(Exception):
    """The file is not a store of this version, or is damaged."""


def open(path: str | os.PathLike = "runs/runexp.db") -> Store:
    """Returns the store at path, for reading.

    Raises FileNotFoundError; StoreError for another program's file and for a store of
    another version.
    """
    return Store(path)


class Store:
    """All runs, in one SQLite file. See open."""

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path).resolve()
        if not self.path.exists():
            raise FileNotFoundError(f"no store at {self.path}; run an experiment first, or give the path of another")
        try:
            with self.path.open("rb") as file:
                header = file.read(20)
            # A store on a network file system is not in WAL mode, and its state cannot
            # be read off the files there.
            self._wal = header[18:19] == b"\2"
            query = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
            application, version = self._read(query)[1][0]
        except (OSError, sqlite3.Error) as problem:
            raise StoreError(f"{self.path} cannot be read as a runexp store: {problem}") from problem
        if application != _APPLICATION_ID:
            raise StoreError(f"{self.path} is not a runexp store")
        if version != SCHEMA:
            way_out = "any run of this runexp migrates it"
            if version > SCHEMA:
                way_out = "the runexp that wrote it prints one that reads it: runexp python > runexp.py"
            raise StoreError(f"{self.path} has version {version}, and this runexp.py reads version {SCHEMA}; {way_out}")

    def __repr__(self) -> str:
        return f"runexp.open({str(self.path)!r})"

    def runs(self, where: str | None = None, params: Sequence = (), columns: Iterable[str] = ()) -> Table:
        """Returns the runs, newest first: the view run_list, without deleted ones. A run whose
        process was killed stays 'running' until runexp next writes the store.

        columns adds settings by path and last values of metrics by name; None where a run
        has none. Scores of different scorers do not compare: if the store has several of a
        metric, its columns are eval/style.0af90013 with the first 8 digits of each one's hash,
        and LookupError names them. where is a condition in SQL on any column, and params are its ?.

            store.runs("experiment = ? and status != 'finished'", ["layers"])
            store.runs('"eval/style" < 0.2', columns=["losses.style.weight", "eval/style"])
        """
        query = "SELECT l.*"
        names: list[str] = []
        for name in [columns] if isinstance(columns, str) else columns:
            metric, scorer = self._metric(name)
            query += f""", coalesce(
                (SELECT plain(value) FROM run_params WHERE run = l.run AND path = ?),
                (SELECT value FROM scores s JOIN scorers c ON c.id = s.scorer_id JOIN metric_keys k ON k.id = s.key_id
                    WHERE s.run_id = l.run AND k.name = ? AND c.hash = ?),
                (SELECT value FROM run_metrics WHERE run = l.run AND name = ? AND (? IS NULL
                    OR ? = (SELECT own_scorer(environment) FROM run_environment WHERE run = l.run))
                    ORDER BY step DESC LIMIT 1)
                ) AS {_identifier(name)}"""
            names += [_path(name), metric, scorer, metric, scorer, scorer]
        query = f"SELECT * FROM ({query} FROM run_list l)"
        if where is not None:
            query += f" WHERE {where}"
        return self.sql(query + " ORDER BY started_at DESC, run DESC", [*names, *params])

    def run(self, ref: int | str) -> Run:
        """Returns a run: by number, by the first digits of its uid (4 or more), or "last".

        Raises LookupError if there is no such run, or several.
        """
        query, params = "SELECT * FROM run_list WHERE run = ?", [ref]
        if ref == "last":
            query, params = "SELECT * FROM run_list ORDER BY started_at DESC, run DESC LIMIT 1", []
        found = self._dicts(query, params)
        if not found and re.fullmatch("[0-9a-f]{4,}", str(ref)):
            found = self._dicts("SELECT * FROM run_list WHERE short GLOB ?", [str(ref)[:8] + "*"])
        if len(found) != 1:
            what = f"{len(found)} runs" if found else "no run"
            raise LookupError(f"{self.path} has {what} {ref!r}; give a number, the first digits of a uid, or 'last'")
        return Run(self, found[0])

    def sweeps(self) -> Table:
        """Returns the sweeps, newest first."""
        return self.sql(
            """SELECT l.sweep, l.experiment, w.method, count(*) AS trials, sum(l.status = 'finished') AS finished,
                w.metrics, w.created_at
            FROM trial_list l JOIN sweeps w ON w.id = l.sweep GROUP BY l.sweep ORDER BY l.sweep DESC"""
        )

    def sweep(self, ref: int | str) -> Table:
        """Returns the trials of a sweep, by its number or as an experiment's newest: one row
        a trial, with a column for each setting and metric, named like them.

        Lists are their JSON, true and false 1 and 0. Trials that have not finished have no
        metrics. Raises LookupError if there is no such sweep.
        """
        return self.sql(f"SELECT * FROM sweep_{self._sweep(ref)}")

    def pictures(self, sweep: int | str) -> list[Picture]:
        """Returns the final pictures of a sweep's trials, in their order.

            trials = store.sweep("layers").set_index("run")
            for picture in store.pictures("layers"):
                picture.save(f"{trials.loc[picture.run, 'trial']}.png")
        """
        return self._pictures(
            "JOIN trial_list l ON l.run = p.run WHERE l.sweep = ? AND p.name = 'picture.png' ORDER BY l.trial",
            self._sweep(sweep),
        )

    def scores(self) -> Table:
        """Returns every score of a picture: run, scorer, name, value. Compare scores of one
        scorer only."""
        return self.sql("SELECT * FROM run_scores")

    def votes(self) -> Table:
        """Returns every vote with the two runs that it compares: the view vote_list."""
        return self.sql("SELECT * FROM vote_list")

    def sql(self, query: str, params: Sequence | dict = ()) -> Table:
        """Returns the result of a query; docs/schema.md of runexp describes views and tables.
        params are its ? or, in a dict, its :names.

        store.sql("select loss, last from run_losses where run = ?", [12])
        """
        if pandas is None:
            return self._dicts(query, params)
        names, rows = self._read(query, params)
        return pandas.DataFrame(rows, columns=names)

    def _dicts(self, query: str, params: Sequence | dict = ()) -> list[dict]:
        names, rows = self._read(query, params)
        return [dict(zip(names, row)) for row in rows]

    def _metric(self, column: str) -> tuple[str, str | None]:
        """Returns the metric that a column is, and the hash of its scorer; None if it has none."""
        if not column.startswith("eval/"):
            return column, None
        metric, dot, digits = column.rpartition(".")
        for name, start in [(column, "")] + [(metric, digits)] * bool(dot):
            rows = self._read(
                """SELECT DISTINCT c.hash FROM scores s JOIN scorers c ON c.id = s.scorer_id
                    WHERE s.key_id = (SELECT id FROM metric_keys WHERE name = :name)
                UNION SELECT own_scorer(environment) FROM runs WHERE id IN (SELECT run_id FROM metric_summary
                    WHERE key_id = (SELECT id FROM metric_keys WHERE name = :name)) ORDER BY 1""",
                {"name": name},
            )[1]
            found = [scorer for scorer, in rows if (scorer or "unknown").startswith(start)]
            if len(found) == 1:
                return name, found[0]
            if found:
                columns = ", ".join(f"{name}.{scorer[:8] or 'unknown'}" for scorer in found)
                raise LookupError(f"{self.path} has {name} by several scorers, which do not compare; name one of the columns {columns}")
        return column, None

    def _sweep(self, ref: int | str) -> int:
        known = self._read("SELECT DISTINCT sweep, experiment FROM trial_list ORDER BY sweep DESC")[1]
        found = [n for n, _ in known if str(n) == str(ref)] + [n for n, experiment in known if experiment == ref]
        if not found:
            have = ", ".join(f"{n} ({experiment})" for n, experiment in known)
            raise LookupError(f"{self.path} has no sweep {ref!r}; it has: {have or 'none'}")
        return found[0]

    def _pictures(self, where: str, *params) -> list[Picture]:
        query = """SELECT p.run, p.kind, p.name, p.stage, p.step, p.mime, p.width, p.height,
            lower(hex(b.hash)) AS hash, b.size FROM run_pictures p JOIN blobs b ON b.id = p.blob """
        return [Picture(self, **row) for row in self._dicts(query + where, params)]

    def _read(self, query: str, params: Sequence | dict = ()) -> tuple[list[str], list[tuple]]:
        """Returns the columns and rows of a query.

        Even a read-only connection makes files beside a store in WAL mode, and fails in a
        folder without write permission. So a file that nobody writes is read as immutable,
        and read again, with locks, if that has changed meanwhile.
        """
        before = self._still()
        if before is not None:
            try:
                result, problem = self._execute("mode=ro&immutable=1", query, params), None
            except sqlite3.Error as error:
                result, problem = None, error
            if self._still() == before:
                if problem is not None:
                    raise problem
                return result
        return self._execute("mode=ro", query, params)

    def _still(self) -> tuple | None:
        """Returns what identifies the file as it is; None if it may be written."""
        if not self._wal:
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.stat(f"{self.path}-wal").st_size > 0:
                return None
        now = os.stat(self.path)
        return now.st_ino, now.st_size, now.st_mtime_ns

    def _execute(self, mode: str, query: str, params: Sequence | dict) -> tuple[list[str], list[tuple]]:
        with contextlib.closing(sqlite3.connect(f"{self.path.as_uri()}?{mode}", uri=True, timeout=30)) as connection:
            connection.create_function("plain", 1, _plain)
            connection.create_function("own_scorer", 1, _own_scorer)
            cursor = connection.execute(query, _bound(params))
            return [column[0] for column in cursor.description or ()], cursor.fetchall()


class Run:
    """One run. number, experiment and status are as of when it was got; info has all
    columns of the view run_list."""

    def __init__(self, store: Store, info: dict):
        self._store, self.info = store, info
        self.number: int = info["run"]
        self.experiment: str = info["experiment"]
        self.status: str = info["status"]

    def __repr__(self) -> str:
        return f"<run {self.number} of {self.experiment}: {self.status}>"

    @property
    def params(self) -> dict[str, Any]:
        """Every value of the resolved config by path: {"losses.style.weight": 1000, …}."""
        rows = self._store._read("SELECT path, value FROM run_params WHERE run = ? ORDER BY path", [self.number])[1]
        return {path: json.loads(value) for path, value in rows}

    @property
    def config(self) -> str:
        """The config in YAML, with every default filled in."""
        return self._text("config")

    @property
    def environment(self) -> dict[str, str]:
        """Versions, machine, weights and images: {"machine/cpu": …}."""
        return json.loads(self._text("environment"))

    def metrics(self, *names: str, long: bool = False) -> Table:
        """Returns the recorded values of metrics; of all of them without names.

        One row a step, with the step as index, and one column a metric, nan where it has no
        value; if long, one row a value: step, name, value. Row i is the loss before step i.

            run.metrics("loss/content", "loss/style").plot(logy=True)
        """
        query = "SELECT step, name, value FROM run_metrics WHERE run = ?"
        if names:
            query += f" AND name IN ({', '.join('?' * len(names))})"
        query += " ORDER BY step, name"
        if long:
            return self._store.sql(query, [self.number, *names])
        rows = self._store._read(query, [self.number, *names])[1]
        columns = names or sorted({name for _, name, _ in rows})
        steps: dict[int, dict] = {step: dict.fromkeys(("step", *columns)) for step, _, _ in rows}
        for step, name, value in rows:
            steps[step].update({"step": step, name: value})
        if pandas is None:
            return list(steps.values())
        return pandas.DataFrame(list(steps.values()), columns=["step", *columns]).set_index("step").astype(float)

    def losses(self) -> Table:
        """Returns each loss with its last and its best value."""
        return self._store.sql("SELECT loss, last, best, best_step, last_step FROM run_losses WHERE run = ?", [self.number])

    def scores(self) -> Table:
        """Returns the scores of its final picture: scorer, name, value."""
        return self._store.sql("SELECT scorer, name, value FROM run_scores WHERE run = ?", [self.number])

    def picture(self, name: str | None = None) -> Picture:
        """Returns a picture by name, or the final one, or the last of a run that has none.

        Raises LookupError if there is no such picture.
        """
        found = [p for p in self.pictures() if p.kind == "picture" and name in (None, p.name) or p.name == name]
        if not found:
            raise LookupError(f"{self!r} has no picture{'' if name is None else f' {name!r}'}")
        return max(found, key=lambda p: (p.name == "picture.png", p.stage, p.step))

    def pictures(self) -> list[Picture]:
        """Returns its images and pictures, in the order of steps; kind is picture, content, style, …"""
        return self._store._pictures(
            "WHERE p.run = ? ORDER BY p.stage, p.step, p.name = 'picture.png', p.name", self.number
        )

    def _text(self, column: str) -> str:
        return self._store._read(f"SELECT {column} FROM run_environment WHERE run = ?", [self.number])[1][0][0]


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture of a run, or another file. Jupyter shows it."""

    _store: Store = dataclasses.field(repr=False, compare=False)
    run: int
    kind: str  # picture, content, style, …
    name: str
    stage: int
    step: int
    mime: str  # image/png
    width: int
    height: int
    hash: str  # SHA-256 of bytes
    size: int

    @property
    def bytes(self) -> bytes:
        """The file's content, read anew. Raises StoreError if it is damaged."""
        rows = self._store._read("SELECT data FROM blobs WHERE hash = ?", [bytes.fromhex(self.hash)])[1]
        if len(rows) != 1 or hashlib.sha256(rows[0][0]).hexdigest() != self.hash:
            raise StoreError(f"{self._store.path}: {self.name} of run {self.run} is damaged or gone")
        return rows[0][0]

    def image(self) -> Any:
        """Returns it as a PIL.Image.Image; needs Pillow."""
        import io

        import PIL.Image

        return PIL.Image.open(io.BytesIO(self.bytes))

    def save(self, path: str | os.PathLike) -> None:
        """Writes the file as it is stored."""
        pathlib.Path(path).write_bytes(self.bytes)

    def _repr_png_(self) -> bytes | None:
        return self.bytes if self.mime == "image/png" else None


def _plain(text: str) -> Any:
    """Returns a JSON value as SQL has it: a list is its JSON."""
    value = json.loads(text)
    return text if isinstance(value, (list, dict)) else value


def _own_scorer(environment: str) -> str:
    """Returns the hash of the scorer that scored while a run was made; "" for none."""
    with contextlib.suppress(ValueError):
        return json.loads(environment).get("scorer/hash", "")
    return ""


def _bound(params: Sequence | dict) -> list | dict:
    """Returns parameters as SQLite takes them: it does not know the numbers of numpy, of
    which data frames consist."""
    if isinstance(params, dict):
        return dict(zip(params, _bound(list(params.values()))))
    return [p.item() if hasattr(p, "item") else p for p in params]


def _path(name: str) -> str:
    """Returns stages[0].iterations as the store has it: stages.0.iterations."""
    return re.sub(r"\[(\d+)\]", r".\1", name)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
