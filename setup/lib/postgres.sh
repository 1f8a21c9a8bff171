# PostgreSQL: the running server of PGHOST/PGPORT, or a private one in .odoo/pg.

# The private server is for trials and tests: it may lose data when the machine crashes (fsync),
# not when only the server does (synchronous_commit stays on): some tests kill it.
postgres_settings() {
    local memory shm
    memory=$(awk '/MemTotal/ {m = int($2 / 4096); print (m > 1024 ? 1024 : m)}' /proc/meminfo)
    shm=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print int($2 / 1024)}')
    cat <<-EOF
	listen_addresses = ''
	unix_socket_directories = '$PG_HOME'
	unix_socket_permissions = 0700
	max_connections = 200
	shared_buffers = ${memory}MB
	work_mem = 32MB
	maintenance_work_mem = 256MB
	max_wal_size = 4GB
	fsync = off
	full_page_writes = off
	EOF
    if ((${shm:-0} < 512)); then echo "dynamic_shared_memory_type = mmap"; fi
}

# PostgreSQL does not run as root: there it runs as the user postgres.
as_postgres() {
    if ((EUID == 0)); then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

find_postgres() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr) \
        $(have initdb && dirname "$(readlink -f "$(command -v initdb)")"); do
        if [[ -x $folder/initdb ]]; then
            PATH=$folder:$PATH
            return
        fi
    done
    return 1
}

# Exports PGHOST, PGPORT and PGUSER, with a server behind them.
prepare_postgres() {
    unset PGDATABASE # Odoo would take it for the database to open
    export PGUSER=${PGUSER:-odoo}
    if [[ -n ${PGHOST:-}${PGPORT:-} ]]; then
        export PGHOST=${PGHOST:-localhost} PGPORT=${PGPORT:-5432}
        have psql || find_postgres || install_packages postgresql-client
        check_server
        return
    fi
    find_postgres || {
        install_packages postgresql
        find_postgres
    }
    choose_postgres_home
    export PGHOST=$PG_HOME PGPORT=5432
    if pg_isready -q; then return; fi
    [[ -f $PG_HOME/data/PG_VERSION ]] || create_cluster
    start_cluster
}

check_server() {
    local answer
    if ! answer=$(psql -d postgres -XAtc "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user" 2>&1); then
        die "no PostgreSQL for user $PGUSER at $PGHOST:$PGPORT (variables PGHOST, PGPORT, PGUSER, PGPASSWORD)." \
            "$answer" "Unset PGHOST and PGPORT to use a private server."
    fi
    if [[ $answer != t ]]; then
        die "the PostgreSQL user $PGUSER may not create databases." \
            "As the server's administrator:  ALTER ROLE \"$PGUSER\" CREATEDB"
    fi
}

# Usually .odoo/pg; elsewhere if the user postgres cannot get there (a checkout below /root),
# or if the path is too long for a socket.
choose_postgres_home() {
    PG_HOME=$WORK/pg
    if [[ -L $PG_HOME ]]; then
        PG_HOME=$(readlink "$PG_HOME")
    elif [[ ! -d $PG_HOME ]] && { ((${#PG_HOME} > 85)) || ! as_postgres test -x "$WORK"; }; then
        PG_HOME=/var/tmp/debt-odoo-$EUID-$(printf %s "$ROOT" | cksum | cut -d' ' -f1)
        if [[ -d $PG_HOME ]]; then # of an environment that was deleted
            if [[ $(stat -c %U "$PG_HOME") != $(as_postgres id -un) ]]; then
                die "$PG_HOME belongs to somebody else."
            fi
            as_postgres pg_ctl stop -D "$PG_HOME/data" -m immediate >/dev/null 2>&1 || true
            rm -rf "$PG_HOME"
        fi
        ln -s "$PG_HOME" "$WORK/pg"
    fi
}

create_cluster() {
    say "Creating a private PostgreSQL server in ${PG_HOME/#$ROOT\//} ($(postgres --version))"
    need_space 500
    rm -rf "$PG_HOME"
    mkdir -m 700 "$PG_HOME"
    if ((EUID == 0)); then chown postgres: "$PG_HOME"; fi
    quietly initdb as_postgres initdb -D "$PG_HOME/data.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8
    postgres_settings | as_postgres tee -a "$PG_HOME/data.new/postgresql.conf" >/dev/null
    as_postgres mv "$PG_HOME/data.new" "$PG_HOME/data"
}

start_cluster() {
    if ! as_postgres pg_ctl start -w -D "$PG_HOME/data" -l "$PG_HOME/log" >/dev/null 2>&1 9>&-; then
        as_postgres tail -n 15 "$PG_HOME/log" >&2 || true
        need_space 0
        die "the private PostgreSQL server does not start." "Its log: $PG_HOME/log"
    fi
    # like on a real server, Odoo's user may create databases and nothing more
    if ! PGUSER=postgres psql -d postgres -XAtqc "SELECT 1 FROM pg_roles WHERE rolname = 'odoo'" | grep -q 1; then
        PGUSER=postgres psql -d postgres -Xqc "CREATE ROLE odoo LOGIN CREATEDB"
    fi
}

stop_cluster() {
    if [[ -d $WORK/pg/data ]] && find_postgres; then
        as_postgres pg_ctl stop -m fast -D "$(readlink -f "$WORK/pg")/data" || true
    fi
}
