"""Prints a folder of event files as JSON, read by TensorBoard: EventAccumulator, and the HParams
page's own handlers on top of the data provider that TensorBoard's server uses."""
import hashlib, json, pathlib, sys
from google.protobuf import json_format
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

folder = pathlib.Path(sys.argv[1])
found = {"runs": {}, "hparams": {}}
for path in sorted(folder.rglob("*tfevents*")):
    run = str(path.parent.relative_to(folder))
    events = event_accumulator.EventAccumulator(str(path.parent), size_guidance={event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0})
    events.Reload()
    tags = events.Tags()
    found["runs"][run] = {
        "version": events.file_version,
        "scalars": {t: [[e.step, repr(e.value), e.wall_time] for e in events.Scalars(t)] for t in tags["scalars"]},
        "images": {t: [[e.step, e.height, e.width, hashlib.sha256(e.encoded_image_string).hexdigest()] for e in events.Images(t)] for t in tags["images"]},
    }

multiplexer = plugin_event_multiplexer.EventMultiplexer()
multiplexer.AddRunsFromDirectory(str(folder))
multiplexer.Reload()
provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
plugin = backend_context.Context(base_plugin.TBContext(data_provider=provider))
request = context.RequestContext()
metadata = plugin.hparams_metadata(request, "")
experiment = plugin.experiment_from_metadata(request, "", True, metadata, plugin.hparams_from_data_provider(request, "", limit=0))
found["hparams"]["settings"] = [[i.name, api_pb2.DataType.Name(i.type), i.differs] for i in experiment.hparam_infos]
found["hparams"]["metrics"] = [i.name.tag for i in experiment.metric_infos]
statuses = [api_pb2.Status.Value(s) for s in ("STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING")]
columns = [api_pb2.ColParams(hparam=i.name, include_in_result=True) for i in experiment.hparam_infos]
columns += [api_pb2.ColParams(metric=i.name) for i in experiment.metric_infos]
asked = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=1000, allowed_statuses=statuses, col_params=columns, include_metrics=True)
groups = list_session_groups.Handler(request, plugin, "", asked).run()
found["hparams"]["sessions"] = {
    g.sessions[0].name: {
        "status": api_pb2.Status.Name(g.sessions[0].status),
        "start": g.sessions[0].start_time_secs,
        "end": g.sessions[0].end_time_secs,
        "settings": {k: repr(getattr(v, v.WhichOneof("kind"))) for k, v in g.hparams.items() if v.WhichOneof("kind")},
        "metrics": {m.name.tag: [repr(m.value), m.training_step] for m in g.metric_values},
    }
    for g in groups.session_groups
}
print(json.dumps(found))
