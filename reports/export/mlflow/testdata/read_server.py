"""Prints the experiments and runs of an MLflow server as JSON, read by MLflow's own client. A
metric's value is text, since JSON has no NaN; an artifact is the SHA-256 of what is downloaded."""
import hashlib, json, pathlib, sys, tempfile
import mlflow
from mlflow.entities import ViewType

mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()


def artifacts(run_id, path=None):
    for f in client.list_artifacts(run_id, path):
        if f.is_dir:
            yield from artifacts(run_id, f.path)
        else:
            with tempfile.TemporaryDirectory() as folder:
                local = client.download_artifacts(run_id, f.path, folder)
                yield f.path, hashlib.sha256(pathlib.Path(local).read_bytes()).hexdigest()


found = {}
for e in client.search_experiments(view_type=ViewType.ACTIVE_ONLY):
    found[e.name] = [
        {
            "id": r.info.run_id,
            "name": r.info.run_name,
            "status": r.info.status,
            "start": r.info.start_time,
            "end": r.info.end_time or 0,
            "params": r.data.params,
            "tags": r.data.tags,
            "metrics": {
                key: [[m.step, repr(m.value), m.timestamp] for m in client.get_metric_history(r.info.run_id, key)] for key in r.data.metrics
            },
            "artifacts": dict(artifacts(r.info.run_id)),
        }
        for r in client.search_runs([e.experiment_id], max_results=1000)
    ]
print(json.dumps(found))
