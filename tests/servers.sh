#!/bin/sh
# Makes sure that the programs some tests start are here: Chromium and PostgreSQL 15; where nothing may be skipped, also
# those that read our documents as others do. Installs them when it may.
set -u

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -x /usr/lib/postgresql/15/bin/initdb ] || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql-15"
if [ "${REVIEW_REQUIRE_ALL:-}" = 1 ]; then
    command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
    command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-writer"
fi
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    echo "Installing for the tests:$missing …"
    if $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing; then
        exit 0
    fi
fi
echo "The tests need these programs, and they could not be installed:$missing" >&2
echo "On Debian and Ubuntu, run: sudo apt-get install$missing" >&2
exit 1
