-- What the config key `time` chose. Predicted times vary, so the choice is made once: the
-- same command finds it here and makes the same trials.
CREATE TABLE choices (
    request    TEXT PRIMARY KEY,      -- identity of a trial before the choice, with its time
    choice     TEXT NOT NULL,         -- JSON: {"time": …, "long": …, "iterations": …}
    created_at TEXT NOT NULL
) WITHOUT ROWID;
