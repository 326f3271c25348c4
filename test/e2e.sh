#!/usr/bin/env bash
# Runs the tests from end to end, with $TESTFLAGS for go test. They want the complete
# distribution, a Loki and a Jaeger: what is missing is built before them, about ten
# minutes each with a cold cache. Tests that are chosen by -run build themselves what
# they want.
#
# Debian's packages prometheus, prometheus-alertmanager, prometheus-node-exporter and
# victoria-metrics have the other servers; a test that lacks its own fails.
#
# OTELHEAL_FULL, OTELHEAL_LOKI and OTELHEAL_JAEGER name binaries that are there. With
# `none` the tests that want it are left out, and it is said at the end.
set -euo pipefail
cd "$(dirname "$0")"
read -a flags <<<"${TESTFLAGS:-}" # as words: a | in one is no pipe
left_out=
for name in full loki jaeger; do
  variable=OTELHEAL_${name^^}
  case "${!variable:-} ${flags[*]}" in
  'none '*) left_out+=" $variable" ;;
  ' '*-run*) ;;
  ' '*)
    path=$("./$name.sh")
    export "$variable=$path"
    ;;
  esac
done
ended=0
"${GO:-go}" test -p 1 -count=1 -timeout 60m "${flags[@]}" ./e2e/... || ended=$?
for variable in $left_out; do
  echo "NOT THE WHOLE: the tests that want $variable were left out, since it is none" >&2
done
exit "$ended"
