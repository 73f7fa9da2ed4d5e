"""Tests of runexp.py, on the store that python_test.go makes in RUNEXP_TEST_STORE."""

import concurrent.futures
import contextlib
import hashlib
import json
import math
import os
import pathlib
import pickle
import shutil
import sqlite3
import tempfile
import unittest

import runexp

STORE = pathlib.Path(os.environ["RUNEXP_TEST_STORE"])
WANT = json.loads(os.environ["RUNEXP_TEST_WANT"])  # what the program itself reads of it
WITH_PANDAS = "RUNEXP_TEST_PANDAS" in os.environ


def rows(table):
    """Returns a table as a list of dicts."""
    return table.to_dict("records") if WITH_PANDAS else table


def change(path, *statements):
    """Changes a store as another program does."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


class Reading(unittest.TestCase):
    def setUp(self):
        self.store = runexp.open(STORE)

    def test_pandas(self):
        self.assertEqual(runexp.pandas is not None, WITH_PANDAS)
        self.assertIsInstance(self.store.runs(), runexp.pandas.DataFrame if WITH_PANDAS else list)

    def test_runs(self):
        runs = rows(self.store.runs())
        self.assertEqual([r["run"] for r in runs], WANT["runs"])
        self.assertEqual(runs[-1]["loss"], WANT["loss"])

    def test_runs_where(self):
        runs = rows(self.store.runs("status = ? and run < 3", ["finished"]))
        self.assertEqual([r["run"] for r in runs], [2, 1])

    def test_runs_columns(self):
        columns = ["losses.style.weight", "stages.0.iterations", "losses.content.layers", "loss/total", "rate"]
        where = '"losses.content.layers" = ? and "loss/total" > 0'
        runs = rows(self.store.runs(where, ['["relu1_2"]'], columns=columns))
        self.assertEqual([r["run"] for r in runs], [2])
        self.assertEqual([runs[0][c] for c in columns], [100, 4, '["relu1_2"]', runs[0]["loss"], 0.05])
        self.assertEqual(rows(self.store.runs("run = 2", columns="stages[0].iterations"))[0]["stages[0].iterations"], 4)
        self.assertEqual(rows(self.store.runs("run = 1", columns="rate"))[0]["rate"], 0.05)

    def test_scorers_apart(self):
        scorer = self.store.run(1).environment["scorer/hash"]
        mine = rows(self.store.runs("run = 1", columns="eval/style"))[0]["eval/style"]
        self.assertGreater(mine, 0)
        with copy() as path:
            change(
                path,
                "INSERT INTO scorers (id, hash, description, created_at) VALUES (99, 'abcdef0123', '{}', '')",
                "INSERT INTO scores (run_id, scorer_id, key_id, value) SELECT 1, 99, id, 7 FROM metric_keys WHERE name = 'eval/style'",
            )
            store = runexp.open(path)
            both = ["eval/style." + scorer[:8], "eval/style.abcdef01", "eval/content"]
            second, first = rows(store.runs("run < 3", columns=both))
            self.assertEqual([first[c] for c in both[:2]], [mine, 7])
            self.assertGreater(second["eval/content"], 0)
            self.assertNotEqual(second["eval/style.abcdef01"], second[both[0]])
            with self.assertRaisesRegex(LookupError, "several scorers.*eval/style.abcdef01"):
                store.runs(columns="eval/style")

    def test_run(self):
        self.assertEqual(self.store.run("last").number, WANT["runs"][0])
        run = self.store.run(1)
        self.assertEqual((run.number, run.experiment, run.status), (1, "layers", "finished"))
        self.assertEqual(self.store.run("1").number, 1)
        self.assertEqual(self.store.run(WANT["uid"][:4]).number, 1)
        self.assertEqual(self.store.run(WANT["uid"]).number, 1)
        self.assertEqual(repr(run), "<run 1 of layers: finished>")

    def test_run_of_a_table(self):
        for row in rows(self.store.sweep(1)):
            self.assertEqual(self.store.run(row["run"]).number, row["run"])
        if WITH_PANDAS:
            number = self.store.sweep(1)["run"].iloc[1]
            self.assertEqual(self.store.run(number).number, number)

    def test_no_such_run(self):
        for ref in (99, "99", "zzzz", "", "x"):
            with self.assertRaisesRegex(LookupError, "has no run"):
                self.store.run(ref)

    def test_several_runs(self):
        with copy() as path:
            change(path, *[f"UPDATE runs SET uid = x'abcdef{run:026x}' WHERE id = {run}" for run in WANT["runs"]])
            with self.assertRaisesRegex(LookupError, rf"has {len(WANT['runs'])} runs 'abcd'"):
                runexp.open(path).run("abcd")
            with self.assertRaisesRegex(LookupError, "has no run 'abc'"):  # too few digits
                runexp.open(path).run("abc")

    def test_deleted_run(self):
        with copy() as path:
            change(path, "INSERT INTO marks (run_id, deleted_at, changed_at) VALUES (1, '', '')")
            store = runexp.open(path)
            self.assertNotIn(1, [r["run"] for r in rows(store.runs())])
            with self.assertRaisesRegex(LookupError, "has no run 1"):
                store.run(1)

    def test_params(self):
        params = self.store.run(2).params
        self.assertEqual(params, WANT["params"])
        self.assertEqual(params["losses.style.weight"], 100)

    def test_environment(self):
        environment = self.store.run(1).environment
        self.assertEqual(environment, WANT["environment"])
        self.assertIn("version/sqlite", environment)

    def test_config(self):
        self.assertEqual(self.store.run(1).config, WANT["config"])

    def test_metrics(self):
        names = ["time/iteration", "nothing", "loss/total"]
        table = self.store.run(1).metrics(*names)
        if WITH_PANDAS:
            self.assertEqual({name: str(kind) for name, kind in table.dtypes.items()}, dict.fromkeys(names, "float64"))
            self.assertEqual(table.index.name, "step")
            table = table.reset_index()
        values = rows(table)
        self.assertEqual(list(values[0]), ["step", *names])
        self.assertEqual([v["step"] for v in values], [0, 1, 2, 3, 4])
        self.assertEqual([v["loss/total"] for v in values], WANT["losses"])
        last = values[-1]["time/iteration"]  # the last row is of no iteration
        self.assertTrue(math.isnan(last) if WITH_PANDAS else last is None)

    def test_all_metrics(self):
        table = self.store.run(1).metrics()
        names = list(table.columns) if WITH_PANDAS else [n for n in table[0] if n != "step"]
        self.assertEqual(names, WANT["metrics"])

    def test_no_metrics(self):
        with copy() as path:
            change(path, "DELETE FROM metrics")
            self.assertEqual(len(runexp.open(path).run(1).metrics()), 0)

    def test_long_metrics(self):
        values = rows(self.store.run(1).metrics("loss/total", long=True))
        want = [{"step": i, "name": "loss/total", "value": v} for i, v in enumerate(WANT["losses"])]
        self.assertEqual(values, want)

    def test_not_a_number(self):
        values = rows(self.store.run("last").metrics("loss/total"))
        self.assertTrue(values[0]["loss/total"] in (None,) or math.isnan(values[0]["loss/total"]))
        self.assertEqual(values[1]["loss/total"], math.inf)

    def test_losses(self):
        losses = {r["loss"]: r for r in rows(self.store.run(1).losses())}
        self.assertEqual(losses["total"]["last"], WANT["loss"])
        self.assertEqual(losses["total"]["last_step"], 4)
        self.assertIn("style/relu1_1", losses)

    def test_scores(self):
        of_run = {r["name"]: r["value"] for r in rows(self.store.run(1).scores())}
        self.assertEqual(of_run, WANT["scores"])
        of_all = [r for r in rows(self.store.scores()) if r["run"] == 1]
        self.assertEqual({r["name"]: r["value"] for r in of_all}, of_run)

    def test_sweeps(self):
        names = ("sweep", "experiment", "method", "trials", "finished")
        got = [tuple(sweep[name] for name in names) for sweep in rows(self.store.sweeps())]
        self.assertEqual(got, [(2, "planned", "grid", 1, 0), (1, "layers", "grid", 2, 2)])

    def test_sweep(self):
        for ref in (1, "1", "layers"):
            trials = rows(self.store.sweep(ref))
            self.assertEqual([t["losses.content.layers"] for t in trials], ['["relu2_1"]', '["relu1_2"]'])
            self.assertEqual(trials[0]["eval/content"], WANT["scores"]["eval/content"])
        self.assertEqual([t["status"] for t in rows(self.store.sweep("planned"))], ["not begun"])
        for ref in (3, "y"):
            with self.assertRaisesRegex(LookupError, r"has no sweep .*; it has: 2 \(planned\), 1 \(layers\)"):
                self.store.sweep(ref)

    def test_votes(self):
        (vote,) = rows(self.store.votes())
        self.assertEqual((vote["left_run"], vote["right_run"], vote["choice"], vote["voter"]), (1, 2, "left", "me"))

    def test_sql(self):
        self.assertEqual(rows(self.store.sql("select ? + 1 as two", [1])), [{"two": 2}])
        self.assertEqual(rows(self.store.sql("select :x + 1 as two", {"x": 1})), [{"two": 2}])
        with self.assertRaises(sqlite3.OperationalError):
            self.store.sql("select nothing")


class Pictures(unittest.TestCase):
    def setUp(self):
        self.store = runexp.open(STORE)

    def test_final(self):
        picture = self.store.run(1).picture()
        self.assertEqual((picture.name, picture.kind, picture.width, picture.height), ("picture.png", "picture", 32, 24))
        self.assertEqual(picture.bytes, pathlib.Path(WANT["picture"]).read_bytes())
        self.assertEqual(picture.size, len(picture.bytes))

    def test_by_name(self):
        run = self.store.run(1)
        self.assertEqual(run.picture("step-000002.png").step, 2)
        self.assertEqual(run.picture("content.png").kind, "content")
        with self.assertRaisesRegex(LookupError, "no picture 'other.png'"):
            run.picture("other.png")

    def test_none(self):
        run = self.store.run("last")
        self.assertEqual([p.kind for p in run.pictures()], ["content"])
        with self.assertRaisesRegex(LookupError, "has no picture$"):
            run.picture()

    def test_all(self):
        pictures = self.store.run(1).pictures()
        self.assertEqual([p.name for p in pictures], WANT["pictures"])
        self.assertEqual({p.kind for p in pictures}, {"content", "style", "picture"})

    def test_of_a_sweep(self):
        self.assertEqual([(p.run, p.name) for p in self.store.pictures(1)], [(1, "picture.png"), (2, "picture.png")])

    def test_save(self):
        with tempfile.TemporaryDirectory() as folder:
            picture = self.store.run(1).picture()
            picture.save(pathlib.Path(folder, "a.png"))
            self.assertEqual(pathlib.Path(folder, "a.png").read_bytes(), picture.bytes)

    def test_jupyter(self):
        picture = self.store.run(1).picture()
        self.assertEqual(picture._repr_png_(), picture.bytes)

    def test_image(self):
        try:
            import PIL.Image
        except ImportError:
            self.skipTest("no Pillow")
        image = self.store.run(1).picture().image()
        self.assertIsInstance(image, PIL.Image.Image)
        self.assertEqual(image.convert("RGB").size, (32, 24))

    def test_damaged(self):
        for statement in ("UPDATE blobs SET data = x'00'", "DELETE FROM blobs"):
            with copy() as path:
                picture = runexp.open(path).run(1).picture()
                change(path, "PRAGMA foreign_keys = off", statement)
                with self.assertRaisesRegex(runexp.StoreError, "damaged or gone"):
                    picture.bytes


@contextlib.contextmanager
def copy():
    """A copy of the store, alone in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "a store?.db")
        with contextlib.closing(sqlite3.connect(f"{STORE.as_uri()}?mode=ro", uri=True)) as source:
            with contextlib.closing(sqlite3.connect(path)) as target:
                source.backup(target)
        change(path, "PRAGMA journal_mode = wal")
        yield path


