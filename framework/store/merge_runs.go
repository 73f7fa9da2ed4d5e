package store

import (
	"context"
	"database/sql"
	"fmt"
)

// progressOf orders the states of one run r: by its last sign of life and, since a run whose
// process died is marked later without one, by its status.
func progressOf(r string) string {
	return fmt.Sprintf(`(%[1]s.seen_at, CASE %[1]s.status WHEN 'running' THEN 0 WHEN 'lost' THEN 1 ELSE 2 END, %[1]s.status)`, r)
}

// further selects the runs r of the source that are not here, as o, or are not as far here.
var further = ` FROM source.runs r LEFT JOIN main.runs o ON o.uid = r.uid WHERE (o.id IS NULL OR ` + progressOf("r") + ` > ` + progressOf("o") + `)`

// A runBatch is a range of run ids of the source.
type runBatch struct{ first, last int64 }

// batches divides the runs of the source that are wanted.
func (m *merger) batches(ctx context.Context) (list []runBatch, err error) {
	type row struct{ run, size int64 }
	err = m.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := collect(ctx, tx, func(r *row) []any { return []any{&r.run, &r.size} }, `SELECT r.id, length(r.config_resolved) * 4
			+ 32 * (SELECT coalesce(sum(count), 0) FROM source.metric_summary WHERE run_id = r.id)
			+ (SELECT coalesce(sum(b.size), 0) FROM source.artifacts a JOIN source.blobs b ON b.id = a.blob_id WHERE a.run_id = r.id)`+further+` ORDER BY r.id`)
		list = nil
		var size int64
		for _, r := range rows {
			if size += r.size; len(list) == 0 || size > m.batch {
				list, size = append(list, runBatch{first: r.run}), r.size
			}
			list[len(list)-1].last = r.run
		}
		if err == nil {
			var all int
			err = tx.QueryRowContext(ctx, `SELECT count(*) FROM source.runs`).Scan(&all)
			m.done.Same = all - len(rows)
		}
		return err
	})
	return list, err
}

// runColumns are the columns of runs that are the same in every store.
const runColumns = `status, message, seed, started_at, ended_at, elapsed, pid, pid_start, boot, machine, seen_at, environment, overrides, config_written, config_resolved`

// merge merges the runs of a batch with all their records. A run that is here and further in the source
// gets the records of the source in the place of its own.
func (b runBatch) merge(st *step) error {
	st.count(`INSERT INTO merge_runs (src, dst, hash) SELECT r.id, o.id, NULL`+further+` AND r.id BETWEEN ? AND ?`, b.first, b.last)
	if err := st.leaveOutDamaged(); err != nil {
		return err
	}
	st.contents()
	st.done.Continued = st.count(`UPDATE main.runs SET (` + runColumns + `) = (SELECT ` + runColumns + ` FROM source.runs r WHERE r.uid = runs.uid)
		WHERE id IN (SELECT dst FROM merge_runs)`)
	for _, table := range []string{"params", "metrics", "metric_summary", "events", "scores"} {
		st.run(`DELETE FROM main.` + table + ` WHERE run_id IN (SELECT dst FROM merge_runs)`)
	}
	st.done.Runs = st.count(`INSERT INTO main.runs (uid, experiment_id, trial_id, attempt, ` + runColumns + `)
		SELECT r.uid, e.dst, (SELECT o.id FROM source.trials t LEFT JOIN merge_sweeps w ON w.src = t.sweep_id JOIN main.trials o ON ` + sameTrial + ` WHERE t.id = r.trial_id),
			r.attempt, ` + runColumns + `
		FROM merge_runs m CROSS JOIN source.runs r ON r.id = m.src CROSS JOIN merge_experiments e ON e.src = r.experiment_id WHERE m.dst IS NULL ORDER BY m.src`)
	st.run(
		`UPDATE merge_runs SET hash = (SELECT t.hash FROM source.runs r JOIN source.trials t ON t.id = r.trial_id WHERE r.id = src) WHERE dst IS NULL`,
		`UPDATE merge_runs SET dst = (SELECT o.id FROM source.runs r JOIN main.runs o ON o.uid = r.uid WHERE r.id = src)`,
		// Attempts are counted again in the order in which they began, whichever store they come from.
		`UPDATE main.runs SET attempt = n.attempt FROM (
			SELECT r.id, row_number() OVER (PARTITION BY t.hash ORDER BY r.started_at, r.uid) AS attempt FROM main.trials t JOIN main.runs r ON r.trial_id = t.id
			WHERE t.hash IN (SELECT hash FROM merge_runs)) n WHERE n.id = runs.id AND n.attempt <> runs.attempt`,
		`INSERT INTO main.params (run_id, path, value) SELECT m.dst, p.path, p.value FROM merge_runs m CROSS JOIN source.params p ON p.run_id = m.src`,
		`INSERT INTO main.metrics (run_id, key_id, step, value) SELECT m.dst, k.dst, v.step, v.value
			FROM merge_runs m CROSS JOIN source.metrics v ON v.run_id = m.src CROSS JOIN merge_keys k ON k.src = v.key_id`,
		`INSERT INTO main.metric_summary (run_id, key_id, count, last_step, last, min, max, best_step)
			SELECT m.dst, k.dst, v.count, v.last_step, v.last, v.min, v.max, v.best_step
			FROM merge_runs m CROSS JOIN source.metric_summary v ON v.run_id = m.src CROSS JOIN merge_keys k ON k.src = v.key_id`,
		`INSERT INTO main.events (run_id, at, kind, step, data) SELECT m.dst, v.at, v.kind, v.step, v.data
			FROM merge_runs m CROSS JOIN source.events v ON v.run_id = m.src ORDER BY v.id`)
	st.artifacts()
	st.scoresAndMarks()
	return nil
}

