# Runs on a replica's machine, as root, by the run command of modules/node.bicep, which puts the variables in front of it:
#   KV_DO        enrol | sign | init | rejoin | roll: deploy/README.md, "Actions"
#   KV_NAME      the replica's name          KV_IMAGE   the node's image, by its digest
#   KV_PEER      where others reach it       KV_CLIENT  where clients do          KV_GENESIS  base64 of the genesis, or nothing
#   KV_VAULT     its vault                   KV_BACKUPS where backups go          KV_IDENTITY the client id of its identity
#   KV_RUN       new for each time
# Ends with another status than 0, and so fails the deployment, when the node is not ready, or when stopping it would leave the others too few.
set -euo pipefail
shopt -s inherit_errexit

# For the tests, which carry it out below a directory of their own and do not wait so long.
root=${KV_ROOT:-}
pause=${KV_PAUSE:-2}
tries=${KV_TRIES:-300}

disk=$root/dev/disk/azure/scsi1/lun0
store=$root/var/lib/kv
node=$store/node
key=$root/run/kv/node.key
settings=$root/etc/kv/settings
tools=$root/usr/local/lib/kv
units=$root/etc/systemd/system
owner=10001

# Nothing that was looked at in passing stays, whatever happens; a key is among it.
trap 'rm -rf "$root"/run/kv/scratch-*' EXIT

say() { echo "$*"; }
die() { echo "$*" >&2; exit 1; }

# attempt COMMAND...: until it succeeds; 1 when it has not within the tries.
attempt() {
    local left=$tries
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep "$pause"
    done
}

# One command of the image, without a network, on a directory that it sees as /scratch.
kv() {
    local work=$1
    shift
    podman run --rm --network none --read-only --tmpfs /tmp --cap-drop all --user "$owner:$owner" --volume "$work:/scratch" --workdir /scratch "$KV_IMAGE" "$@"
}

# A directory in memory for what a command of the image reads and writes.
scratch() {
    local made
    mkdir -p "$root/run/kv"
    made=$(mktemp -d "$root/run/kv/scratch-XXXXXX")
    chown "$owner:$owner" "$made"
    echo "$made"
}

check_settings() {
    [[ $KV_IMAGE =~ @sha256:[0-9a-f]{64}$ ]] || die "The image '$KV_IMAGE' is not named by its digest. What runs here would be for the registry to decide."
    [[ $KV_DO =~ ^(enrol|sign|init|rejoin|roll)$ ]] || die "'$KV_DO' is no action."
}

# The disk gets a file system only where it has never had one: blkid ends with 2 when it sees nothing at all, and only then.
prepare_disk() {
    local seen=0
    attempt test -e "$disk" || die "The data disk has not been attached."
    blkid --probe "$disk" >/dev/null || seen=$?
    if [ "$seen" -eq 2 ]; then
        case $KV_DO in
        enrol | rejoin) mkfs.ext4 -q -L kv-data "$disk" ;;
        *) die "The data disk is empty. If it was lost, the action is 'rejoin'; a node that starts as if it were new contradicts what it said." ;;
        esac
    elif [ "$seen" -ne 0 ]; then
        die "The data disk can't be examined (blkid: $seen)."
    fi
    mkdir -p "$store"
    grep -qs ' /var/lib/kv ' "$root/etc/fstab" || echo "LABEL=kv-data /var/lib/kv ext4 defaults,nofail,noatime 0 2" >>"$root/etc/fstab"
    mountpoint -q "$store" || mount "$store"
}

