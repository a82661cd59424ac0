#!/bin/sh
# One shard a machine, over ssh. Usage: over-ssh.sh HOSTS_FILE   (one host a line)
#
# Each machine has nianbao in /srv/nianbao and crawls into its own data directory; what
# it wrote is then fetched beside the archive of this machine and folded in. Started
# again, shards resume where they stood. Explained in docs/scale.md.
set -eu
hosts=$1
n=$(grep -c . "$hosts")
data=${NIANBAO_DATA:-data}

# xargs ends with 123 when a shard needs a person; what the others wrote is folded too.
grep . "$hosts" | awk -v n="$n" '{ print $1, NR "/" n }' |
    xargs -P "$n" -L 1 sh -c 'ssh -o BatchMode=yes "$0" \
        "cd /srv/nianbao && .venv/bin/nianbao crawl --all --shard $1 --max-time 6h"' ||
    status=$?

i=0
for host in $(grep . "$hosts"); do
    i=$((i + 1))
    # Closed files never change, so what is there already is not compared again.
    rsync -a --ignore-existing --include='*.warc.gz' --exclude='*' \
        "$host:/srv/nianbao/data/shards/$i-of-$n/warc/" "$data/shards/$i-of-$n/warc/"
done
.venv/bin/nianbao fold --data "$data" --jobs "$(nproc)"
exit "${status:-0}"
