package proc

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sleeper(t *testing.T, token string) (*Process, string) {
	t.Helper()
	boot, err := Boot()
	require.NoError(t, err)
	p, err := Start(Spec{Args: []string{"/bin/sleep", "1000"}, Log: filepath.Join(t.TempDir(), "log"), Token: token}, boot)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = p.Signal(syscall.SIGKILL)
		awaitEnd(t, p)
		p.Close()
	})
	return p, boot
}

func awaitEnd(t *testing.T, p *Process) (exit Exit) {
	t.Helper()
	require.Eventually(t, func() (ended bool) { exit, ended = p.Ended(); return ended }, 5*time.Second, 5*time.Millisecond)
	return exit
}

func TestProcessIsFoundByItsMarkAndInItsOwnSession(t *testing.T) {
	p, boot := sleeper(t, "test-mark:a:1")
	require.Eventually(t, func() bool {
		all, err := Find("test-mark:a:", boot)
		return err == nil && len(all) == 1 && all[0] == Found{p.Identity(), "test-mark:a:1"}
	}, 5*time.Second, 5*time.Millisecond)
	all, err := Find("test-mark:b:", boot)
	require.NoError(t, err)
	assert.Empty(t, all)
	st, err := readStat(p.Identity().PID)
	require.NoError(t, err)
	assert.Equal(t, p.Identity().PID, st.session)
}

func TestOnlyThisLifeIsOpenedAndSignalled(t *testing.T) {
	p, boot := sleeper(t, "test-mark:c:1")
	other := p.Identity()
	other.Start++
	_, err := Open(other, boot)
	require.ErrorIs(t, err, ErrGone, "the PID in another life")
	_, err = Open(p.Identity(), "another boot")
	require.ErrorIs(t, err, ErrGone)
	again, err := Open(p.Identity(), boot)
	require.NoError(t, err)
	defer again.Close()
	_, ended := again.Ended()
	assert.False(t, ended)
	require.NoError(t, again.Signal(syscall.SIGTERM))
	exit := awaitEnd(t, again)
	assert.Equal(t, Exit{Known: true, Signal: syscall.SIGTERM}, exit)
	require.ErrorIs(t, again.Signal(syscall.SIGTERM), ErrGone)
}

func TestLockIsExclusiveAndFreedByClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Lock(t.Context(), path, time.Second)
	require.NoError(t, err)
	_, err = Lock(t.Context(), path, 30*time.Millisecond)
	require.ErrorContains(t, err, "another otelheal")
	require.NoError(t, first.Close())
	second, err := Lock(t.Context(), path, time.Second)
	require.NoError(t, err)
	require.NoError(t, second.Close())
}

func TestProgramThatIsNotThereIsAnError(t *testing.T) {
	boot, err := Boot()
	require.NoError(t, err)
	_, err = Start(Spec{Args: []string{"/does/not/exist"}, Log: filepath.Join(t.TempDir(), "log"), Token: "x"}, boot)
	require.ErrorIs(t, err, os.ErrNotExist)
}
