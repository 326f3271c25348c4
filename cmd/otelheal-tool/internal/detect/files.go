package detect

import (
	"context"
	"errors"
	"io"

	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

func (o *options) scanFiles(context.Context, io.Writer, *anomalyprocessor.Config) error {
	return errors.New("only `--nab` reads files so far")
}
