-- Settings of runs are called as on the command line, stages.0.size, and lists are JSON, as
-- in the views of sweeps. Before, they were stages[0].size and a text of YAML: the program
-- that applies this migration rewrites them.

-- The resolved config of every run that is not deleted, one row a value.
DROP VIEW IF EXISTS run_params;
CREATE VIEW run_params AS
SELECT run_id AS run,
       path   AS path,                    -- losses.style.weight, stages.0.iterations
       value  AS value                    -- JSON
FROM params
WHERE run_id NOT IN (SELECT run_id FROM marks WHERE deleted_at IS NOT NULL);
