#!/usr/bin/env bash
# Three members of etcd, then four nodes of KvStore, one after the other on this machine: data on disk, default durability (every acknowledged write is flushed),
# the same load from the same program over HTTP, values of 128 bytes, clients spread over all members. Prints a table in Markdown. etcd's members trust each other
# and their clients; KvStore's check a signature of every request, and one of them may lie. V is the machine's own rate of verifying signatures around each run: where
# it differs between the two, neighbours were heard, and the processor time that the members take for a put says more than the puts a second.
#
#   benchmarks/compare-etcd.sh [DURATION [WARMUP [PRIME]]]   each measured time (default 10s), the time before it (10s), and before all of a system (75s)
#   DIR=/mnt/disk benchmarks/compare-etcd.sh                 where the data goes (default: the folder for temporary files)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:-10s}
warmup=${2:-10s}
prime=${3:-75s}
etcd_port=${ETCD_PORT:-23790}
kv_port=${KV_PORT:-17000}
. benchmarks/services.sh

# etcd in the path, or Debian's package, whose service is not to be started.
find_etcd() {
    command -v etcd >/dev/null && return
    local as=()
    [ "$(id -u)" -eq 0 ] || as=(sudo -n)
    if command -v apt-get >/dev/null && { timeout 300 "${as[@]}" apt-get update -qq; timeout 600 "${as[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq etcd-server; } </dev/null >"$work/apt.log" 2>&1; then
        command -v etcd >/dev/null && return
    fi
    echo "etcd is missing and could not be installed. Run 'apt-get install etcd-server', or put etcd's program in the path, and try again." >&2
    exit 1
}

start_etcd() {
    local members= i
    for i in 0 1 2; do members+="${members:+,}e$i=http://127.0.0.1:$((etcd_port + 2 * i + 1))"; done
    for i in 0 1 2; do
        etcd --name "e$i" --data-dir "$work/etcd$i" --initial-cluster "$members" --initial-cluster-state new --log-level error \
            --listen-client-urls "http://127.0.0.1:$((etcd_port + 2 * i))" --advertise-client-urls "http://127.0.0.1:$((etcd_port + 2 * i))" \
            --listen-peer-urls "http://127.0.0.1:$((etcd_port + 2 * i + 1))" --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 2 * i + 1))" \
            >"$work/etcd$i.log" 2>&1 &
        pids+=($!)
    done
    for i in 0 1 2; do answers "http://127.0.0.1:$((etcd_port + 2 * i))/health" "$work/etcd$i.log"; done
}

# ticks: the processor time that all members have taken so far.
ticks() { for pid in "${pids[@]}"; do cut -d ' ' -f 14,15 "/proc/$pid/stat"; done | awk '{ sum += $1 + $2 } END { print sum }'; }

# measure_cost SYSTEM ARGUMENTS...: the members' processor time for each of so many puts, in milliseconds.
measure_cost() {
    local system=$1 puts=5000 before
    shift
    before=$(ticks)
    kv bench --operations $puts --clients 64 --value-size 128 --keys 10000 --workload put --verification 1ms "$@" >/dev/null
    printf -v "${system}_cost" '%s' "$(awk -v t="$(($(ticks) - before))" -v hz="$(getconf CLK_TCK)" -v n=$puts 'BEGIN { printf "%.2f", t * 1000 / hz / n }')"
}

# measure_all SYSTEM ARGUMENTS...: all runs against one system.
measure_all() {
    local system=$1
    shift
    # Four processes compile what they run, each for itself: fresh ones spent a third of their time on it.
    kv bench --workload a --clients 64 --duration "$prime" --warmup 0s --keys 10000 --verification 1ms "$@" >/dev/null || true
    measure "${system}_put64" --workload put --clients 64 "$@"
    measure "${system}_put1" --workload put --clients 1 "$@"
    measure "${system}_get64" --workload get --clients 64 "$@"
    measure "${system}_get1" --workload get --clients 1 "$@"
    measure_cost "$system" "$@"
}

# row TITLE FIGURE: a figure of both, and KvStore's in terms of etcd's.
row() {
    local etcd=etcd_$2 kv=kv_$2
    echo "| $1 | ${!etcd} | ${!kv} | $(awk -v e="${!etcd}" -v k="${!kv}" 'BEGIN { if (e > 0) printf "%.2f", k / e; else printf "-" }') |"
}

find_etcd
publish

start_etcd
measure_all etcd --etcd "http://127.0.0.1:$etcd_port,http://127.0.0.1:$((etcd_port + 2)),http://127.0.0.1:$((etcd_port + 4))"
stop

start_pool pool "$kv_port"
measure_all kv --key "$work/pool/client0/client.key" --sign-reads --url "$(gateways "$kv_port")"
stop

echo "$(nproc) cores, $(etcd --version | head -n 1), .NET $(dotnet --version), $(git rev-parse --short HEAD 2>/dev/null || echo 'no git'), $duration each after $warmup"
echo
echo '| | etcd, 3 members | KvStore, 4 nodes | KvStore / etcd |'
echo '| --- | --: | --: | --: |'
row 'puts/s, 64 clients' put64_ops
row 'p50 of a put in ms, 64 clients' put64_p50
row 'p99 of a put in ms, 64 clients' put64_p99
row 'puts/s, 1 client' put1_ops
row 'p50 of a put in ms, 1 client' put1_p50
row 'p99 of a put in ms, 1 client' put1_p99
row 'gets/s, 64 clients' get64_ops
row 'p50 of a get in ms, 64 clients' get64_p50
row 'p99 of a get in ms, 64 clients' get64_p99
row 'p50 of a get in ms, 1 client' get1_p50
row 'p99 of a get in ms, 1 client' get1_p99
row 'processor time of all members for a put in ms, 64 clients' cost
row 'V around the puts, 64 clients' put64_v
row 'V around the gets, 64 clients' get64_v
row 'errors among the puts, 64 clients' put64_errors
row 'errors among the gets, 64 clients' get64_errors
