# The addons of this repository, and databases in which they are installed.

BASE_DB=debt_test_base           # only what the addons depend on
INSTALLED_DB=debt_test_installed # the addons too; tests work on clones of it

own_addons() {
    local manifest
    for manifest in "$ROOT"/*/__manifest__.py; do
        if [[ -f $manifest ]]; then basename "$(dirname "$manifest")"; fi
    done
}

comma_separated() {
    paste -sd,
}

# What the addons depend on, outside this repository, and what they use where it is there.
foreign_addons() {
    "$PYTHON" - "$ROOT" <<-'EOF'
	import ast, pathlib, sys
	manifests = {p.parent.name: ast.literal_eval(p.read_text())
	             for p in pathlib.Path(sys.argv[1]).glob("*/__manifest__.py")}
	# late charges are debit notes; the customer's page is tried with these two providers
	used = {"account_debit_note", "payment_custom", "payment_demo"}
	needed = used | {name for m in manifests.values() for name in m.get("depends", [])}
	print("\n".join(sorted(needed - manifests.keys()) or ["base"]))
	EOF
}

# One line per addon: its name and what its files (but tests and documents) amount to.
addons_state() {
    local addon
    for addon in $(own_addons); do
        (cd "$ROOT/$addon" && find . -type f ! -name '*.py[co]' ! -path './tests/*' \
            ! -path './readme/*' ! -name 'README*' ! -name pyproject.toml -print0 |
            sort -z | xargs -0 sha256sum | sha256sum | sed "s/ .*//; s/^/$addon /")
    done
}

sql() {
    psql -d postgres -XAtqc "$1"
}

database_exists() {
    [[ $(sql "SELECT 1 FROM pg_database WHERE datname = '$1'") == 1 ]]
}

drop_database() {
    # not WITH (FORCE), which is refused while PostgreSQL itself vacuums the database
    sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = '$1' AND usename = current_user" >/dev/null
    PGOPTIONS='-c client_min_messages=warning' sql "DROP DATABASE IF EXISTS \"$1\""
    rm -rf "$WORK/data/filestore/$1" "$WORK/stamps/db-$1"
}

# clone_database FROM TO: nobody may be connected to FROM.
# By files: after PostgreSQL's newer way, a crash can set sequences back.
clone_database() {
    local files=$WORK/data/filestore strategy=
    drop_database "$2"
    if (($(sql "SHOW server_version_num") >= 150000)); then strategy="STRATEGY FILE_COPY"; fi
    sql "CREATE DATABASE \"$2\" TEMPLATE \"$1\" $strategy"
    if [[ -d $files/$1 ]]; then cp -r "$files/$1" "$files/$2"; fi
}

# odoo_install DATABASE ADDONS [OPTION...]: its log is .odoo/log/install-DATABASE.log
odoo_install() {
    local database=$1 addons=$2
    shift 2
    quietly "install-$database" "$PYTHON" -m odoo -d "$database" -i "$addons" \
        --stop-after-init --no-http --max-cron-threads=0 --log-level=info "$@"
}

# An empty company with everything that the addons depend on, made once.
prepare_base_database() {
    local addons key
    addons=$(foreign_addons | comma_separated)
    key="$addons $(sha256sum <"$ODOO_SOURCE/odoo/release.py") $ODOO_SOURCE"
    if stamp_is "db-$BASE_DB" "$key" && database_exists "$BASE_DB"; then return; fi
    say "Installing what the addons depend on: $addons"
    need_space 500
    drop_database "$BASE_DB"
    odoo_install "$BASE_DB" "$addons"
    stamp "db-$BASE_DB" "$key"
}

# The addons installed in it, ready to be cloned for a test. Sets INSTALLED_STATE.
prepare_installed_database() {
    exec 7>"$WORK/$INSTALLED_DB.lock"
    wait_for_lock 7 "Another command is installing the addons"
    prepare_base_database
    INSTALLED_STATE="$(addons_state) $(<"$WORK/stamps/db-$BASE_DB")"
    if ! { stamp_is "db-$INSTALLED_DB" "$INSTALLED_STATE" && database_exists "$INSTALLED_DB"; }; then
        say "Installing the addons: $(own_addons | comma_separated)"
        clone_database "$BASE_DB" "$INSTALLED_DB"
        odoo_install "$INSTALLED_DB" "$(own_addons | comma_separated)"
        check_log "$WORK/log/install-$INSTALLED_DB.log"
        stamp "db-$INSTALLED_DB" "$INSTALLED_STATE"
    fi
    exec 7>&-
}

check_log() {
    if ! checklog-odoo -c "$ROOT/checklog-odoo.cfg" "$1"; then
        die "the installation of the addons logged the warnings above." \
            "Mend them, or give the reason for one in checklog-odoo.cfg."
    fi
}
