-- The notebook: every run, every number, every picture, in one SQLite file.
--
-- Open it with the sqlite3 program and start from the views at the end:
--
--     sqlite3 -box runs/runexp.db "select * from run_list"
--     sqlite3 -box runs/runexp.db "select * from run_losses where run = 12"
--     sqlite3 -csv runs/runexp.db "select * from run_metrics where run = 12 and name = 'loss/total'"
--
-- Conventions
--   id      integer key, used inside this file only. runs.id is the number that
--           runexp prints ("run 12"); it is never used twice.
--   uid     16 random bytes that name the same thing in every file, so that
--           notebooks made on different machines merge: lower(hex(uid)).
--   *_at    UTC as text, '2026-01-31T09:05:00.123456Z': always this width, so
--           that text order is time order, and SQLite's date functions read it.
--   elapsed seconds by a clock that does not jump; never a difference of *_at.
--   JSON    is text. Nothing newer than SQLite 3.25 (2018) is needed to read
--           this file, so that an old sqlite3 on a cluster opens it: no STRICT
--           tables, no JSON operators.
-- The file's application_id is the letters "rxnb"; its user_version is the
-- number of the last migration applied (this is 1).

PRAGMA application_id = 0x72786e62;

-- What runs are listed under.
CREATE TABLE experiments (
    id         INTEGER PRIMARY KEY,
    uid        BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    name       TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);

-- A plan of many trials, frozen when it was submitted.
CREATE TABLE sweeps (
    id            INTEGER PRIMARY KEY,
    uid           BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
    method        TEXT NOT NULL,      -- the sampler: grid, random, sobol, tpe
    plan          TEXT NOT NULL,      -- JSON: the sweep section, resolved
    metrics       TEXT NOT NULL,      -- JSON array: the metrics its question is about
    scorer        TEXT,               -- hash of the scorer chosen when it was planned
    created_at    TEXT NOT NULL
);
CREATE INDEX sweeps_by_experiment ON sweeps (experiment_id);

-- One thing to try. Its hash is its identity: the resolved config's meaning
-- with the hashes of images and weights. Equal hashes in two sweeps are two
-- rows; whether it has been done is a question about the hash.
CREATE TABLE trials (
    id            INTEGER PRIMARY KEY,
    uid           BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
    sweep_id      INTEGER REFERENCES sweeps (id) ON DELETE CASCADE, -- NULL: a single run
    number        INTEGER,            -- position in the sweep, from 0
    hash          TEXT NOT NULL,
    config        TEXT,               -- frozen resolved config; NULL: see its runs
    created_at    TEXT NOT NULL
);
CREATE UNIQUE INDEX trials_of_sweep ON trials (sweep_id, hash) WHERE sweep_id IS NOT NULL;
CREATE UNIQUE INDEX trials_alone ON trials (experiment_id, hash) WHERE sweep_id IS NULL;
CREATE INDEX trials_by_hash ON trials (hash);

-- One attempt at a trial: one picture optimised.
CREATE TABLE runs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    uid             BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    experiment_id   INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
    trial_id        INTEGER REFERENCES trials (id) ON DELETE SET NULL,
    parent_id       INTEGER REFERENCES runs (id) ON DELETE SET NULL, -- the run that this one goes on from
    attempt         INTEGER NOT NULL, -- 1, 2, … among the runs of the same trial hash
    status          TEXT NOT NULL CHECK (status IN ('finished', 'failed', 'running', 'killed', 'pruned', 'lost')),
    message         TEXT NOT NULL DEFAULT '', -- why it ended so
    seed            INTEGER NOT NULL,
    started_at      TEXT NOT NULL,
    ended_at        TEXT,             -- NULL while running
    elapsed         REAL NOT NULL DEFAULT 0, -- seconds, as of seen_at
    -- Who is writing it, to tell a run that goes on from one that died.
    pid             INTEGER NOT NULL,
    pid_start       INTEGER NOT NULL, -- when that process began, in the kernel's ticks; 0 unknown
    boot            TEXT NOT NULL,    -- this start of the machine and the process namespace; '' unknown
    machine         TEXT NOT NULL,    -- a hash, not a name; '' unknown
    seen_at         TEXT NOT NULL,    -- last sign of life
    -- Long texts last, so that listing runs does not read them.
    environment     TEXT NOT NULL,    -- JSON object: versions, machine, weights, images, command
    overrides       TEXT NOT NULL,    -- JSON array of path=value
    config_written  TEXT NOT NULL,    -- YAML as the user wrote it
    config_resolved TEXT NOT NULL     -- with every default and preset filled in
);
CREATE INDEX runs_by_start ON runs (started_at);
CREATE INDEX runs_by_experiment ON runs (experiment_id, started_at);
CREATE INDEX runs_by_status ON runs (status, started_at);
CREATE INDEX runs_by_trial ON runs (trial_id);
CREATE INDEX runs_by_parent ON runs (parent_id);

