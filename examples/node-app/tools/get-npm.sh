#!/bin/sh
# Debian's own npm package brings 350 others. Corepack, one small package, fetches the very npm that package.json names
# under "packageManager" and checks it against the digest written there.
set -eu

# Corepack does not read .npmrc: tell it of the registry this machine is set up for, if it is another than npm's own.
registry=${npm_config_registry:-}
for settings in ~/.npmrc /usr/local/etc/npmrc /usr/etc/npmrc; do
    if [ -z "$registry" ] && [ -r "$settings" ]; then
        registry=$(sed -n 's/^registry *= *//p' "$settings" | tail -n 1)
    fi
done
if [ -n "$registry" ]; then
    export COREPACK_NPM_REGISTRY="${registry%/}"
fi

corepack enable npm
npm --version
