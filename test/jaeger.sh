#!/usr/bin/env bash
# Builds a real Jaeger and prints where it is: about ten minutes cold.
set -euo pipefail
source "$(dirname "$0")/server.sh"
server jaeger github.com/jaegertracing/jaeger v1.76.0
