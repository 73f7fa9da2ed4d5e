-- The views count iterations, as runexp ls and runexp show do. A step of metrics is a
-- row, and each stage has a row more than iterations: 500 + 300 end with row 801.

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
       round(r.elapsed, 1)                AS seconds,
       r.started_at                       AS started_at,
       r.message                          AS message
FROM runs r
JOIN experiments e ON e.id = r.experiment_id
LEFT JOIN metric_summary s ON s.run_id = r.id
     AND s.key_id = (SELECT id FROM metric_keys WHERE name = 'loss/total')
LEFT JOIN metric_summary i ON i.run_id = r.id
     AND i.key_id = (SELECT id FROM metric_keys WHERE name = 'time/iteration')
ORDER BY r.started_at DESC, r.id DESC;

-- One row for each run and loss; best_step and last_step are the iterations made
-- before: a row's step less the stages that had ended. A stage that was gone on
-- with began twice at one step.
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
WHERE k.name GLOB 'loss/*'
ORDER BY r.id, k.name <> 'loss/total', k.name;
