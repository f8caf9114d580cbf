#!/bin/sh
# What the tests need of the system: a Chromium and a PostgreSQL. Installs what is missing: Debian's packages
# as root, else the Chromium that Playwright ($1) brings; the tests say what is not there.
set -u
packages=""
found() { for name in "$@"; do command -v "$name" && return 0; done; return 1; }
found chromium chromium-browser google-chrome || packages="chromium fonts-noto-core fonts-noto-color-emoji"
found initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || packages="$packages postgresql"
[ -z "$packages" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing from Debian: $packages"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null && exit 0
fi
case "$packages" in *chromium*) "$1" install chromium || echo "no Chromium: the browser tests will say so" ;; esac
case "$packages" in *postgresql*) echo "no PostgreSQL: its tests will say so" ;; esac
