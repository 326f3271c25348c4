package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
)

// journal is what must not be forgotten: on the disk before it is answered or
// done.
type journal struct {
	notes map[string]string
	file  *os.File
}

func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{map[string]string{}, file}
	good := int64(0)
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadString('\n')
		var key, value string
		if _, bad := fmt.Sscanf(line, "%q %q", &key, &value); err != nil || bad != nil {
			break // the end, or half a line: its message was never answered and comes again
		}
		j.notes[key] = value
		good += int64(len(line))
	}
	if _, err := file.Seek(good, 0); err != nil {
		return nil, err
	}
	return j, file.Truncate(good)
}

func (j *journal) note(key, value string) error {
	_, err := fmt.Fprintf(j.file, "%q %q\n", key, value)
	if err = cmp.Or(err, j.file.Sync()); err == nil {
		j.notes[key] = value
	}
	return err
}
