# Start: until the broker is ready, from an empty folder.

measure() {
  echo "| start | |"; echo "|---|---|"
  local begun; begun=$(date +%s%N)
  start_ours flush
  echo "| broker ready after | $((($(date +%s%N) - begun) / 1000000)) ms |"
  stop "$ours_pid"; rm -rf "$work/ours-flush"
  begun=$(date +%s%N); start_kafka; echo "| Kafka ready after | $((($(date +%s%N) - begun) / 1000000)) ms |"
  sleep 5; echo "| Kafka resident, idle | $(rss "$kafka_pid") MiB |"; stop "$kafka_pid"
}
