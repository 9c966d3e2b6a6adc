# Latency: median and 99th percentile at 10,000 records/s of 1 KiB, acks=all, no linger.

measure() {
  local durability o50 o99 k50 k99
  echo "| 10,000 records/s of 1 KiB, acks=all, no linger | ours p50 / p99 ms | Kafka p50 / p99 ms |"
  echo "|---|---|---|"
  start_kafka
  for durability in flush page-cache; do
    start_ours "$durability"; topic "$ours" "l-$durability" 6; topic "$theirs" "l-$durability" 6
    produce "$ours" "$ours_pid" "l-$durability" 1024 50000 all 10000 0 >/dev/null
    produce "$theirs" "$kafka_pid" "l-$durability" 1024 50000 all 10000 0 >/dev/null
    read -r _ _ _ _ o50 o99 <<<"$(produce "$ours" "$ours_pid" "l-$durability" 1024 200000 all 10000 0)"
    read -r _ _ _ _ k50 k99 <<<"$(produce "$theirs" "$kafka_pid" "l-$durability" 1024 200000 all 10000 0)"
    echo "| $durability | $o50 / $o99 | $k50 / $k99 |"; stop "$ours_pid"
  done
  stop "$kafka_pid"
}
