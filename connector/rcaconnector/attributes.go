package rcaconnector

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelheal/otelheal/rca"
)

// attributes are those of a span that tell anything, by the newest semantic
// conventions or by older ones. They are read in one pass, since each look-up in
// a map of pdata walks it.
type attributes struct {
	method, route         string
	rpcService, rpcMethod string
	peerService, system   string
	address               string
	errorType             string
	port, status, grpc    int64
	rank                  [3]uint8 // of the peer's name, its system and its address: how well it was named
}

// Places in attributes.rank.
const (
	rankService = iota
	rankSystem
	rankAddress
)

func readAttributes(m pcommon.Map) (a attributes) {
	for k, v := range m.All() {
		switch k {
		case "http.request.method":
			set(&a.method, v)
		case "http.method":
			if a.method == "" {
				set(&a.method, v)
			}
		case "http.route":
			set(&a.route, v)
		case "rpc.service":
			set(&a.rpcService, v)
		case "rpc.method":
			set(&a.rpcMethod, v)
		case "error.type":
			set(&a.errorType, v)
		case "http.response.status_code", "http.status_code":
			if a.status == 0 || k == "http.response.status_code" {
				setNumber(&a.status, v)
			}
		case "rpc.grpc.status_code":
			setNumber(&a.grpc, v)
		case "rpc.response.status_code":
			if v.Type() == pcommon.ValueTypeStr && a.grpc == 0 {
				a.grpc = grpcCodes[v.Str()]
			}
		case "service.peer.name":
			a.name(&a.peerService, rankService, 2, v)
		case "peer.service":
			a.name(&a.peerService, rankService, 1, v)
		case "db.system.name":
			a.name(&a.system, rankSystem, 3, v)
		case "db.system":
			a.name(&a.system, rankSystem, 2, v)
		case "messaging.system":
			a.name(&a.system, rankSystem, 1, v)
		case "server.address":
			a.name(&a.address, rankAddress, 4, v)
		case "net.peer.name":
			a.name(&a.address, rankAddress, 3, v)
		case "network.peer.address":
			a.name(&a.address, rankAddress, 2, v)
		case "net.sock.peer.addr", "net.peer.ip", "peer.hostname", "peer.ipv4": // the last two are OpenTracing's
			a.name(&a.address, rankAddress, 1, v)
		case "server.port":
			setNumber(&a.port, v)
		case "net.peer.port", "network.peer.port", "net.sock.peer.port", "peer.port":
			if a.port == 0 {
				setNumber(&a.port, v)
			}
		}
	}
	if name, ok := renamed[a.system]; ok {
		a.system = name
	}
	if k := strings.LastIndexByte(a.rpcMethod, '/'); k > 0 { // the newer rpc.method is the full one
		a.rpcService, a.rpcMethod = strings.TrimPrefix(a.rpcMethod[:k], "/"), a.rpcMethod[k+1:]
	}
	return a
}

// renamed are systems by their names before db.system.name and the newer
// messaging.system.
var renamed = map[string]string{
	"adabas": "softwareag.adabas", "AmazonSQS": "aws_sqs", "cosmosdb": "azure.cosmosdb", "db2": "ibm.db2", "dynamodb": "aws.dynamodb",
	"firebird": "firebirdsql", "h2": "h2database", "hanadb": "sap.hana", "informix": "ibm.informix", "ingres": "actian.ingres",
	"intersystems_cache": "intersystems.cache", "maxdb": "sap.maxdb", "mssql": "microsoft.sql_server", "netezza": "ibm.netezza",
	"oracle": "oracle.db", "redshift": "aws.redshift", "spanner": "gcp.spanner",
}

// grpcCodes are the names of gRPC's failures, in which newer conventions write
// the number that older ones did.
var grpcCodes = map[string]int64{
	"CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4, "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "PERMISSION_DENIED": 7,
	"RESOURCE_EXHAUSTED": 8, "FAILED_PRECONDITION": 9, "ABORTED": 10, "OUT_OF_RANGE": 11, "UNIMPLEMENTED": 12, "INTERNAL": 13,
	"UNAVAILABLE": 14, "DATA_LOSS": 15, "UNAUTHENTICATED": 16,
}

func set(into *string, v pcommon.Value) {
	if v.Type() == pcommon.ValueTypeStr {
		*into = v.Str()
	}
}

// setNumber sets a number, which is a text in what comes of Zipkin and SkyWalking.
func setNumber(into *int64, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		*into = v.Int()
	case pcommon.ValueTypeStr:
		if n, err := strconv.ParseInt(cut(v.Str(), 8), 10, 32); err == nil {
			*into = n
		}
	}
}

// name sets what is not named better already.
func (a *attributes) name(into *string, what int, rank uint8, v pcommon.Value) {
	if rank > a.rank[what] && v.Type() == pcommon.ValueTypeStr && v.Str() != "" {
		*into, a.rank[what] = v.Str(), rank
	}
}

// peer names whom a client calls.
func (a *attributes) peer() rca.Peer {
	p := rca.Peer{Service: a.peerService, System: a.system, Address: a.address}
	if a.address != "" && a.port > 0 && a.port < 1<<16 {
		p.Port = uint16(a.port)
	}
	return p
}
