# What the scripts share that measure whole services of several processes; to be sourced after 'set -euo pipefail'. It makes the folder $work, in $DIR where that is
# set, and takes it away at the end with every process in 'pids'.
work=$(mktemp -d "${DIR:-${TMPDIR:-/tmp}}/services.XXXXXX")
pids=()

# stop [PID...]: ends these processes, or all.
stop() {
    local pid left rest=() those=("$@")
    if [ $# -eq 0 ]; then those=("${pids[@]}"); fi
    for pid in "${those[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for _ in $(seq 100); do
        left=
        for pid in "${those[@]}"; do if kill -0 "$pid" 2>/dev/null; then left=1; fi; done
        [ -n "$left" ] || break
        sleep 0.1
    done
    for pid in "${those[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    for pid in "${pids[@]}"; do
        if [[ " ${those[*]} " != *" $pid "* ]]; then rest+=("$pid"); fi
    done
    pids=("${rest[@]}")
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# publish: builds the program as it is published, unless $KV_PROGRAM is one that is.
publish() {
    program=${KV_PROGRAM:-}
    if [ -n "$program" ]; then return; fi
    dotnet publish Cli -o "$work/kv" -v q >/dev/null
    program=$work/kv/kv.dll
}

kv() { dotnet "$program" "$@"; }

# answers URL LOG: waits until an address answers with a success.
answers() {
    for _ in $(seq 300); do
        if curl -fsS -m 2 -o /dev/null "$1" 2>/dev/null; then return; fi
        sleep 0.1
    done
    echo "$1 does not answer. The end of its log:" >&2
    tail -n 20 "$2" >&2
    exit 1
}

# start_node NAME I [ARGUMENTS...]: starts node I of a pool that is there, also once more. Leaves its process in NAME_pids.
start_node() {
    local -n processes=${1}_pids
    dotnet "$program" node start --dir "$work/$1/node$2" "${@:3}" >"$work/$1-node$2.log" 2>&1 &
    processes[$2]=$!
    pids+=($!)
}

# start_pool NAME PORT [NODE ARGUMENTS...]: four nodes, one of which may have more on its command line and need not serve. Leaves their processes in NAME_pids.
start_pool() {
    local name=$1 port=$2 special=${3:-none} i more look
    local -n started=${name}_pids
    started=()
    kv cluster generate --nodes 4 --clients 2 --any-client --dir "$work/$name" --base-port "$port" --dev >/dev/null 2>&1
    for i in 0 1 2 3; do
        more=()
        if [ "$i" = "$special" ]; then more=("${@:4}"); fi
        start_node "$name" "$i" "${more[@]}"
    done
    for i in 0 1 2 3; do
        look=readyz
        if [ "$i" = "$special" ]; then look=livez; fi
        answers "http://127.0.0.1:$((port + 2 * i + 1))/$look" "$work/$name-node$i.log"
    done
}

# gateways PORT [NODE]: the addresses of a pool's gateways, but for one node's.
gateways() {
    local i urls=
    for i in 0 1 2 3; do if [ "$i" != "${2:-none}" ]; then urls+="${urls:+,}http://127.0.0.1:$(($1 + 2 * i + 1))"; fi; done
    echo "$urls"
}

# row_of ARGUMENTS...: the row of one run of the load.
row_of() { kv bench --value-size 128 --keys 10000 -o markdown "$@" | tail -n 1 || true; }

# measure NAME ARGUMENTS...: one run; leaves its figures in NAME_ops, NAME_p50, NAME_p99, NAME_v and NAME_errors.
measure() {
    local name=$1 row
    shift
    row=$(row_of --duration "$duration" --warmup "$warmup" "$@")
    read -r "${name}_ops" "${name}_v" "${name}_p50" "${name}_p99" "${name}_errors" < <(awk -F'|' '{ gsub(/[ ,]/, ""); print $7, $8, $10, $11, $13 }' <<<"$row")
}

# where_we_are: the machine and the version.
where_we_are() { echo "$(nproc) cores, .NET $(dotnet --version), $(git rev-parse --short HEAD 2>/dev/null || echo 'no git')"; }
