-- What people say of pictures, two at a time. A question is blind: its uid is all that
-- a ballot has of it.

-- Which of two pictures is better. The hashes are those of the pictures shown: a vote is
-- about these, whatever the runs have now.
CREATE TABLE questions (
    id            INTEGER PRIMARY KEY,
    uid           BLOB NOT NULL UNIQUE CHECK (length(uid) = 16),
    text          TEXT NOT NULL,      -- as it was asked
    left_run      INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    left_picture  BLOB NOT NULL CHECK (length(left_picture) = 32),  -- SHA-256, as in blobs
    right_run     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    right_picture BLOB NOT NULL CHECK (length(right_picture) = 32),
    created_at    TEXT NOT NULL
);
CREATE INDEX questions_by_left ON questions (left_run);
CREATE INDEX questions_by_right ON questions (right_run);

-- One answer of each voter to each question.
CREATE TABLE votes (
    question_id INTEGER NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    voter       TEXT NOT NULL,        -- a name that the voter chose, '' for none
    choice      TEXT NOT NULL CHECK (choice IN ('left', 'right', 'tie')),
    created_at  TEXT NOT NULL,
    PRIMARY KEY (question_id, voter)
) WITHOUT ROWID;

-- Every vote with the runs that it compares.
CREATE VIEW vote_list AS
SELECT q.left_run AS left_run, q.right_run AS right_run, v.choice AS choice, v.voter AS voter,
       q.text AS question, v.created_at AS created_at
FROM votes v
JOIN questions q ON q.id = v.question_id
ORDER BY v.created_at, q.id, v.voter;
