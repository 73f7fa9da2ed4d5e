-- One row a trial, for programs that read SQL. A point is JSON, which an old sqlite3
-- cannot take apart, so its parts are kept beside it: written by a trigger, whoever
-- inserts the trial.
--
--     sqlite3 -box runs/runexp.db "select * from sweep_3"
--
-- The view sweep_N has a column for each setting and metric of sweep N, named like them:
-- "losses.style.weight", "eval/content". It is made with the sweep; here, for the sweeps
-- that are there. trial_list, trial_settings and trial_scores have the same, in rows.

-- Position of the pair of images in the sweep, from 0; NULL without pairs.
ALTER TABLE trials ADD COLUMN pair INTEGER;
-- Which repeat, each with a seed of its own, from 0.
ALTER TABLE trials ADD COLUMN draw INTEGER;
-- File name of the content image; '' for a texture.
ALTER TABLE trials ADD COLUMN content TEXT;
-- File names of the style images, joined by ' + '.
ALTER TABLE trials ADD COLUMN style TEXT;

-- What a sweep sets in each of its trials, one row a setting. Together with the sweep's
-- config they are the trial's.
CREATE TABLE trial_settings (
    trial_id INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE,
    path     TEXT NOT NULL,           -- losses.style.weight
    value,                            -- a number or text as such, true and false as 1 and 0, lists as JSON
    label    TEXT NOT NULL,           -- for people: the value, or the name of the level
    PRIMARY KEY (trial_id, path)
) WITHOUT ROWID;

UPDATE trials SET
    pair    = nullif(json_extract(point, '$.pair'), -1),
    draw    = coalesce(json_extract(point, '$.repeat'), 0),
    content = coalesce(json_extract(point, '$.content'), json_extract(point, '$.photograph'), ''),
    style   = coalesce(json_extract(point, '$.style'), json_extract(point, '$.painting'), '')
WHERE json_valid(point);
INSERT OR IGNORE INTO trial_settings (trial_id, path, value, label)
SELECT t.id, json_extract(s.value, '$.path'), json_extract(s.value, '$.value'), coalesce(json_extract(s.value, '$.label'), '')
FROM trials t, json_each(CASE WHEN json_valid(t.point) THEN t.point ELSE '{}' END, '$.settings') s
WHERE s.type = 'object' AND json_type(s.value, '$.path') = 'text';

-- Keeps the parts of a point that is inserted.
CREATE TRIGGER trial_planned AFTER INSERT ON trials WHEN json_valid(NEW.point) BEGIN
    UPDATE trials SET
        pair    = nullif(json_extract(NEW.point, '$.pair'), -1),
        draw    = coalesce(json_extract(NEW.point, '$.repeat'), 0),
        content = coalesce(json_extract(NEW.point, '$.content'), json_extract(NEW.point, '$.photograph'), ''),
        style   = coalesce(json_extract(NEW.point, '$.style'), json_extract(NEW.point, '$.painting'), '')
    WHERE id = NEW.id;
    INSERT OR IGNORE INTO trial_settings (trial_id, path, value, label)
    SELECT NEW.id, json_extract(s.value, '$.path'), json_extract(s.value, '$.value'), coalesce(json_extract(s.value, '$.label'), '')
    FROM json_each(NEW.point, '$.settings') s
    WHERE s.type = 'object' AND json_type(s.value, '$.path') = 'text';
END;

-- One row for each trial of a sweep, with the run that represents it: the newest that
-- has finished, or else the newest. A run of an equal trial of the experiment counts.
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
     ORDER BY a.status = 'finished' DESC, a.id DESC LIMIT 1)
LEFT JOIN metric_summary i ON i.run_id = r.id
     AND i.key_id = (SELECT id FROM metric_keys WHERE name = 'time/iteration')
WHERE t.sweep_id IS NOT NULL
ORDER BY t.sweep_id, t.number;

-- One row for each trial and metric, by the sweep's scorer.
CREATE VIEW trial_scores AS
SELECT l.sweep AS sweep,
       l.trial AS trial,
       l.run   AS run,
       k.name  AS name,                   -- eval/content, or eval/content/relu3_3 for one layer
       s.value AS value
FROM trial_list l
JOIN sweeps w      ON w.id = l.sweep
JOIN scorers c     ON c.hash = w.scorer
JOIN scores s      ON s.run_id = l.run AND s.scorer_id = c.id
JOIN metric_keys k ON k.id = s.key_id;