# What stays on the machine and is used at each start: the settings, how the key is fetched, the units.
install_tools() {
    mkdir -p "$(dirname "$settings")" "$tools" "$units"
    printf '%s=%s\n' KV_NAME "$KV_NAME" KV_IMAGE "$KV_IMAGE" KV_CLIENT "$KV_CLIENT" KV_VAULT "$KV_VAULT" KV_BACKUPS "$KV_BACKUPS" KV_IDENTITY "$KV_IDENTITY" >"$settings"
    cat >"$tools/azure" <<'TOOL'
# What the other tools share. Tokens and keys are handed over on file descriptors, so that no list of processes shows them.
metadata=${KV_METADATA:-http://169.254.169.254}
bearer() { # RESOURCE
    curl -fsS --retry "${KV_RETRY:-5}" --retry-connrefused -H Metadata:true \
        "$metadata/metadata/identity/oauth2/token?api-version=2018-02-01&resource=$1&client_id=$KV_IDENTITY" | jq -er '"Authorization: Bearer " + .access_token'
}
secret_url() { echo "${KV_VAULT%/}/secrets/node-key?api-version=7.4"; }
TOOL
    cat >"$tools/fetch-key" <<'TOOL'
#!/bin/bash
# Puts the node's key from its vault into memory. Ends with 3 when the vault says that there is none.
set -euo pipefail
. "$(dirname "$0")/azure"
file=${1:?where to put it}
token=$(bearer https://vault.azure.net)
umask 077
mkdir -p "$(dirname "$file")"
status=$(curl -sS --retry "${KV_RETRY:-5}" -H @<(echo "$token") -o "$file.new" -w '%{http_code}' "$(secret_url)")
if [ "$status" = 404 ]; then rm -f "$file.new"; exit 3; fi
[ "$status" = 200 ] || { rm -f "$file.new"; echo "The vault answers $status." >&2; exit 1; }
jq -er .value "$file.new" >"$file.key"
rm "$file.new"
chown 10001:10001 "$file.key"
chmod 400 "$file.key"
mv "$file.key" "$file"
TOOL
    cat >"$tools/store-key" <<'TOOL'
#!/bin/bash
# Stores a new key in the vault.
set -euo pipefail
. "$(dirname "$0")/azure"
token=$(bearer https://vault.azure.net)
jq -n --rawfile key "${1:?the key}" '{value: $key, contentType: "application/json"}' |
    curl -fsS -X PUT -H @<(echo "$token") -H 'Content-Type: application/json' --data-binary @- -o /dev/null "$(secret_url)"
TOOL
    cat >"$tools/back-up" <<'TOOL'
#!/bin/bash
# Saves the newest certified state of each shard, and stores it. What comes out proves itself: kv snapshot verify.
set -euo pipefail
. "$(dirname "$0")/azure"
store=${1:-/var/lib/kv}
rm -rf "$store/backup"
install -d -o 10001 -g 10001 "$store/backup"
for shard in "$store"/node/data/shard-*; do
    number=${shard##*-}
    file=$KV_NAME-shard-$number-$(date -u +%Y%m%dT%H%M%SZ).kvs
    podman run --rm --network none --read-only --tmpfs /tmp --cap-drop all --user 10001:10001 --volume "$store:/store" \
        "$KV_IMAGE" snapshot save --dir /store/node --shard "$number" --file "/store/backup/$file"
    token=$(bearer https://storage.azure.com)
    curl -fsS -X PUT -T "$store/backup/$file" -H @<(echo "$token") -H 'x-ms-version: 2023-11-03' -H 'x-ms-blob-type: BlockBlob' -o /dev/null "$KV_BACKUPS/$file"
    rm "$store/backup/$file"
done
TOOL
    chmod 755 "$tools"/*
    cat >"$units/kv-node.service" <<'UNIT'
[Unit]
Description=A node of the pool
Wants=network-online.target
After=network-online.target
RequiresMountsFor=/var/lib/kv
ConditionPathIsMountPoint=/var/lib/kv

[Service]
EnvironmentFile=/etc/kv/settings
ExecStartPre=/usr/local/lib/kv/fetch-key /run/kv/node.key
ExecStart=/usr/bin/podman run --rm --replace --name kv-node --network host --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges \
    --user 10001:10001 --pids-limit 512 --log-driver passthrough --stop-timeout 30 \
    --volume /var/lib/kv/node:/node --volume /run/kv/node.key:/run/kv/node.key:ro \
    --env KV_NODE_KEY=/run/kv/node.key --env KV_NODE_LOG_FORMAT=json --env KV_HEALTH_URL=${KV_CLIENT} ${KV_IMAGE}
ExecStop=/usr/bin/podman stop --time 30 kv-node
TimeoutStopSec=45
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
    cat >"$units/kv-back-up.service" <<'UNIT'
[Unit]
Description=Backs up the node's shards
RequiresMountsFor=/var/lib/kv

[Service]
Type=oneshot
EnvironmentFile=/etc/kv/settings
ExecStart=/usr/local/lib/kv/back-up
UNIT
    cat >"$units/kv-back-up.timer" <<'UNIT'
[Unit]
Description=Backs up the node's shards each day

[Timer]
OnCalendar=daily
RandomizedDelaySec=2h

[Install]
WantedBy=timers.target
UNIT
    systemctl daemon-reload
}

fetch_key() { KV_VAULT=$KV_VAULT KV_IDENTITY=$KV_IDENTITY "$tools/fetch-key" "$key"; }

# Whether the vault says anything about the key: that it has it (0), or that it has none (3).
ask_vault() {
    answer=0
    fetch_key || answer=$?
    [ "$answer" -eq 0 ] || [ "$answer" -eq 3 ]
}

# What was made, in a form that a run command's output has room for.
show_file() {
    say "$1 gzip base64:"
    gzip -9 -n <"$2" | base64 -w0
    echo
}

# The key is made once in the life of a replica: one that is made again is another member.
enrol() {
    local work
    work=$(scratch)
    # The role that lets it read takes some minutes to count after it was given.
    attempt ask_vault || die "The vault could not be asked for the key."
    case $answer in
    0) say "The vault has the key of this node already." ;;
    3)
        kv "$work" key new --role replica -f /scratch/node.key
        KV_VAULT=$KV_VAULT KV_IDENTITY=$KV_IDENTITY "$tools/store-key" "$work/node.key"
        rm "$work/node.key"
        fetch_key
        ;;
    esac
    install -m 400 -o "$owner" -g "$owner" "$key" "$work/node.key"
    kv "$work" cluster enrol --key /scratch/node.key --name "$KV_NAME" --peer "$KV_PEER" --client "$KV_CLIENT" --out /scratch/enrolment.json
    show_file "enrolment of $KV_NAME" "$work/enrolment.json"
    rm -rf "$work"
}

put_genesis() {
    [ -n "$KV_GENESIS" ] || die "The action '$KV_DO' needs the genesis."
    base64 -d <<<"$KV_GENESIS" >"$1/genesis.json"
    install -m 400 -o "$owner" -g "$owner" "$key" "$1/node.key"
    chown "$owner:$owner" "$1/genesis.json"
}

sign() {
    local work
    work=$(scratch)
    fetch_key
    put_genesis "$work"
    kv "$work" cluster sign --key /scratch/node.key /scratch/genesis.json
    show_file "genesis signed by $KV_NAME" "$work/genesis.json"
    rm -rf "$work"
}

# The key goes into the directory with the rest, and leaves the disk before anything is started: the node gets it from memory.
make_node() {
    local work
    [ ! -e "$node" ] || die "There is a node's directory already. The action for it is 'roll'."
    work=$(scratch)
    fetch_key
    put_genesis "$work"
    rm -rf "$store/new"
    install -d -o "$owner" -g "$owner" "$store/new"
    podman run --rm --network none --read-only --tmpfs /tmp --cap-drop all --user "$owner:$owner" --volume "$work:/scratch:ro" --volume "$store/new:/new" \
        "$KV_IMAGE" node init --dir /new/node --key /scratch/node.key --genesis /scratch/genesis.json "$@"
    rm -f "$store/new/node/node.key"
    mv "$store/new/node" "$node"
    sync -f "$store"
    rm -rf "$work" "$store/new"
}

is_ready() { curl -fsS --max-time 5 -o /dev/null "$KV_CLIENT/readyz" 2>/dev/null; }

# With every other node at its place, stopping this one leaves all but one, which a quorum of a pool that bears any fault at all is within.
has_margin() {
    curl -fsS --max-time 5 "$KV_CLIENT/v1/status" 2>/dev/null | jq -e '(.peers | length) > 2 and all(.peers[]; .connected)' >/dev/null
}

# A node that does not serve is one of those that may fail already: to restart it takes nothing away.
roll() {
    [ -d "$node" ] || die "There is no node's directory. The action is 'init' for a new pool, 'rejoin' for a replica that lost its disk."
    podman image exists "$KV_IMAGE" || podman pull --quiet "$KV_IMAGE"
    if is_ready && ! attempt has_margin; then
        die "Another node is not connected: with this one stopped too, there might be no quorum. Nothing was changed."
    fi
    install_tools
    systemctl enable --quiet kv-node.service kv-back-up.timer
    systemctl restart kv-node.service
    systemctl start kv-back-up.timer
    # Nodes of a new pool wait for each other, so the first of them can't be ready.
    if [ "$KV_DO" = init ]; then
        say "Started. It is ready when a quorum has started: the action 'roll' tells."
        return
    fi
    attempt is_ready || die "The node did not get ready: $(curl -sS --max-time 5 "$KV_CLIENT/readyz?verbose" 2>&1 || true)"
    attempt has_margin || die "The node is ready, and another is not connected to it."
    say "Ready, and every other node is connected: $(curl -fsS --max-time 5 "$KV_CLIENT/readyz?verbose" | head -c 500)"
}

check_settings
# On a machine that was just made, what cloud-init.yaml installs may still be on its way.
if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null || true; fi
prepare_disk
[ "$KV_DO" = roll ] || install_tools
case $KV_DO in
enrol) enrol ;;
sign) sign ;;
init)
    make_node
    roll
    ;;
rejoin)
    make_node --rejoin
    roll
    ;;
roll) roll ;;
esac
