package store

// mapTables give the ids of the source the ids that their rows have here. The names in the
// statements of a merge: source is the other store, main this one, src and dst ids of them.
var mapTables = []string{
	`DROP TABLE IF EXISTS temp.merge_experiments`,
	`DROP TABLE IF EXISTS temp.merge_keys`,
	`DROP TABLE IF EXISTS temp.merge_scorers`,
	`DROP TABLE IF EXISTS temp.merge_sweeps`,
	`DROP TABLE IF EXISTS temp.merge_runs`,
	`CREATE TEMP TABLE merge_experiments AS SELECT x.id AS src, e.id AS dst FROM source.experiments x JOIN main.experiments e ON e.name = x.name`,
	`CREATE TEMP TABLE merge_keys (src INTEGER PRIMARY KEY, dst INTEGER NOT NULL)`,
	`INSERT INTO merge_keys SELECT x.id, k.id FROM source.metric_keys x JOIN main.metric_keys k ON k.name = x.name`,
	`CREATE TEMP TABLE merge_scorers AS SELECT x.id AS src, c.id AS dst FROM source.scorers x JOIN main.scorers c ON c.hash = x.hash`,
	`CREATE TEMP TABLE merge_sweeps AS SELECT x.id AS src, w.id AS dst FROM source.sweeps x JOIN main.sweeps w ON w.uid = x.uid`,
	`CREATE TEMP TABLE merge_runs (src INTEGER PRIMARY KEY, dst INTEGER, hash TEXT)`,
}

// shared merges what runs refer to, so that every id of it has one here. Where both have the same thing
// under different uids, or with texts that differ, the rule does not depend on which store is
// merged into which: the earlier one counts, of choices the later one.
func shared(st *step) error {
	st.run(
		`INSERT INTO main.experiments (uid, name, created_at) SELECT uid, name, created_at FROM source.experiments WHERE true ORDER BY id
			ON CONFLICT (name) DO UPDATE SET uid = excluded.uid, created_at = excluded.created_at
			WHERE (excluded.created_at, excluded.uid) < (experiments.created_at, experiments.uid)`,
		`INSERT INTO main.metric_keys (name) SELECT name FROM source.metric_keys WHERE name NOT IN (SELECT name FROM main.metric_keys) ORDER BY id`,
		`INSERT INTO main.scorers (hash, description, created_at) SELECT hash, description, created_at FROM source.scorers WHERE true ORDER BY id
			ON CONFLICT (hash) DO UPDATE SET description = excluded.description, created_at = excluded.created_at
			WHERE (excluded.created_at, excluded.description) < (scorers.created_at, scorers.description)`,
		`INSERT INTO main.choices (request, choice, created_at) SELECT request, choice, created_at FROM source.choices WHERE true
			ON CONFLICT (request) DO UPDATE SET choice = excluded.choice, created_at = excluded.created_at
			WHERE (excluded.created_at, excluded.choice) > (choices.created_at, choices.choice)`)
	st.run(mapTables...)
	sweeps(st)
	st.run(mapTables...)
	trials(st)
	return nil
}

// sweeps merges sweeps without their trials. Of a sweep in both, which results may have made
// grow in one, the plan of the one with more trials counts.
func sweeps(st *step) {
	st.run(`UPDATE main.sweeps AS w SET (method, plan, metrics, scorer) = (SELECT x.method, x.plan, x.metrics, x.scorer FROM source.sweeps x WHERE x.uid = w.uid)
		WHERE EXISTS (SELECT 1 FROM source.sweeps x WHERE x.uid = w.uid
			AND ((SELECT count(*) FROM source.trials t WHERE t.sweep_id = x.id), x.plan) > ((SELECT count(*) FROM main.trials t WHERE t.sweep_id = w.id), w.plan))`)
	st.done.Sweeps = st.count(`INSERT INTO main.sweeps (uid, experiment_id, method, plan, metrics, scorer, created_at)
		SELECT x.uid, e.dst, x.method, x.plan, x.metrics, x.scorer, x.created_at FROM source.sweeps x JOIN merge_experiments e ON e.src = x.experiment_id
		WHERE x.uid NOT IN (SELECT uid FROM main.sweeps) ORDER BY x.id`)
}

// sameTrial is true of a trial t of the source and a trial o of this store.
const sameTrial = `o.hash = t.hash AND o.experiment_id = e.dst AND o.sweep_id IS w.dst`

// trials merges trials: those of a sweep are the same if their hashes are. If a sweep grew in both
// stores, two trials can have one number; then all are numbered anew, in the order in which they
// were planned.
func trials(st *step) {
	const from = ` FROM source.trials t CROSS JOIN merge_experiments e ON e.src = t.experiment_id LEFT JOIN merge_sweeps w ON w.src = t.sweep_id `
	st.run(`DROP TABLE IF EXISTS temp.merge_trials`,
		`CREATE TEMP TABLE merge_trials AS SELECT o.id AS id, t.uid AS uid, t.created_at AS created_at`+from+`CROSS JOIN main.trials o ON `+sameTrial+`
			WHERE (t.created_at, t.uid) < (o.created_at, o.uid)`,
		`UPDATE main.trials SET uid = n.uid, created_at = n.created_at FROM merge_trials n WHERE n.id = trials.id`)
	st.done.Trials = st.count(`INSERT INTO main.trials (uid, experiment_id, sweep_id, number, hash, config, created_at, point)
		SELECT t.uid, e.dst, w.dst, t.number, t.hash, t.config, t.created_at, t.point` + from + `
		WHERE NOT EXISTS (SELECT 1 FROM main.trials o WHERE ` + sameTrial + `) ORDER BY t.id`)
	if st.done.Trials == 0 {
		return
	}
	st.run(`UPDATE main.trials SET number = n.number FROM (
		SELECT id, row_number() OVER (PARTITION BY sweep_id ORDER BY created_at, number, uid) - 1 AS number FROM main.trials
		WHERE sweep_id IN (SELECT sweep_id FROM main.trials WHERE sweep_id IN (SELECT dst FROM merge_sweeps) GROUP BY sweep_id, number HAVING count(*) > 1)
	) n WHERE n.id = trials.id`)
}
