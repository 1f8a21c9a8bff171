# The environment in which Odoo and the tests run. Scripts source this file and call `prepare`.

set -euo pipefail
export LANG=${LANG:-C.UTF-8}

LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$LIB/common.sh"
source "$LIB/system.sh"
source "$LIB/python.sh"
source "$LIB/odoo.sh"
source "$LIB/postgres.sh"
source "$LIB/database.sh"

# Makes what is not there yet, and exports what Odoo needs to find everything.
prepare() {
    mkdir -p "$WORK"/{log,stamps,data} 2>/dev/null ||
        die "cannot write to $ROOT" "Run this as a user who may, or on a copy of the repository."
    need_space 0
    have flock || install_packages util-linux
    exec 9>"$WORK/environment.lock"
    wait_for_lock 9 "Another command is preparing the environment"
    prepare_odoo
    prepare_python
    prepare_postgres
    write_config
    exec 9>&-
}

write_config() {
    export ODOO_RC=$WORK/odoo.conf PYTHONPATH=$ODOO_SOURCE
    cat >"$ODOO_RC.new" <<-EOF
	[options]
	addons_path = $ADDONS_PATH,$ROOT
	data_dir = $WORK/data
	db_host = $PGHOST
	db_port = $PGPORT
	db_user = $PGUSER
	http_interface = 127.0.0.1
	EOF
    cmp -s "$ODOO_RC.new" "$ODOO_RC" || cp "$ODOO_RC.new" "$ODOO_RC"
    rm "$ODOO_RC.new"
}
