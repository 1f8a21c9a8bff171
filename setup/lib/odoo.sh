# Odoo's source: the folder ODOO_HOME, or Debian's package unpacked into .odoo/odoo-tree.

PACKAGE=odoo-19
# What Odoo's package links to: from this machine's release (sid's are too new), or from sid.
LINKED_PACKAGES_RELEASE=(fonts-font-awesome fonts-inconsolata)
LINKED_PACKAGES_SID=(fonts-montserrat fonts-ocr-b fonts-roboto-unhinted
    libjs-jquery libjs-jquery-form libjs-underscore)

# Sets ODOO_SOURCE: the folder that holds the Python package `odoo`; ODOO_LINT: Odoo's own lint.
prepare_odoo() {
    if [[ -n ${ODOO_HOME:-} ]]; then
        ODOO_SOURCE=$(find_odoo_home)
    else
        ODOO_SOURCE=$WORK/odoo-tree/usr/lib/python3/dist-packages
        [[ -d $ODOO_SOURCE ]] || unpack_odoo
    fi
    ADDONS_PATH=$ODOO_SOURCE/odoo/addons
    if [[ ! -d $ADDONS_PATH/web ]]; then ADDONS_PATH+=,$ODOO_SOURCE/addons; fi # a checkout
    # shellcheck disable=SC2034  # for setup/test
    ODOO_LINT=${ADDONS_PATH##*,}/test_lint/tests
    if ! grep -q '^version_info = (19,' "$ODOO_SOURCE/odoo/release.py"; then
        die "this is not Odoo 19: $ODOO_SOURCE" "Set ODOO_HOME to a folder with Odoo 19."
    fi
}

find_odoo_home() {
    local folder
    for folder in "$ODOO_HOME" "$(dirname "$ODOO_HOME")"; do
        if [[ -f $folder/odoo/release.py ]]; then
            (cd "$folder" && pwd)
            return
        fi
    done
    die "there is no Odoo in ODOO_HOME=$ODOO_HOME" \
        "It must be a folder with the package 'odoo' (a checkout with odoo-bin, or dist-packages)."
}

# apt with its own lists and sources: the machine's own apt stays as it is, no rights needed.
# A mirror may be some weeks old; signatures are checked all the same.
isolated_apt() {
    apt-get -q -o Dir::Etc::sourcelist="$WORK/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State::Lists="$WORK/apt/lists" -o Dir::Cache="$WORK/apt/cache" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o Acquire::Check-Valid-Until=false "$@"
}

# Prints "ADDRESS RELEASE" of the Debian archive that this machine uses.
# shellcheck disable=SC2016  # apt's own variables
debian_archive() {
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' |
        awk '$3 == "Debian" && $1 !~ /security/ && $2 !~ /-/ {print $1, $2; exit}'
}

unpack_odoo() {
    local archive release keys=/usr/share/keyrings/debian-archive-keyring.gpg
    if ! have apt-get || ! have dpkg-deb; then
        die "Odoo is unpacked from Debian's archive, and this machine has no apt." \
            "Set ODOO_HOME to a folder with Odoo 19 (a checkout, an unpacked package)."
    fi
    need_space 2500
    read -r archive release < <(debian_archive) || true
    if [[ -z ${archive:-} && $EUID == 0 ]]; then # a fresh image has no package lists yet
        HINT="Is the network there?" quietly apt-update apt-get -o Acquire::Retries=3 update
        read -r archive release < <(debian_archive) || true
    fi
    if [[ -z ${archive:-} ]]; then
        die "apt knows no Debian archive on this machine." \
            "Run 'apt-get update' once if this is Debian; otherwise set ODOO_HOME" \
            "to a folder with Odoo 19 (a checkout, an unpacked package)."
    fi
    [[ -f $keys ]] || install_packages debian-archive-keyring

    say "Downloading Odoo 19 from Debian's archive (125 MB)"
    rm -rf "$WORK/apt" "$WORK/odoo-tree.new"
    mkdir -p "$WORK"/apt/{lists/partial,cache/archives/partial,packages} "$WORK/odoo-tree.new"
    printf "deb [signed-by=$keys] $archive %s main\n" sid "$release" >"$WORK/apt/sources.list"
    HINT="Is the network there?" quietly odoo-lists isolated_apt update
    if ! isolated_apt download --print-uris "$PACKAGE" >/dev/null 2>&1; then
        die "Debian's archive could not be read, or no longer has $PACKAGE." \
            "Is the network there? What apt said: $WORK/log/odoo-lists.log" \
            "Or set ODOO_HOME to a folder with Odoo 19."
    fi
    HINT="Is the network there?" quietly odoo-download in_folder "$WORK/apt/packages" \
        isolated_apt download "$PACKAGE" \
        "${LINKED_PACKAGES_SID[@]}" "${LINKED_PACKAGES_RELEASE[@]/%//$release}"
    say "Unpacking it"
    for package in "$WORK"/apt/packages/*.deb; do
        quietly odoo-unpack dpkg-deb -x "$package" "$WORK/odoo-tree.new"
    done
    repair_odoo_tree "$WORK/odoo-tree.new"
    mv "$WORK/odoo-tree.new" "$WORK/odoo-tree"
    rm -rf "$WORK/apt"
}

# Debian had to leave out a script (its licence) that the backend's bundle lists; an error in
# the browser's console would fail every tour of the backend.
repair_odoo_tree() {
    local addons=$1/usr/lib/python3/dist-packages/odoo/addons broken
    local script=$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js
    if [[ ! -e $script ]]; then
        mkdir -p "$(dirname "$script")"
        echo "/* not part of Debian's package: no background blur in calls */" >"$script"
    fi
    broken=$(find "$1" -xtype l)
    if [[ -n $broken ]]; then say "Links to nothing in Odoo's package: $broken"; fi
}
