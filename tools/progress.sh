# Sourced: run_with_progress WHAT LOG COMMAND… runs COMMAND with its output in LOG and says every two seconds that it still runs.
run_with_progress() {
  what=$1 log=$2
  shift 2
  "$@" >"$log" 2>&1 </dev/null 9>&- & # a compiler that stays as a server must not keep the lock of a build
  child=$!
  trap 'kill $child 2>/dev/null || :; exit 130' INT TERM
  ticks=0
  while kill -0 $child 2>/dev/null; do
    sleep 0.5
    ticks=$((ticks + 1))
    [ $((ticks % 4)) != 0 ] || echo "strata: $what, $((ticks / 2)) s …" >&2
  done
  trap - INT TERM
  wait $child
}
