package repo

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	goTest = regexp.MustCompile(`go test -(?:run|fuzz) '?([^' ]+)'? (\./[^\s` + "`" + `]+)`)
	e2e    = regexp.MustCompile(`make e2e TESTFLAGS='(?:-v )?-run ([^']+)'`)
	named  = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	row    = regexp.MustCompile(`(?m)^\| (\d+) \|`)
	test   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)
)

// Each command of docs/security.md runs the tests that it names, and each
// threat that must have one has one.
func TestSecurityPageNamesTestsThatExist(t *testing.T) {
	page := strings.ReplaceAll(read(t, "docs/security.md"), `\|`, "|")
	runs := 0
	check := func(pattern, folder string) {
		for _, alternative := range strings.Split(pattern, "|") {
			if alternative == "NAME" {
				continue
			}
			runs++
			assert.NotEmpty(t, testsThatMatch(t, alternative, folder), "no test of %s matches %q", folder, alternative)
		}
	}
	for _, m := range goTest.FindAllStringSubmatch(page, -1) {
		check(m[1], m[2])
	}
	for _, m := range e2e.FindAllStringSubmatch(page, -1) {
		check(m[1], "./test/e2e")
	}
	for _, m := range named.FindAllStringSubmatch(page, -1) {
		check("^"+m[1]+"$", "./test/e2e")
	}
	assert.Greater(t, runs, 40)

	var rows []string
	for _, m := range row.FindAllStringSubmatch(page, -1) {
		rows = append(rows, m[1])
	}
	assert.Equal(t, []string{"1", "2", "3", "4", "5", "6", "11", "12", "16", "17", "18", "19", "20"}, rows)
}

// testsThatMatch are those of a folder that `go test -run` would run.
func testsThatMatch(t *testing.T, pattern, folder string) (names []string) {
	t.Helper()
	match, err := regexp.Compile(pattern)
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range test.FindAllStringSubmatch(string(text), -1) {
			if match.MatchString(m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}
