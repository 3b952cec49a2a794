#!/bin/sh
# Ends with 0 once there is a Chromium to drive, with Japanese letters to show: as root it installs
# what Debian ships. Otherwise it says what to install and ends with 3.
set -eu

chromium=${CHROMIUM:-chromium}
missing=
command -v "$chromium" >/dev/null 2>&1 || missing=chromium
if ! { command -v fc-list >/dev/null 2>&1 && fc-list :lang=ja family | grep -q .; }; then
    missing="$missing fonts-noto-cjk"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$(printf ' %s' $missing) with apt-get"
    # shellcheck disable=SC2086  # the packages are several words
    if apt-get -qq -o Acquire::http::Timeout=20 -o Acquire::Retries=1 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null &&
        command -v "$chromium" >/dev/null 2>&1; then
        exit 0
    fi
fi
if command -v "$chromium" >/dev/null 2>&1; then
    echo "No Japanese font: the panel is tested with boxes instead of letters (fonts-noto-cjk)" >&2
    exit 0
fi
echo "No Chromium: install the packages chromium and fonts-noto-cjk, or name one in CHROMIUM" >&2
exit 3
