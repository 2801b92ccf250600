#!/usr/bin/env bash
# What one faulty node of four, or one client that floods, takes from the others: puts of 128 bytes over HTTP, data on disk, every acknowledged write flushed. Two pools
# run, a correct one and one with a liar, and take turns under the same load, so that the machine's own moods hit both; the load goes through the gateways of the three
# correct nodes, because clients leave one that does not answer. Prints a table in Markdown: medians, and of each round's ratio the median, the least and the most.
#
#   benchmarks/robustness.sh [CASE...]       nothing, mute, falsify, withhold, equivocate, slow, just-in-time, flood (default: all)
#   DURATION=10s WARMUP=2s ROUNDS=3 PRIME=60s DIR=/mnt/disk benchmarks/robustness.sh
#   OUT=. benchmarks/robustness.sh slow    keeps the samples of each second, for 'kv bench plot'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${DURATION:-10s}
warmup=${WARMUP:-2s}
rounds=${ROUNDS:-3}
prime=${PRIME:-60s}
port=${KV_PORT:-17000}
liar_port=$((port + 100))
. benchmarks/services.sh

# against POOL PORT CLIENT [NODE]: the arguments of a load on one pool, but for one node's gateway.
against() { echo --workload put --clients 64 --verification 1ms --key "$work/$1/client$3/client.key" --url "$(gateways "$2" "${4:-none}")"; }

# users: the same load by 64 users with a key each, through all gateways.
users() { echo --workload put --clients 64 --verification 1ms --own-keys --url "$(gateways "$port")"; }

# warm ARGUMENTS...: the load before anything is measured.
warm() { row_of --duration "$prime" --warmup 0s "$@" >/dev/null; }

# median NUMBER...
median() { printf '%s\n' "$@" | sort -g | awk '{ n[NR] = $1 } END { print NR % 2 ? n[(NR + 1) / 2] : (n[NR / 2] + n[NR / 2 + 1]) / 2 }'; }

# ratios BEFORE AFTER: of two arrays, pair by pair: the median, the least and the most.
ratios() {
    local -n from=$1 to=$2
    local all=() i
    for i in "${!from[@]}"; do all+=("$(awk -v g="${from[i]}" -v b="${to[i]}" 'BEGIN { printf "%.2f", (g > 0 ? b / g : 0) }')"); done
    echo "$(median "${all[@]}") ($(printf '%s\n' "${all[@]}" | sort -g | head -n 1)–$(printf '%s\n' "${all[@]}" | sort -g | tail -n 1))"
}

# row TITLE: what the runs left in good, bad, good_ms, bad_ms and errors, as a row.
row() { echo "| $1 | $(median "${good[@]}") | $(median "${bad[@]}") | $(ratios good bad) | $(median "${good_ms[@]}") | $(median "${bad_ms[@]}") | ${errors[*]} |"; }

# take ARRAY_PREFIX NAME: keeps what 'measure NAME' left.
take() {
    local ops=$2_ops ms=$2_p99 failed=$2_errors
    local -n all=$1 all_ms=$1_ms
    all+=("${!ops:-0}")
    all_ms+=("${!ms:-0}")
    if [ "$1" = bad ]; then errors+=("${!failed:-all}"); fi
}

begin() { good=() bad=() good_ms=() bad_ms=() errors=(); }

# steady TITLE NODE LIES: a liar that lies all the time, about nothing if there are no lies.
steady() {
    start_pool liar "$liar_port" "$2" ${3:+--lie "$3"}
    warm $(against pool "$port" 0 "$2")
    warm $(against liar "$liar_port" 0 "$2")
    begin
    for _ in $(seq "$rounds"); do
        measure now $(against pool "$port" 0 "$2")
        take good now
        measure now $(against liar "$liar_port" 0 "$2")
        take bad now
    done
    row "$1"
    stop "${liar_pids[@]}"
    rm -rf "$work/liar"
}

# seconds FROM TO: the median of the operations a second in that part of the file of samples.
seconds() { median $(awk -F, -v from="$1" -v to="$2" 'NR > 1 && $1 > from && $1 <= to { print $4 }' "$work/samples.csv"); }

