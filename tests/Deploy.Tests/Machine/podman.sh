# In the place of podman: what an image's command would write, and nothing else.
[ "$1" = run ] || exit 0
maps=()
while [ $# -gt 0 ]; do
    case $1 in
    --volume)
        maps+=("$2")
        shift 2
        ;;
    kv@*) break ;;
    *) shift ;;
    esac
done
at() {
    local map from to
    for map in "${maps[@]}"; do
        IFS=: read -r from to _ <<<"$map"
        case $1 in "$to"/*) echo "$from${1#"$to"}" ;; esac
    done
}
case "$2 $3" in
"key new") echo '{"made":"here"}' >"$(at /scratch/node.key)" ;;
"cluster enrol") cat "$(at /scratch/node.key)" >"$(at /scratch/enrolment.json)" ;;
"cluster sign") echo '{"signed":true}' >"$(at /scratch/genesis.json)" ;;
"node init")
    mkdir "$(at /new/node)"
    cp "$(at /scratch/node.key)" "$(at /new/node/node.key)"
    ;;
esac
