#!/usr/bin/python3
"""Writes the invalid stores beside it, with the standard library only: python3 stores.py"""
import pathlib
import sqlite3

HERE = pathlib.Path(__file__).resolve().parent / 'stores'
HERE.mkdir(exist_ok=True)


def database(name, *statements):
    path = HERE / name
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path.read_bytes()


ours = 'PRAGMA application_id = 0x72786e62'  # "rxnb"
other = database('other.db', 'CREATE TABLE bookmarks (url TEXT)', "INSERT INTO bookmarks VALUES ('https://example.org')")
database('newer.db', ours, 'PRAGMA user_version = 99', 'CREATE TABLE runs (id INTEGER PRIMARY KEY)')
for name, data in {
    'text.db': b'run,loss\n1,34.5\n',
    'page.db': b'<!DOCTYPE html><html><body>404 Not Found</body></html>',
    'pointer.db': b'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 80100552\n',
    'cut.db': other[:100],  # SQLite's header only
    'damaged.db': other[:100] + b'\xff' * (len(other) - 100),
}.items():
    (HERE / name).write_bytes(data)
