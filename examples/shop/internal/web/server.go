package web

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Server is an http.Server that knows how to end soon.
type Server struct {
	http *http.Server
	done chan struct{}
}

// Listen starts serving on an address.
func Listen(addr string, h http.Handler) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		http: &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute},
		done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(listener)
	}()
	return s, nil
}

// Stop accepts nobody any more, lets requests finish until ctx ends, and breaks off the rest.
func (s *Server) Stop(ctx context.Context) {
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	<-s.done
}
