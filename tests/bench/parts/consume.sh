# Consume: throughput and server CPU per record of a group reading six partitions.

measure() {
  echo "| consume | ours rec/s | Kafka rec/s | ratio | ours CPU µs/rec | Kafka CPU µs/rec | ratio |"
  echo "|---|---|---|---|---|---|---|"
  start_kafka; start_ours page-cache
  for size in 100 1024; do
    local n=$records; [ "$size" = 1024 ] && n=$((records / 4))
    for side in ours theirs; do
      local b=${!side} pid=$ours_pid; [ $side = theirs ] && pid=$kafka_pid
      topic "$b" "c-$size" 6; produce "$b" "$pid" "c-$size" "$size" "$n" 1 >/dev/null
      for pass in warm measured; do
        local before after line
        before=$(cpu "$pid")
        line=$("$kafka/bin/kafka-consumer-perf-test.sh" --bootstrap-server "$b" --topic "c-$size" --num-records "$n" --group "$pass-$RANDOM" 2>/dev/null | tail -1)
        after=$(cpu "$pid")
      done
      # columns: start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
      printf -v "${side}_rate" '%.0f' "$(awk -F', *' '{ print $10 }' <<<"$line")"
      printf -v "${side}_cpu" '%s' "$(awk -v a="$after" -v b="$before" -v n="$n" 'BEGIN { printf "%.2f", (a - b) * 1e6 / n }')"
    done
    echo "| $size B, 6 partitions | $ours_rate | $theirs_rate | $(ratio "$ours_rate" "$theirs_rate") | $ours_cpu | $theirs_cpu | $(ratio "$ours_cpu" "$theirs_cpu") |"
  done
  stop "$ours_pid"; stop "$kafka_pid"
}
