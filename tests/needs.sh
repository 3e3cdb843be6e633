#!/usr/bin/env bash
# What the slow tests need beside pip: PostgreSQL, Node and a browser. Installs what is missing where that can be done, and says
# loudly what cannot be had. It never fails: a test whose need is not met is skipped, with its reason.
set -u

unmet() {
    printf '\n%s\n%s\n%s\n\n' "$(printf '!%.0s' {1..100})" "NOT MET: $1" "$(printf '!%.0s' {1..100})" >&2
}

# install WHAT PACKAGE...: by apt-get, as root.
install() {
    local what=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        unmet "$what is missing and cannot be installed here (no root, or no apt-get): install $* by hand"
        return
    fi
    echo "installing $what ..."
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"; } >/dev/null 2>&1 ||
        unmet "$what could not be installed by apt-get install $*"
}

if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    install "PostgreSQL, for the tests of the store" postgresql
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    install "Node with npm, for the independent CDS client and authorization server" nodejs npm
fi
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    install "Chromium, for the tests of the SMART app in a browser" chromium
fi
exit 0
