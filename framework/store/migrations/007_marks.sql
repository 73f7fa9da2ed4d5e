-- What people say of runs: stars, notes, tags, and which ones they have deleted. A deleted
-- run is left out of listings, reports and answers, and its trial counts as not done, but
-- nothing of it is gone: `runexp restore` brings it back. `runexp db prune` erases it.

-- At most one row a run; none is the same as the defaults.
CREATE TABLE marks (
    run_id     INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    star       INTEGER NOT NULL DEFAULT 0 CHECK (star IN (0, 1)),
    note       TEXT NOT NULL DEFAULT '',
    deleted_at TEXT,                  -- NULL: not deleted
    changed_at TEXT NOT NULL          -- of the row or of the run's tags; when files are merged the later counts
);
CREATE INDEX marks_deleted ON marks (run_id) WHERE deleted_at IS NOT NULL;

-- Short words under which people find runs.
CREATE TABLE tags (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    tag    TEXT NOT NULL,
    PRIMARY KEY (run_id, tag)
) WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);

-- Filters ask for the runs with a value of a setting.
CREATE INDEX params_by_path ON params (path, value);

-- One row a run that is not deleted, newest first. A run whose process was killed still says
-- 'running' here until runexp next opens the file for writing.
DROP VIEW IF EXISTS run_list;
CREATE VIEW run_list AS
SELECT r.id                               AS run,
       substr(lower(hex(r.uid)), 1, 8)    AS short,
       e.name                             AS experiment,
       r.status                           AS status,
       r.attempt                          AS attempt,
       s.last                             AS loss,
       s.min                              AS best,
       coalesce(i.count, s.last_step)     AS iterations,
       round(r.elapsed, 1)                AS seconds,     -- to a tenth; trial_list has them exactly
       r.started_at                       AS started_at,
       coalesce(m.star, 0)                AS star,        -- 1 if somebody starred it
       coalesce((SELECT group_concat(tag, ' ') FROM tags WHERE run_id = r.id), '') AS tags,
       coalesce(m.note, '')               AS note,
       r.message                          AS message      -- why it ended so
FROM runs r
JOIN experiments e ON e.id = r.experiment_id
LEFT JOIN marks m ON m.run_id = r.id
LEFT JOIN metric_summary s ON s.run_id = r.id
     AND s.key_id = (SELECT id FROM metric_keys WHERE name = 'loss/total')
LEFT JOIN metric_summary i ON i.run_id = r.id
     AND i.key_id = (SELECT id FROM metric_keys WHERE name = 'time/iteration')
WHERE m.deleted_at IS NULL
ORDER BY r.started_at DESC, r.id DESC;

-- One row for each trial of a sweep, with the run that represents it: the newest that
-- has finished, or else the newest, of those that are not deleted. A run of an equal trial
-- of the experiment counts.
DROP VIEW IF EXISTS trial_list;
CREATE VIEW trial_list AS
SELECT t.sweep_id                         AS sweep,
       e.name                             AS experiment,
       t.number                           AS trial,       -- from 0
       t.id                               AS trial_id,    -- in trials and trial_settings
       r.id                               AS run,         -- NULL: not begun
       coalesce(r.status, 'not begun')    AS status,      -- of the run
       t.pair                             AS pair,        -- of images, from 0; NULL without pairs
       t.draw                             AS draw,        -- which repeat, from 0
       t.content                          AS content,     -- names of files
       t.style                            AS style,
       r.elapsed                          AS seconds,     -- of the run, by a clock that does not jump
       i.count                            AS iterations,
       r.started_at                       AS started_at
FROM trials t
JOIN experiments e ON e.id = t.experiment_id
LEFT JOIN runs r ON r.id = (SELECT a.id FROM trials o JOIN runs a ON a.trial_id = o.id
     WHERE o.hash = t.hash AND o.experiment_id = t.experiment_id
       AND a.id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL)
     ORDER BY a.status = 'finished' DESC, a.id DESC LIMIT 1)
LEFT JOIN metric_summary i ON i.run_id = r.id
     AND i.key_id = (SELECT id FROM metric_keys WHERE name = 'time/iteration')
WHERE t.sweep_id IS NOT NULL
ORDER BY t.sweep_id, t.number;

-- The resolved config of every run that is not deleted, one row a value.
CREATE VIEW run_params AS
SELECT run_id AS run,
       path   AS path,                    -- losses.style.weight
       value  AS value                    -- JSON; a list is the text of its YAML
FROM params
WHERE run_id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL);

-- One row for each run that is not deleted and loss; best_step and last_step are the iterations
-- made before: a row's step less the stages that had ended. A stage that was gone on with began
-- twice at one step.
DROP VIEW IF EXISTS run_losses;
CREATE VIEW run_losses AS
SELECT r.id              AS run,
       e.name            AS experiment,
       r.status          AS status,
       substr(k.name, 6) AS loss,          -- total, style, style/conv1_1
       s.last            AS last,
       s.min             AS best,
       s.best_step - max(0, (SELECT count(DISTINCT v.step) FROM events v
            WHERE v.run_id = r.id AND v.kind = 'stage' AND v.step <= s.best_step) - 1) AS best_step,
       s.last_step - max(0, (SELECT count(DISTINCT v.step) FROM events v
            WHERE v.run_id = r.id AND v.kind = 'stage' AND v.step <= s.last_step) - 1) AS last_step
FROM runs r
JOIN experiments e    ON e.id = r.experiment_id
JOIN metric_summary s ON s.run_id = r.id
JOIN metric_keys k    ON k.id = s.key_id
WHERE k.name GLOB 'loss/*' AND r.id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL)
ORDER BY r.id, k.name <> 'loss/total', k.name;

-- Every value by name, of runs that are not deleted.
DROP VIEW IF EXISTS run_metrics;
CREATE VIEW run_metrics AS
SELECT m.run_id AS run, k.name AS name, m.step AS step, m.value AS value
FROM metrics m
JOIN metric_keys k ON k.id = m.key_id
WHERE m.run_id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL);

-- Every score by name, of runs that are not deleted: compare only rows of one scorer.
DROP VIEW IF EXISTS run_scores;
CREATE VIEW run_scores AS
SELECT s.run_id AS run, substr(c.hash, 1, 8) AS scorer, k.name AS name, s.value AS value
FROM scores s
JOIN scorers c     ON c.id = s.scorer_id
JOIN metric_keys k ON k.id = s.key_id
WHERE s.run_id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL);

-- Pictures and other files of every run that is not deleted. Their bytes are in the table blobs: join
-- blobs.id with the column blob.
CREATE VIEW run_pictures AS
SELECT a.run_id AS run,
       a.kind   AS kind,                  -- picture, content, style, plot
       a.name   AS name,                  -- picture.png is the result
       a.stage  AS stage,
       a.step   AS step,
       a.mime   AS mime,
       a.width  AS width,                 -- pixels
       a.height AS height,
       a.blob_id AS blob
FROM artifacts a
WHERE a.run_id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL);

-- The environment of every run that is not deleted: versions, machine, weights, images, command.
CREATE VIEW run_environment AS
SELECT r.id          AS run,
       r.environment AS environment,      -- JSON object
       r.overrides   AS overrides,        -- JSON array of path=value
       r.config_resolved AS config        -- YAML that runs it again
FROM runs r
WHERE r.id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL);
