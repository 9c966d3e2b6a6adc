# Restart after SIGKILL under load: until the broker is ready again. RESTART_GB (default 10) is the size of its log; Kafka
# gets at most RESTART_KAFKA_GB (default 2, 0 leaves it out): it scans what it had not flushed. The disk must hold both.

restart_load() { # bootstrap gb: adds so much to six partitions, and leaves a producer that goes on; sets load_pid
  local bootstrap=$1 gb=$2
  "$kafka/bin/kafka-topics.sh" --bootstrap-server "$bootstrap" --create --if-not-exists --topic restarted --partitions 6 >/dev/null
  [ "$gb" = 0 ] || "$kafka/bin/kafka-producer-perf-test.sh" --topic restarted --num-records $((gb * 1000000)) --record-size 1000 --throughput -1 \
    --bootstrap-server "$bootstrap" --command-property acks=all linger.ms=5 batch.size=262144 >/dev/null 2>&1
  "$kafka/bin/kafka-producer-perf-test.sh" --topic restarted --num-records 100000000 --record-size 1000 --throughput 20000 \
    --bootstrap-server "$bootstrap" --command-property acks=all linger.ms=5 >"$work/restart-load" 2>&1 &
  load_pid=$!; pids+=("$load_pid")
  # Until it writes for a while.
  until [ "$(grep -c 'records sent' "$work/restart-load")" -ge 2 ]; do sleep 0.2; done
}
kill_both() { kill -9 "$load_pid" "$1" 2>/dev/null; wait "$load_pid" "$1" 2>/dev/null || true; }

measure() {
  local gb=${RESTART_GB:-10} kafka_gb=${RESTART_KAFKA_GB:-2} begun size
  [ "$kafka_gb" -le "$gb" ] || kafka_gb=$gb
  echo "| restart after SIGKILL under load | log | ready after |"; echo "|---|---|---|"
  start_ours flush; restart_load "$ours" "$gb"
  for _ in 1 2 3; do
    kill_both "$ours_pid"; size=$(du -sm "$work/ours-flush/data" | cut -f1)
    begun=$(date +%s%N); start_ours flush
    echo "| ours | $size MiB | $((($(date +%s%N) - begun) / 1000000)) ms |"
    restart_load "$ours" 0
  done
  kill_both "$ours_pid"; rm -rf "$work/ours-flush"
  [ "$kafka_gb" != 0 ] || return 0
  # In its own folder, which is not formatted again at the second start.
  local port; port=$(free_port); rm -rf "$kafka/bench-$$"
  start_kafka_again() {
    KAFKA_HEAP_OPTS="-Xms1g -Xmx1g" tests/peers/kafka.sh start "$kafka" "bench-$$" "$port" >/dev/null
    kafka_pid=$(cat "$kafka/bench-$$/pid"); pids+=("$kafka_pid"); theirs=127.0.0.1:$port
  }
  start_kafka_again; restart_load "$theirs" "$kafka_gb"; kill_both "$kafka_pid"; size=$(du -sm "$kafka/bench-$$/data" | cut -f1)
  begun=$(date +%s%N); start_kafka_again
  # It listens before its logs are open: ready is when it answers for the topic.
  until "$kafka/bin/kafka-get-offsets.sh" --bootstrap-server "$theirs" --topic restarted >/dev/null 2>&1; do sleep 0.2; done
  echo "| Kafka | $size MiB | $((($(date +%s%N) - begun) / 1000000)) ms |"
  stop "$kafka_pid"; rm -rf "$kafka/bench-$$"
}
