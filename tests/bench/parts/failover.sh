# Failover: two workers with the default sessions, one is killed (SIGKILL): how long until its tasks run on the other,
# and until lines go through again. Four file sources and four sinks; KILLS (default 5) times, the two in turn.

worker_named() { # name -> sets pid_NAME and url_NAME
  local name=$1 port; port=$(free_port)
  sed "s|^listeners=.*|listeners=http://127.0.0.1:$port|" "$work/worker.properties" >"$work/worker-$name.properties"
  : >"$work/worker-$name.out"
  "$bin" connect-distributed "$work/worker-$name.properties" >"$work/worker-$name.out" 2>>"$work/worker-$name.log" &
  printf -v "pid_$name" '%s' $!; pids+=($!); disown # its end is no news
  until grep -q '^ready' "$work/worker-$name.out"; do sleep 0.02; done
  printf -v "url_$name" 'http://127.0.0.1:%s' "$port"
}

measure() {
  start_ours flush
  worker_properties failover storage.StringConverter >"$work/worker.properties"
  worker_named a; worker_named b
  echo "| one of two workers killed, default sessions (10 s) | seconds until its tasks run on the other | until lines go through all |"; echo "|---|---|---|"
  local kill victim=a other=b pid url
  for kill in $(seq "${KILLS:-5}"); do
    pid=pid_$victim; url=url_$other
    python3 "$root/tests/bench/failover.py" "${!url}" "${!pid}" "$kill" "$work"
    worker_named "$victim"
    local turn=$victim; victim=$other; other=$turn
  done
  stop "$pid_a"; stop "$pid_b"; stop "$ours_pid"
}
