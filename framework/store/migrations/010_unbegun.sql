-- A trial without a run says why: its runs were deleted, or it failed before it had one.

-- Why its last attempt failed before a run was begun: an image that had gone, say. '' for none.
ALTER TABLE trials ADD COLUMN problem TEXT NOT NULL DEFAULT '';

-- One row for each trial of a sweep, with the run that represents it: the newest that
-- has finished, or else the newest, of those that are not deleted. A run of an equal trial
-- of the experiment counts.
DROP VIEW IF EXISTS trial_list;
CREATE VIEW trial_list AS
SELECT t.sweep_id                         AS sweep,
       e.name                             AS experiment,
       t.number                           AS trial,       -- from 0
       t.id                               AS trial_id,    -- in trials and trial_settings
       r.id                               AS run,         -- NULL: not begun, or deleted
       coalesce(r.status, CASE WHEN EXISTS (SELECT 1 FROM trials o JOIN runs a ON a.trial_id = o.id
            WHERE o.hash = t.hash AND o.experiment_id = t.experiment_id) THEN 'deleted' ELSE 'not begun' END)
                                          AS status,      -- of the run; deleted if all runs of the trial are
       t.pair                             AS pair,        -- of images, from 0; NULL without pairs
       t.draw                             AS draw,        -- which repeat, from 0
       t.content                          AS content,     -- names of files
       t.style                            AS style,
       r.elapsed                          AS seconds,     -- of the run and the attempts that it goes on from, by a clock that does not jump
       i.count                            AS iterations,
       r.started_at                       AS started_at,
       CASE WHEN r.id IS NULL THEN t.problem ELSE '' END
                                          AS problem      -- why no run was begun
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