// newContents selects the contents that the runs of the batch have and this store lacks.
const newContents = ` FROM source.blobs b WHERE b.id IN (SELECT a.blob_id FROM source.artifacts a WHERE a.run_id IN (SELECT src FROM merge_runs))
	AND b.hash NOT IN (SELECT hash FROM main.blobs)`

// leaveOutDamaged takes the runs out of the batch that have a content which its hash contradicts.
func (st *step) leaveOutDamaged() error {
	if st.err != nil {
		return st.err
	}
	blobs, err := collect(st.ctx, st.tx, func(id *int64) []any { return []any{id} },
		`SELECT b.id`+newContents+` AND (sha256(CAST(b.data AS BLOB)) <> b.hash OR length(b.data) <> b.size)`)
	if err != nil || len(blobs) == 0 {
		return err
	}
	runs := ` FROM source.artifacts WHERE blob_id IN (` + numbers(blobs) + `)`
	st.done.Damaged, err = collect(st.ctx, st.tx, func(uid *UID) []any { return []any{uid} },
		`SELECT r.uid FROM source.runs r WHERE r.id IN (SELECT src FROM merge_runs) AND r.id IN (SELECT run_id`+runs+`) ORDER BY r.id`)
	st.run(`DELETE FROM merge_runs WHERE src IN (SELECT run_id` + runs + `)`)
	return err
}

// contents copies the contents that are new.
func (st *step) contents() {
	st.value(&st.done.Bytes, `SELECT coalesce(sum(b.size), 0)`+newContents)
	st.done.Pictures = st.count(`INSERT INTO main.blobs (hash, size, data) SELECT b.hash, b.size, b.data` + newContents + ` ORDER BY b.id`)
}

// artifacts makes the artifacts of the batch's runs those of the source. A trigger drops the contents that
// none has any more.
func (st *step) artifacts() {
	st.run(`INSERT INTO main.artifacts (run_id, blob_id, kind, name, stage, step, mime, width, height, created_at)
		SELECT m.dst, c.id, a.kind, a.name, a.stage, a.step, a.mime, a.width, a.height, a.created_at
		FROM merge_runs m CROSS JOIN source.artifacts a ON a.run_id = m.src CROSS JOIN source.blobs b ON b.id = a.blob_id CROSS JOIN main.blobs c ON c.hash = b.hash
		WHERE true ORDER BY a.id
		ON CONFLICT (run_id, kind, name, stage, step) DO UPDATE SET blob_id = excluded.blob_id,
			mime = excluded.mime, width = excluded.width, height = excluded.height, created_at = excluded.created_at`,
		`DELETE FROM main.artifacts WHERE id IN (SELECT o.id FROM merge_runs m CROSS JOIN main.artifacts o ON o.run_id = m.dst
			WHERE NOT EXISTS (SELECT 1 FROM source.artifacts a WHERE a.run_id = m.src AND a.kind = o.kind AND a.name = o.name AND a.stage = o.stage AND a.step = o.step))`)
}

