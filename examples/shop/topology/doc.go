// Package topology describes one running shop: which services there are, under which names, at which addresses, and
// where the files and sockets are that its processes share. The harness writes it as one JSON file; every process reads
// it and looks itself up.
//
// The role of a service decides what it does; its name is only what it calls itself in telemetry (service.name), and
// may be anything. An instance id is service.instance.id.
//
//	{
//	  "namespace": "shop",
//	  "services": [
//	    {"role": "payment", "name": "payment", "instances": [
//	      {"id": "payment-1", "addr": "127.0.0.1:20011"},
//	      {"id": "payment-2", "addr": "127.0.0.1:20012"}]}
//	  ],
//	  "bank": "127.0.0.1:20090",
//	  "otlp": "http://127.0.0.1:4318",
//	  "ledger": "/…/ledger.jsonl",
//	  "control_dir": "/…/control",
//	  "data_dir": "/…/data",
//	  "load_control": "/…/control/load.sock"
//	}
//
// Unix sockets limit a path to about 100 bytes, so keep control_dir short; Validate says so when it is not.
package topology