-- The resolved config, one row a value, for comparing runs.
CREATE TABLE params (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path   TEXT NOT NULL,             -- losses.style.weight
    value  TEXT NOT NULL,             -- JSON
    PRIMARY KEY (run_id, path)
) WITHOUT ROWID;

-- Names of metrics: loss/total, loss/<name>, loss/<name>/<layer>,
-- grad/<name>, time/iteration, eval/<metric>.
CREATE TABLE metric_keys (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- One row for each value.
CREATE TABLE metrics (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key_id INTEGER NOT NULL REFERENCES metric_keys (id),
    step   INTEGER NOT NULL,          -- row i is the loss before step i
    value  REAL,                      -- NULL is not-a-number, which SQLite lacks; infinities are themselves
    PRIMARY KEY (run_id, key_id, step)
) WITHOUT ROWID;

-- What metrics says of one run and name, kept up to date with it, so that
-- ten thousand runs are listed without reading their values.
CREATE TABLE metric_summary (
    run_id    INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key_id    INTEGER NOT NULL REFERENCES metric_keys (id),
    count     INTEGER NOT NULL,       -- values, not-a-number included
    last_step INTEGER NOT NULL,
    last      REAL,                   -- at last_step; NULL is not-a-number
    min       REAL,                   -- over numbers and infinities; NULL if there is none
    max       REAL,
    best_step INTEGER,                -- the first step that reached min
    PRIMARY KEY (run_id, key_id)
) WITHOUT ROWID;

-- Contents, each stored once whatever number of artifacts have it.
CREATE TABLE blobs (
    id   INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of data
    size INTEGER NOT NULL,            -- bytes
    data BLOB NOT NULL
);

-- Pictures and other files of a run.
CREATE TABLE artifacts (
    id         INTEGER PRIMARY KEY,
    run_id     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    blob_id    INTEGER NOT NULL REFERENCES blobs (id),
    kind       TEXT NOT NULL,         -- picture, content, style, plot, …
    name       TEXT NOT NULL,
    stage      INTEGER NOT NULL,
    step       INTEGER NOT NULL,
    mime       TEXT NOT NULL,
    width      INTEGER NOT NULL,      -- pixels; 0 if it is no picture
    height     INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (run_id, kind, name, stage, step)
);
CREATE INDEX artifacts_by_blob ON artifacts (blob_id);

-- A content that no artifact has any more goes.
CREATE TRIGGER blob_dropped AFTER DELETE ON artifacts BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM artifacts WHERE blob_id = OLD.blob_id);
END;
CREATE TRIGGER blob_replaced AFTER UPDATE OF blob_id ON artifacts WHEN OLD.blob_id <> NEW.blob_id BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM artifacts WHERE blob_id = OLD.blob_id);
END;

-- What happened: stage boundaries, warnings, signals.
CREATE TABLE events (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    at     TEXT NOT NULL,
    kind   TEXT NOT NULL,
    step   INTEGER NOT NULL,
    data   TEXT NOT NULL              -- JSON
);
CREATE INDEX events_by_run ON events (run_id);

-- One row a run, newest first. A run whose process was killed still says
-- 'running' here until runexp next opens the file for writing.
CREATE VIEW run_list AS
SELECT r.id                               AS run,
       substr(lower(hex(r.uid)), 1, 8)    AS short,
       e.name                             AS experiment,
       r.status                           AS status,
       r.attempt                          AS attempt,
       s.last                             AS loss,
       s.min                              AS best,
       s.last_step                        AS iterations,
       round(r.elapsed, 1)                AS seconds,
       r.started_at                       AS started_at,
       r.message                          AS message
FROM runs r
JOIN experiments e ON e.id = r.experiment_id
LEFT JOIN metric_summary s ON s.run_id = r.id
     AND s.key_id = (SELECT id FROM metric_keys WHERE name = 'loss/total')
ORDER BY r.started_at DESC, r.id DESC;

-- One row for each run and loss.
CREATE VIEW run_losses AS
SELECT r.id              AS run,
       e.name            AS experiment,
       r.status          AS status,
       substr(k.name, 6) AS loss,          -- total, style, style/conv1_1
       s.last            AS last,
       s.min             AS best,
       s.best_step       AS best_step,
       s.last_step       AS last_step
FROM runs r
JOIN experiments e    ON e.id = r.experiment_id
JOIN metric_summary s ON s.run_id = r.id
JOIN metric_keys k    ON k.id = s.key_id
WHERE k.name GLOB 'loss/*'
ORDER BY r.id, k.name <> 'loss/total', k.name;

-- Every value by name.
CREATE VIEW run_metrics AS
SELECT m.run_id AS run, k.name AS name, m.step AS step, m.value AS value
FROM metrics m
JOIN metric_keys k ON k.id = m.key_id;
