# What every script here starts with: the repository as the working directory, and the tools on the PATH.
# Sourced, not run.
# shellcheck shell=bash

set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where rustup puts cargo, and where Debian hides the PostgreSQL server.
newest_postgres="$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)"
export PATH="${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH${newest_postgres:+:$newest_postgres}"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "script/$(basename "$0"): $*"
    exit 1
}

# npm's packages of a folder, installed again only when its lock file has changed.
install_npm() {
    local lock stamp="$1/node_modules/.installed-lock"
    lock="$(sha256sum "$1/package-lock.json" | cut -d ' ' -f 1) node $(node --version)"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then
        return 0
    fi
    npm ci --prefix "$1" --no-audit --no-fund
    printf '%s\n' "$lock" >"$stamp"
}
