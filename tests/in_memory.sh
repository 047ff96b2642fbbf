#!/bin/sh
# Runs a command with its temporary files in memory where there is plenty of it: most of the time tests wait for the disk.
set -u

room=/dev/shm
needed=8388608 # KB: what a run of all tests fills, several times over
folder=""

# The least of what the folder, the machine and, in a container, its limit still give.
enough() {
    [ -z "${TMPDIR:-}" ] && [ -d "$room" ] && [ -w "$room" ] || return 1
    [ "$(df -Pk "$room" | awk 'NR == 2 {print $4}')" -ge "$needed" ] || return 1
    [ "$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)" -ge "$needed" ] || return 1
    for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        [ -r "$limit" ] || continue
        bytes=$(cat "$limit")
        [ "$bytes" = max ] || [ "${#bytes}" -gt 15 ] || [ $((bytes / 1024)) -ge "$needed" ] || return 1
    done
}

if enough 2>/dev/null && folder=$(mktemp -d "$room/scopewright-XXXXXXXX"); then
    chmod 755 "$folder" # PostgreSQL runs as another user
    export TMPDIR="$folder"
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
fi
"$@"
