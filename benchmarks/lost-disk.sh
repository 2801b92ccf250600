#!/usr/bin/env bash
# How long a node takes that has lost its disk, under load, until it has the others' state again, and how much memory everybody needs for it: four nodes on this machine,
# KEYS keys with values of 100 bytes, 100 puts a second meanwhile through the nodes that are left.
#
#   KEYS=1000000 benchmarks/lost-disk.sh        default: a million keys
#   DIR=/mnt/disk benchmarks/lost-disk.sh       where the data goes (default: the folder for temporary files)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

keys=${KEYS:-1000000}
if [ $((keys % 1000)) -ne 0 ]; then
    echo "KEYS must be a multiple of 1000: they are written a thousand at a time." >&2
    exit 2
fi
port=${KV_PORT:-17400}
wait_max=600
. benchmarks/services.sh

# batch N: the steps that put the Nth thousand keys.
batch() {
    awk -v n="$1" 'BEGIN {
        printf "{\"operations\":["
        for (i = n * 1000; i < (n + 1) * 1000; i++) printf "%s{\"op\":\"put\",\"key\":\"key%09d\",\"value\":\"%0100d\"}", (i > n * 1000) ? "," : "", i, i
        print "]}"
    }'
}

# load FIRST STEP: every STEPth thousand keys from the FIRST on.
load() {
    local n
    for ((n = $1; n < keys / 1000; n += $2)); do batch "$n" | kv batch - -o raw --timeout 60 --key "$work/pool/client0/client.key" --url "$(gateways "$port")" >/dev/null; done
}

# state NODE: the stable checkpoint and the state root that a node says of its own replica; nothing when it does not answer.
state() {
    curl -fsS -m 5 "http://127.0.0.1:$((port + 2 * $1 + 1))/v1/status" 2>/dev/null |
        grep -o "{\"replica\":$1,[^}]*" | grep -v '"fetchingState":true' | sed -n 's/.*"stableCheckpoint":\([0-9]*\),"stateRoot":"\([0-9a-f]*\)".*/\1 \2/p'
}

# memory WHICH: of all nodes, VmRSS (now) or VmHWM (at most), in MB.
memory() { for pid in "${pool_pids[@]}"; do awk -v which="$1:" '$1 == which { printf "%d ", $2 / 1024 }' "/proc/$pid/status"; done; }

publish
start_pool pool "$port"
echo "$(where_we_are), load average $(cut -d' ' -f1 /proc/loadavg) before"

began=$SECONDS
loaders=()
for i in 0 1 2; do
    load "$i" 3 &
    loaders+=($!)
    pids+=($!)
done
for pid in "${loaders[@]}"; do wait "$pid"; done
echo "$keys keys loaded in $((SECONDS - began)) s; memory in MB: $(memory VmRSS)"

dotnet "$program" bench --workload put --value-size 100 --keys 1000 --rate 100 --duration "${wait_max}s" --warmup 0s --verification 1ms --key "$work/pool/client0/client.key" \
    --url "$(gateways "$port" 3)" >"$work/load.log" 2>&1 &
load_pid=$!
pids+=($!)
kill -KILL "${pool_pids[3]}"
wait "${pool_pids[3]}" 2>/dev/null || true
rm -rf "$work/pool/node3/data"
mkdir "$work/pool/node3/data"
began=$SECONDS
start_node pool 3

while :; do
    own=$(state 3 || true)
    if [ -n "$own" ] && [ "${own%% *}" -gt 0 ]; then
        for i in 0 1 2; do if [ "$(state "$i" || true)" = "$own" ]; then break 2; fi; done
    fi
    if [ $((SECONDS - began)) -ge $wait_max ]; then
        echo "After $wait_max s node 3 has no state that another one has. The end of its log:" >&2
        tail -n 20 "$work/pool-node3.log" >&2
        exit 1
    fi
    sleep 0.2
done
if ! kill -0 "$load_pid" 2>/dev/null; then
    echo "The load ended before:" >&2
    cat "$work/load.log" >&2
    exit 1
fi
echo "node 3 has the others' state after $((SECONDS - began)) s: checkpoint and root $own"
echo "memory in MB: now $(memory VmRSS), at most $(memory VmHWM)"
