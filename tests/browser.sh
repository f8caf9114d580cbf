#!/bin/sh
# Finds a Chromium, or installs one: Debian's as root, else the one that Playwright ($1) brings.
set -u
for name in chromium chromium-browser google-chrome; do
    command -v "$name" && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing Debian's chromium"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fonts-noto-color-emoji >/dev/null && exit 0
fi
"$1" install chromium || echo "no Chromium: the browser tests will say so"
