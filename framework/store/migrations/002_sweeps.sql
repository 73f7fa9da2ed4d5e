-- What a sweep's trials are points of, and what scorers said of finished
-- pictures. The metrics eval/* of a run are by the scorer that it was run with,
-- which its environment names; scores keeps them for every scorer, so that a
-- sweep with other layers can score an old picture again and nothing is lost.

-- JSON: {"settings": [{"path": …, "value": …, "label": …}], "levels": […], "pair": …, "repeat": …}
ALTER TABLE trials ADD COLUMN point TEXT;

-- Who scored: a backbone, its weights, and the layers that no trial used.
CREATE TABLE scorers (
    id          INTEGER PRIMARY KEY,
    hash        TEXT NOT NULL UNIQUE, -- of what decides its numbers
    description TEXT NOT NULL,        -- JSON
    created_at  TEXT NOT NULL
);

-- Metrics of the picture that a run ended with.
CREATE TABLE scores (
    run_id    INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    scorer_id INTEGER NOT NULL REFERENCES scorers (id),
    key_id    INTEGER NOT NULL REFERENCES metric_keys (id),
    value     REAL,                   -- NULL is not-a-number
    PRIMARY KEY (run_id, scorer_id, key_id)
) WITHOUT ROWID;

-- Every score by name: compare only rows of one scorer.
CREATE VIEW run_scores AS
SELECT s.run_id AS run, substr(c.hash, 1, 8) AS scorer, k.name AS name, s.value AS value
FROM scores s
JOIN scorers c     ON c.id = s.scorer_id
JOIN metric_keys k ON k.id = s.key_id;