# turning TITLE LIES: a primary that is correct until it has served for a while; the same pool before, in the ten seconds after, and then.
turning() {
    local lie_after=45 before=() soon=() after=() began load at
    for _ in $(seq "$rounds"); do
        start_pool liar "$liar_port" 0 --lie "$2" --lie-after "${lie_after}s"
        began=$(date -d "$(grep -m 1 'faulty by design' "$work/liar-node0.log" | cut -d ' ' -f 1)" +%s.%N)
        warm $(against liar "$liar_port" 0 0)
        rm -f "$work/samples.csv"
        row_of --warmup 0s --duration 50s --interval 1s --csv "$work/samples.csv" $(against liar "$liar_port" 0 0) >/dev/null &
        load=$!
        until [ -s "$work/samples.csv" ] && [ "$(wc -l <"$work/samples.csv")" -ge 2 ]; do sleep 0.1; done
        at=$(awk -F, -v began="$began" -v now="$(date +%s.%N)" -v after="$lie_after" 'NR == 2 { printf "%.1f", began + after - (now - $1) }' "$work/samples.csv")
        wait "$load" || true
        before+=("$(seconds 2 "$at")")
        soon+=("$(seconds "$at" "$(awk -v at="$at" 'BEGIN { print at + 10 }')")")
        after+=("$(seconds "$(awk -v at="$at" 'BEGIN { print at + 10 }')" 99)")
        [ -z "${OUT:-}" ] || cp "$work/samples.csv" "$OUT/turning-$2.csv"
        stop "${liar_pids[@]}"
        rm -rf "$work/liar"
    done
    turned+=("| $1 | $(median "${before[@]}") | $(median "${soon[@]}") | $(median "${after[@]}") | $(ratios before after) |")
}

# flood TITLE ARGUMENTS...: the correct pool without and with another client that asks for all that it can. The others are 64 users with a key each.
flood() {
    local title=$1 flooding
    shift
    begin
    for _ in $(seq "$rounds"); do
        measure now $(users)
        take good now
        dotnet "$program" bench --value-size 128 --verification 1ms --warmup 0s --duration 1h "$@" --url "$(gateways "$port")" >/dev/null 2>&1 &
        flooding=$!
        pids+=("$flooding")
        # A process that starts and opens 1,024 connections takes the two cores from everybody here; the flood is what comes after.
        sleep "$warmup"
        measure now $(users)
        take bad now
        stop "$flooding"
    done
    row "$title"
}

cases=("$@")
if [ $# -eq 0 ]; then cases=(nothing mute falsify withhold equivocate slow just-in-time flood); fi
turned=()
publish
start_pool pool "$port"
echo "$(where_we_are), $rounds rounds of $duration each after $warmup"
echo
echo '| | puts/s fault-free | puts/s | ratio (least–most) | p99 ms fault-free | p99 ms | errors |'
echo '| --- | --: | --: | --: | --: | --: | --- |'
for each in "${cases[@]}"; do
    case $each in
        nothing) steady 'nothing: the second pool is correct too' 3 '' ;;
        mute) steady 'a backup says nothing' 3 Mute ;;
        falsify) steady 'a backup falsifies results and roots' 3 Falsify ;;
        withhold) steady 'a backup withholds what others lack' 3 Withhold ;;
        equivocate) steady 'the primary of the first view equivocates' 0 Equivocate ;;
        slow) turning 'everything that the primary says comes up to three time-outs late' Slow ;;
        just-in-time) turning 'the primary proposes as late as the time-out allows' JustInTime ;;
        flood)
            warm $(users)
            flood 'another client with 1,024 signed puts under way' --workload put --clients 1024 --key "$work/pool/client1/client.key"
            flood 'another client with 256 refused (unsigned) puts under way' --workload put --clients 256
            ;;
        *) echo "There is no case '$each'." >&2; exit 2 ;;
    esac
done
if [ ${#turned[@]} -gt 0 ]; then
    echo
    echo '| the primary turns while it serves | puts/s before | in the 10 s after | then | ratio (least–most) |'
    echo '| --- | --: | --: | --: | --: |'
    printf '%s\n' "${turned[@]}"
fi
