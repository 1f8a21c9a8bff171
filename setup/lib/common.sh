# Paths, messages and small helpers of all setup scripts. Sourced by environment.sh.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WORK=$ROOT/.odoo

say() {
    printf '\033[1m==>\033[0m %s\n' "$*" >&2
}

# die PROBLEM [ADVICE...]
die() {
    printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# quietly NAME COMMAND...: what a slow command says goes to a log, shown only if it fails
# (with the advice in the variable HINT).
quietly() {
    local log=$WORK/log/$1.log
    shift
    if ! "$@" >"$log" 2>&1 9>&-; then
        tail -n 25 "$log" >&2
        need_space 0
        die "this failed: $*" ${HINT:+"$HINT"} "Everything it said: $log"
    fi
}

in_folder() {
    (cd "$1" && "${@:2}")
}

# need_space MEGABYTES
need_space() {
    local free
    free=$(df -Pk "$WORK" | awk 'NR == 2 {print int($4 / 1024)}')
    if ((free < $1 + 50)); then
        die "the disk is full." \
            "$WORK has $free MB free and needs about $(($1 + 50)) MB."
    fi
}

# Waits until nobody else holds the lock on file descriptor $1, and says why.
wait_for_lock() {
    if ! flock -n "$1"; then
        say "$2: waiting"
        flock "$1"
    fi
}

# A stamp remembers from which input something was made.
stamp_is() {
    [[ -f $WORK/stamps/$1 && $(<"$WORK/stamps/$1") == "$2" ]]
}

stamp() {
    printf '%s\n' "$2" >"$WORK/stamps/$1"
}