class Files(unittest.TestCase):
    def refused(self, path, message):
        with self.assertRaisesRegex(runexp.StoreError, message):
            runexp.open(path)

    def test_missing(self):
        with self.assertRaisesRegex(FileNotFoundError, "no store at .*none.db; run an experiment first"):
            runexp.open(STORE.parent / "none.db")
        self.assertFalse((STORE.parent / "none.db").exists())

    def test_not_a_store(self):
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder, "other.db")
            self.refused(folder, "cannot be read as a runexp store")
            other.write_bytes(b"")
            self.refused(other, "is not a runexp store")
            other.write_text("experiment: x\n" * 100)
            self.refused(other, "cannot be read as a runexp store: file is not a database")
            other.unlink()
            change(other, "CREATE TABLE t (x)", f"PRAGMA user_version = {runexp.SCHEMA}")
            self.refused(other, "is not a runexp store")

    def test_versions(self):
        with copy() as path:
            change(path, f"PRAGMA user_version = {runexp.SCHEMA + 1}")
            self.refused(path, f"has version {runexp.SCHEMA + 1}, .* runexp python > runexp.py")
            change(path, f"PRAGMA user_version = {runexp.SCHEMA - 1}")
            self.refused(path, f"has version {runexp.SCHEMA - 1}, .* any run .* migrates it")

    def test_writes_nothing(self):
        with copy() as path:
            before = path.read_bytes()
            store = runexp.open(path)
            store.runs()
            store.run(1).picture().bytes
            for statement in ("DELETE FROM runs", "CREATE TABLE t (x)"):
                with self.assertRaisesRegex(sqlite3.OperationalError, "readonly"):
                    store.sql(statement)
            self.assertEqual(os.listdir(path.parent), [path.name])
            self.assertEqual(path.read_bytes(), before)

    def test_written_meanwhile(self):
        """What is committed is read at once, from the log and from the file."""
        with copy() as path:
            store = runexp.open(path)
            with contextlib.closing(sqlite3.connect(path)) as writer:
                for message in ("one", "two"):
                    writer.execute("UPDATE runs SET message = ? WHERE id = 1", [message])
                    writer.commit()
                    self.assertGreater(os.stat(f"{path}-wal").st_size, 0)
                    self.assertEqual(store.run(1).info["message"], message)
            self.assertFalse(os.path.exists(f"{path}-wal"))
            self.assertEqual(store.run(1).info["message"], "two")

    def test_written_during_a_read(self):
        """A read without locks is repeated if a program wrote the file meanwhile."""

        class Disturbed(runexp.Store):
            modes = []
            damaged = False

            def _execute(self, mode, query, params):
                self.modes.append(mode)
                result = super()._execute(mode, query, params)
                if "immutable" in mode:
                    change(self.path, "UPDATE runs SET message = message || 'x' WHERE id = 1")
                    if self.damaged:
                        raise sqlite3.DatabaseError("database disk image is malformed")
                return result

        with copy() as path:
            store = Disturbed(path)
            store.modes.clear()
            change(path, "UPDATE runs SET message = '' WHERE id = 1")
            self.assertEqual(store.run(1).info["message"], "x")
            self.assertEqual(store.modes, ["mode=ro&immutable=1", "mode=ro"])
            store.damaged = True
            self.assertEqual(store.run(1).info["message"], "xx")

    def test_without_a_log(self):
        """A store on a network file system is not in WAL mode: it is read with locks."""
        with copy() as path:
            change(path, "PRAGMA journal_mode = delete")
            store = runexp.open(path)
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
                writer.execute("BEGIN EXCLUSIVE")
                with concurrent.futures.ThreadPoolExecutor() as pool:
                    waiting = pool.submit(store.run, 1)
                    with self.assertRaises(concurrent.futures.TimeoutError):
                        waiting.result(timeout=0.2)
                    writer.execute("COMMIT")
                    self.assertEqual(waiting.result().number, 1)

    def test_shared(self):
        store = pickle.loads(pickle.dumps(runexp.open(STORE)))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            hashes = list(pool.map(lambda run: hashlib.sha256(store.run(run).picture().bytes).hexdigest(), [1, 2]))
        self.assertEqual(hashes, [store.run(run).picture().hash for run in (1, 2)])


if __name__ == "__main__":
    unittest.main()
