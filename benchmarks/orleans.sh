#!/usr/bin/env bash
# What a silo adds to the time of a put: four replicas in one process, memory-only, once with the in-process transport ('kv dev') and once with silo and grains between
# them ('Silo'), under the same signed puts of 128 bytes over HTTP. The two take turns, so that the machine's own moods hit both. Prints a table in Markdown: medians,
# and of each round's ratio the median, the least and the most. Clients wait for their answers, so the time per put is clients by puts a second; the processor time is
# that of the service alone, and says more than the time where other work keeps the machine busy.
# Needs Orleans' packages (the solution configuration Cloud).
#
#   DURATION=8s ROUNDS=7 PRIME=60s benchmarks/orleans.sh [CLIENTS...]       default: 1 64
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${DURATION:-8s}
warmup=0s
rounds=${ROUNDS:-7}
prime=${PRIME:-60s}
port=${KV_PORT:-17200}
. benchmarks/services.sh

# median NUMBER...
median() { printf '%s\n' "$@" | sort -g | awk '{ n[NR] = $1 } END { print NR % 2 ? n[(NR + 1) / 2] : (n[NR / 2] + n[NR / 2 + 1]) / 2 }'; }

# seconds DURATION: of one like 8s.
seconds() { echo "${1%s}"; }

# cpu PID: the processor time of a process in hundredths of a second.
cpu() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }

# spread NUMBER...: the median, the least and the most.
spread() { echo "$(median "$@") ($(printf '%s\n' "$@" | sort -g | head -n 1)–$(printf '%s\n' "$@" | sort -g | tail -n 1))"; }

# turn NAME PID URL: one round; leaves what 'measure' leaves, and the processor time of a put in NAME_cpu, in ms.
turn() {
    local -n rate=${1}_ops used=${1}_cpu
    local before
    before=$(cpu "$2")
    measure "$1" "${load[@]}" --url "$3"
    used=$(awk -v c=$(($(cpu "$2") - before)) -v r="$rate" -v s="$(seconds "$duration")" 'BEGIN { printf "%.3f", 10 * c / (r * s) }')
}

# serve NAME URL COMMAND...: starts a service and waits for it.
serve() {
    "${@:3}" >"$work/$1.log" 2>&1 &
    pids+=($!)
    answers "$2/readyz" "$work/$1.log"
}

publish
silo=${SILO_PROGRAM:-}
if [ -z "$silo" ]; then
    dotnet publish Silo -o "$work/silo" -v q >/dev/null
    silo=$work/silo/KvStore.Silo.dll
fi

process=http://127.0.0.1:$port
silos=http://127.0.0.1:$((port + 1))
serve process "$process" dotnet "$program" dev --urls "$process"
serve silo "$silos" dotnet "$silo" --urls "$silos" --silo-port $((port + 2)) --gateway-port $((port + 3))

echo "$(where_we_are), load average $(cut -d' ' -f1 /proc/loadavg) before"
echo
echo "| clients | in-process transport: puts/s | p50 ms | processor ms | silo: puts/s | p50 ms | processor ms | time per put, silo by in-process (least–most) | processor time (least–most) | errors |"
echo "| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
if [ $# -eq 0 ]; then set -- 1 64; fi
for clients in "$@"; do
    load=(--workload put --verification 1ms --clients "$clients")
    for url in "$process" "$silos"; do row_of "${load[@]}" --url "$url" --duration "$prime" --warmup 0s >/dev/null; done
    process_ops=() process_ms=() process_cpu=() silo_ops=() silo_ms=() silo_cpu=() times=() cpus=() errors=0
    for _ in $(seq "$rounds"); do
        turn one "${pids[0]}" "$process"
        turn other "${pids[1]}" "$silos"
        process_ops+=("$one_ops") process_ms+=("$one_p50") process_cpu+=("$one_cpu") silo_ops+=("$other_ops") silo_ms+=("$other_p50") silo_cpu+=("$other_cpu")
        times+=("$(awk -v p="$one_ops" -v s="$other_ops" 'BEGIN { printf "%.2f", p / s }')")
        cpus+=("$(awk -v p="$one_cpu" -v s="$other_cpu" 'BEGIN { printf "%.2f", s / p }')")
        errors=$((errors + one_errors + other_errors))
    done
    echo "| $clients | $(median "${process_ops[@]}") | $(median "${process_ms[@]}") | $(median "${process_cpu[@]}") | $(median "${silo_ops[@]}") | $(median "${silo_ms[@]}") | $(median "${silo_cpu[@]}") | $(spread "${times[@]}") | $(spread "${cpus[@]}") | $errors |"
done
