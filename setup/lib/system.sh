# Programs of the operating system: taken as they are, installed by apt if missing.

APT_UPDATED=

# install_packages PACKAGE...: fails with a message that names what is missing
install_packages() {
    if ! have apt-get; then
        die "missing: $*" "There is no apt here; install these (Debian's names) yourself."
    fi
    if ((EUID != 0)); then
        die "missing: $*" "Run as root:  apt-get install $*"
    fi
    say "Installing $* (apt)"
    export DEBIAN_FRONTEND=noninteractive
    if [[ -z $APT_UPDATED ]]; then
        HINT="Is the network there?" quietly apt-update apt-get -o Acquire::Retries=3 update
        APT_UPDATED=yes
    fi
    HINT="Is the network there?" quietly "apt-$1" apt-get -o Acquire::Retries=3 install -y --no-install-recommends "$@"
}

# optional_package PROGRAM PACKAGE CONSEQUENCE
optional_package() {
    if have "$1"; then return; fi
    if ((EUID == 0)) && have apt-get && (install_packages "$2"); then return; fi
    say "Without $2: $3"
}

need_chromium() {
    local browser
    for browser in google-chrome chromium chromium-browser google-chrome-stable; do
        if have "$browser"; then return; fi
    done
    install_packages chromium
}
