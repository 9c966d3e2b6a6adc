# Memory: resident, idle.

measure() {
  echo "| memory | MiB |"; echo "|---|---|"
  start_ours flush; sleep 3; echo "| broker alone, idle | $(rss "$ours_pid") |"; stop "$ours_pid"; rm -rf "$work/ours-flush"
  "$bin" dev --data-dir "$work/dev" --broker-port 0 --registry-port 0 --connect-port 0 --admin-port 0 >"$work/dev.out" 2>"$work/dev.log" &
  local dev=$!; pids+=("$dev"); until grep -q '^ready' "$work/dev.out"; do sleep 0.05; done; sleep 5
  echo "| broker, registry and Connect in one process, idle | $(rss "$dev") |"; stop "$dev"
}
