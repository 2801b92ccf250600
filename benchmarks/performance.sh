#!/usr/bin/env bash
# Measures what docs/performance.md shows, and prints it as tables in Markdown. Takes about ten minutes as it is; for figures that mean something, let
# nothing else run on the machine. The time before each measurement is as long as the runtime needs to compile for good what is used all the time: with three
# seconds a sixth of the processors' time was the compiler's.
#
#   benchmarks/performance.sh [DURATION [WARMUP]]      each measured time (default 6s) and the time before it (default 12s)
#   SOAK=10m benchmarks/performance.sh                 after that, one run of so long, with soak.csv and soak.svg in the folder OUT (default: here)
set -euo pipefail
out=$(realpath "${OUT:-.}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:-6s}
warmup=${2:-12s}

dotnet build Cli -c Release -v q >/dev/null
kv() { dotnet Cli/bin/Release/net10.0/kv.dll "$@"; }

# measure ARGUMENTS...: one run, as one row. A run in which nothing ended well has a row that says so, and the others go on.
measure() { kv bench --duration "$duration" --warmup "$warmup" --value-size 128 -o markdown "$@" | tail -n 1 || true; }

# table TITLE: begins a table.
table() {
    printf '\n### %s\n\n' "$1"
    echo '| workload | target | replicas | shards | load | op/s | V | op/s / V | p50 ms | p99 ms | p99.9 ms | errors |'
    echo '| --- | --- | --: | --: | --- | --: | --: | --: | --: | --: | --: | --: |'
}

# sizes ARGUMENTS...: the same run with 4, 7 and 10 replicas, and with 2 and 4 shards.
sizes() {
    for replicas in 4 7 10; do measure --replicas "$replicas" "$@"; done
    for shards in 2 4; do measure --shards "$shards" "$@"; done
}

echo "$(nproc) cores, $(dotnet --version), $(git rev-parse --short HEAD 2>/dev/null || echo 'no git'), $duration each after $warmup"

table 'Individually signed puts below HTTP'
sizes --driver --workload put --clients 1024
measure --driver --workload put --clients 256
measure --driver --workload put --clients 1

table 'Individually signed puts through HTTP'
sizes --workload put --clients 64
measure --workload put --clients 1

table 'Linearizable gets through HTTP'
sizes --workload get --clients 64
measure --workload get --clients 1

table "YCSB's mixes and that of Byzantine Chain Replication through HTTP"
for workload in a b c d e f bcr; do measure --workload "$workload" --clients 64; done

if [ -n "${SOAK:-}" ]; then
    table "A soak of $SOAK"
    kv bench --duration "$SOAK" --warmup "$warmup" --interval 1s --workload put --clients 64 -o markdown --csv "$out/soak.csv" | tail -n 1
    kv bench plot "$out/soak.csv" -f "$out/soak.svg"
    echo
    echo "$out/soak.svg"
fi
