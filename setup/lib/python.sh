# The virtual environment with everything that Odoo, the addons and the tests import.

PYTHON=$WORK/venv/bin/python

is_recent_python() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if have "$candidate" && is_recent_python "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

prepare_python() {
    local requirements=("$ROOT/requirements.txt" "$ROOT/setup/odoo-requirements.txt"
        "$ROOT/test-requirements.txt")
    local key
    key=$(cat "${requirements[@]}" | sha256sum)
    if ! { [[ -x $PYTHON ]] && stamp_is venv "$key"; }; then
        create_venv "${requirements[@]/#/--requirement=}"
        stamp venv "$key"
    fi
    PATH=$WORK/venv/bin:$PATH
}

# create_venv REQUIREMENT...
create_venv() {
    local python
    if ! have python3 && have apt-get; then install_packages python3 python3-venv; fi
    python=$(find_python) || die "Python 3.11 or newer is needed." \
        "Found: $(python3 --version 2>&1 || echo none). Put a newer python3 on the PATH."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages "$(basename "$(readlink -f "$(command -v "$python")")")-venv"
    fi
    need_space 1500
    say "Creating the Python environment ($("$python" --version))"
    if ! is_recent_python "$PYTHON"; then
        rm -rf "$WORK/venv"
        quietly venv "$python" -m venv "$WORK/venv"
    fi
    HINT="Is the network there?" quietly pip \
        "$PYTHON" -m pip install --disable-pip-version-check --quiet "$@"
}
