#!/bin/sh
# Smoke test of the command: what it prints, and what it says of bad input.
set -eu
command=$1

same() {
    if [ "$1" != "$2" ]; then
        printf 'expected: %s\nbut got:  %s\n' "$1" "$2" >&2
        exit 1
    fi
}

same '{"a":[1,2.5,null],"b":"\"é"}' "$(printf ' {"a" : [1, 2.50, null], "b": "\\"\\u00e9"}\n' | "$command" -c)"
same '[
  1
]' "$(echo '[1]' | "$command")"
same '-:2:4: value expected' "$(printf '[1,\n 2,]' | "$command" 2>&1 || true)"
if "$command" --help 2> /dev/null; then
    echo "an unknown option must fail" >&2
    exit 1
fi
echo "command: ok"
