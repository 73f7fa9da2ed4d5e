package tensorboard

import (
	"encoding/json"

	"google.golang.org/protobuf/encoding/protowire"

	"runexp/framework/store"
	"runexp/reports/export"
)

// The HParams plugin reads three messages from the metadata of values with these tags
// (plugin_data.proto): the experiment, in the folder of all runs, and what a session, which
// is a run, started with and how it ended.
const (
	experimentTag = "_hparams_/experiment"
	startTag      = "_hparams_/session_start_info"
	endTag        = "_hparams_/session_end_info"
)

// hparams returns a Summary.Value for the plugin; field is that of data in
// HParamsPluginData, whose version 0 is the default.
func hparams(tag string, field protowire.Number, data message) message {
	plugin := message(nil).text(1, "hparams").bytes(2, message(nil).bytes(field, data))
	metadata := message(nil).bytes(1, plugin).whole(4, 2) // DATA_CLASS_TENSOR
	empty := message(nil).whole(1, 1).bytes(2, message(nil).bytes(2, message(nil).whole(1, 0)))
	return message(nil).text(1, tag).bytes(9, metadata).bytes(8, empty) // a float tensor of shape (0)
}

// DataType of HParamInfo.
var dataTypes = map[export.Kind]int{export.Text: 1, export.Truth: 2, export.Integer: 3, export.Real: 3}

// experiment returns the Experiment: its settings, of which TensorBoard shows those that
// differ first, and its metrics, of which it shows the last value of each session.
func experiment(survey export.Survey) message {
	var m message
	for _, one := range survey.Settings {
		if one.Kind == export.None {
			continue
		}
		info := message(nil).text(1, one.Name).whole(4, dataTypes[one.Kind])
		if one.Differs {
			info = info.whole(7, 1)
		}
		m = m.bytes(4, info)
	}
	for _, name := range survey.Metrics {
		m = m.bytes(5, message(nil).bytes(1, message(nil).text(2, name)))
	}
	return m
}

// sessionStart returns the SessionStartInfo of a run.
func sessionStart(run export.Run, kinds map[string]export.Kind) message {
	var m message
	for _, one := range run.Settings {
		if value := valueOf(kinds[one.Name], one.JSON); value != nil {
			m = m.bytes(1, message(nil).text(1, one.Name).bytes(2, value))
		}
	}
	return m.double(5, unix(run.Started))
}

// valueOf returns a google.protobuf.Value; nil for null. A setting that has values of
// several kinds is text in all runs.
func valueOf(kind export.Kind, value json.RawMessage) message {
	switch v := kind.Of(value).(type) {
	case bool:
		return message(nil).whole(4, map[bool]int{true: 1}[v])
	case int64:
		return message(nil).double(2, float64(v))
	case float64:
		return message(nil).double(2, v)
	case string:
		return message(nil).text(3, v)
	}
	return nil
}

// sessionEnd returns the SessionEndInfo of a run that has ended. A pruned run is a success:
// its sweep stopped it early.
func sessionEnd(run export.Run) message {
	status := 2
	if run.Status == store.Finished || run.Status == store.Pruned {
		status = 1
	}
	return message(nil).whole(1, status).double(2, unix(run.Ended))
}
