-- What the numbers are, beside the numbers: a reader of SQL alone cannot know whether lower is
-- better.

-- What each metric is, one row a metric, of scores one a metric and scorer. Which scorer's
-- run_scores are, is in their column scorer.
CREATE VIEW metric_info AS
SELECT json_extract(m.value, '$.name')               AS name,
       substr(c.hash, 1, 8)                          AS scorer,     -- NULL for what runs record themselves
       coalesce(json_extract(m.value, '$.unit'), '') AS unit,       -- '' for a number without a unit
       json_extract(m.value, '$.better')             AS direction,  -- which is better: lower, higher or neither
       json_extract(m.value, '$.label')              AS label,      -- in sentences
       coalesce(json_extract(m.value, '$.doc'), '')  AS what
FROM scorers c, json_each(CASE WHEN json_valid(c.description) THEN c.description ELSE '{}' END, '$.metrics') m
UNION ALL
SELECT name, NULL,
       CASE name WHEN 'time/iteration' THEN 's' WHEN 'memory/peak' THEN 'bytes' ELSE '' END,
       CASE WHEN name GLOB 'loss/*' OR name IN ('time/iteration', 'memory/peak') THEN 'lower' ELSE 'neither' END,
       CASE WHEN name GLOB 'loss/*' THEN replace(substr(name, 6), '/', ' ') || ' loss'
            WHEN name = 'time/iteration' THEN 'time of an iteration'
            WHEN name = 'memory/peak' THEN 'peak memory'
            WHEN name = 'rate' THEN 'learning rate'
            ELSE name END,
       CASE WHEN name GLOB 'loss/*' THEN 'the last ' || name || ' of the run'
            WHEN name = 'time/iteration' THEN 'seconds that the iteration after the value took'
            WHEN name = 'memory/peak' THEN 'largest memory of the process so far'
            WHEN name = 'rate' THEN 'learning rate of the iteration after the value'
            WHEN name = 'evaluations' THEN 'computations of loss and gradient so far'
            ELSE '' END
FROM metric_keys WHERE name NOT GLOB 'eval/*';
