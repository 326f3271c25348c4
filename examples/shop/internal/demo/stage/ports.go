package stage

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// The shop takes the first ports of a block of a hundred, its bank the
// ninety-first; what stands around it comes after that.
const (
	block        = 100
	offsetBank   = 90
	offsetOTLP   = 91 // the gateway, for the node collector
	offsetAgent  = 92 // the node collector, for the shop
	offsetHealer = 93
	offsetOwn    = 94 // the gateway's own metrics
)

// Ports lie below those that systems give to outgoing connections (32768 and
// up), so that nobody takes one while its program is being restarted.
const firstBlock, lastBlock = 20000, 32000

// FindPorts returns the first port of a free block. With a wish above zero it
// takes that one or says who else has what.
func FindPorts(wish, instances int) (int, error) {
	if wish > 0 {
		if busy := busyPorts(wish, instances); len(busy) > 0 {
			return 0, fmt.Errorf("port %s on 127.0.0.1 is taken by another program: stop it, or choose another block with PORTS=", strings.Join(busy, ", "))
		}
		return wish, nil
	}
	for base := firstBlock; base < lastBlock; base += block {
		if len(busyPorts(base, instances)) == 0 {
			return base, nil
		}
	}
	return 0, errors.New("no block of free ports between 20000 and 32000 on 127.0.0.1")
}

func busyPorts(base, instances int) []string {
	wanted := []int{offsetBank, offsetOTLP, offsetAgent, offsetHealer, offsetOwn}
	for i := range instances {
		wanted = append(wanted, i)
	}
	var busy []string
	for _, offset := range wanted {
		l, err := net.Listen("tcp", local(base+offset))
		if err != nil {
			busy = append(busy, strconv.Itoa(base+offset))
			continue
		}
		l.Close()
	}
	return busy
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
