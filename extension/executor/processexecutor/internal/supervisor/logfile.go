package supervisor

import (
	"errors"
	"io"
	"os"
)

// boundLog moves a full log aside before a start.
func boundLog(path string, limit int64) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() <= limit {
		return nil
	} else if err != nil {
		return err
	}
	return os.Rename(path, path+".1")
}

// trimLog bounds the log of a running process, which holds it open: the end
// of a full log is copied aside and the log emptied. As it is opened for
// appending, the process writes on from its beginning. What it writes between
// copy and cut is lost.
func trimLog(path string, limit int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= limit {
		return err
	}
	old, err := os.OpenFile(path+".1", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Seek(-limit, io.SeekEnd); err == nil {
		_, err = io.Copy(old, io.LimitReader(f, limit))
	}
	return errors.Join(err, old.Close(), f.Truncate(0))
}