// scoresAndMarks merges what may be added to a run that has ended. Scores are of the state that the run
// was in: those of a run that is further here say nothing new. Of two scores of one scorer, which differ
// by rounding on different machines at most, the smaller one is kept; of marks those that
// were changed last, tags included.
func (st *step) scoresAndMarks() {
	const tags = `coalesce((SELECT group_concat(tag, ' ') FROM (SELECT tag FROM %[1]s.tags WHERE run_id = %[2]s ORDER BY tag)), '')`
	marks := func(schema, alias, run string) string {
		return fmt.Sprintf(`(%[3]s.changed_at, coalesce(%[3]s.deleted_at, ''), %[3]s.star, %[3]s.note, `+tags+`)`, schema, run, alias)
	}
	st.run(`INSERT INTO main.scores (run_id, scorer_id, key_id, value) SELECT m.dst, c.dst, k.dst, v.value
			FROM merge_runs m CROSS JOIN source.runs r ON r.id = m.src CROSS JOIN main.runs o ON o.id = m.dst AND `+progressOf("o")+` = `+progressOf("r")+`
			CROSS JOIN source.scores v ON v.run_id = m.src CROSS JOIN merge_scorers c ON c.src = v.scorer_id CROSS JOIN merge_keys k ON k.src = v.key_id
			WHERE true ON CONFLICT (run_id, scorer_id, key_id) DO UPDATE SET value = excluded.value
			WHERE excluded.value < scores.value OR scores.value IS NULL AND excluded.value IS NOT NULL`,
		`DROP TABLE IF EXISTS temp.merge_marks`,
		`CREATE TEMP TABLE merge_marks AS SELECT m.src AS src, m.dst AS dst FROM merge_runs m CROSS JOIN source.marks x ON x.run_id = m.src
			LEFT JOIN main.marks o ON o.run_id = m.dst WHERE o.run_id IS NULL OR `+marks("source", "x", "m.src")+` > `+marks("main", "o", "m.dst"))
	st.done.Marks = st.count(`INSERT OR REPLACE INTO main.marks (run_id, star, note, deleted_at, changed_at)
		SELECT m.dst, x.star, x.note, x.deleted_at, x.changed_at FROM merge_marks m JOIN source.marks x ON x.run_id = m.src`)
	st.run(`DELETE FROM main.tags WHERE run_id IN (SELECT dst FROM merge_marks)`,
		`INSERT INTO main.tags (run_id, tag) SELECT m.dst, x.tag FROM merge_marks m JOIN source.tags x ON x.run_id = m.src`)
}

// links is the last step: it merges what connects runs, and makes the views of sweeps.
func links(st *step) error {
	st.run(`INSERT INTO merge_runs (src, dst) SELECT r.id, o.id FROM source.runs r JOIN main.runs o ON o.uid = r.uid`,
		`UPDATE main.runs SET parent_id = n.parent FROM (SELECT m.dst AS run, p.dst AS parent FROM merge_runs m CROSS JOIN source.runs r ON r.id = m.src
			CROSS JOIN merge_runs p ON p.src = r.parent_id) n WHERE n.run = runs.id AND runs.parent_id IS NOT n.parent`)
	st.scoresAndMarks()
	st.run(`INSERT INTO main.questions (uid, text, left_run, left_picture, right_run, right_picture, created_at)
		SELECT x.uid, x.text, l.dst, x.left_picture, r.dst, x.right_picture, x.created_at
		FROM source.questions x JOIN merge_runs l ON l.src = x.left_run JOIN merge_runs r ON r.src = x.right_run
		WHERE x.uid NOT IN (SELECT uid FROM main.questions) ORDER BY x.id`)
	st.done.Votes = st.count(`INSERT INTO main.votes (question_id, voter, choice, created_at) SELECT q.id, v.voter, v.choice, v.created_at
		FROM source.votes v JOIN source.questions x ON x.id = v.question_id JOIN main.questions q ON q.uid = x.uid
		WHERE true ON CONFLICT (question_id, voter) DO UPDATE SET choice = excluded.choice, created_at = excluded.created_at
		WHERE (excluded.created_at, excluded.choice) > (votes.created_at, votes.choice)`)
	if st.err != nil {
		return st.err
	}
	merged, err := collect(st.ctx, st.tx, func(id *int64) []any { return []any{id} }, // a view has a column for each metric that its scorer has computed
		`SELECT id FROM main.sweeps WHERE id IN (SELECT dst FROM merge_sweeps) OR scorer IN (SELECT hash FROM source.scorers) ORDER BY id`)
	for _, sweep := range merged {
		if err == nil {
			err = refreshSweepView(st.ctx, st.tx, sweep)
		}
	}
	return err
}
