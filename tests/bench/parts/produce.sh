# Produce: throughput and CPU per record, 100 B and 1 KiB over 1, 6 and 100 partitions, with both durabilities; and small
# records without batches.

measure() {
  local kpid durability shape size partitions
  start_kafka; kpid=$kafka_pid
  for durability in page-cache flush; do
    start_ours "$durability"
    echo "| produce, acks=all, $durability | ours rec/s | Kafka rec/s | ratio | ours CPU µs/rec | Kafka CPU µs/rec | ratio | client CPU µs/rec, ours / Kafka |"
    echo "|---|---|---|---|---|---|---|---|"
    for shape in "100 1" "100 6" "1024 1" "1024 6" "1024 100"; do
      read -r size partitions <<<"$shape"
      local n=$records; [ "$size" = 1024 ] && n=$((records / 4))
      side_by_side "$size B, $partitions partitions" "p-$durability-$size-$partitions" "$size" "$n" "$partitions" 5 65536
    done
    side_by_side "100 B, 1 partition, each record a batch, no linger" "u-$durability" 100 $((records / 8)) 1 0 0
    echo "resident after the runs: ours $(rss "$ours_pid") MiB, Kafka $(rss "$kpid") MiB" >&2
    stop "$ours_pid"
  done
  stop "$kpid"
}
side_by_side() { # title topic size count partitions linger batch
  local o_rate o_cpu o_client k_rate k_cpu k_client
  topic "$ours" "$2" "$5"; topic "$theirs" "$2" "$5"
  # A first pass of a quarter warms code and heap of both servers.
  produce "$ours" "$ours_pid" "$2" "$3" $(($4 / 4)) all -1 "$6" "$7" >/dev/null
  produce "$theirs" "$kpid" "$2" "$3" $(($4 / 4)) all -1 "$6" "$7" >/dev/null
  read -r o_rate o_cpu o_client _ <<<"$(produce "$ours" "$ours_pid" "$2" "$3" "$4" all -1 "$6" "$7")"
  read -r k_rate k_cpu k_client _ <<<"$(produce "$theirs" "$kpid" "$2" "$3" "$4" all -1 "$6" "$7")"
  echo "| $1 | $o_rate | $k_rate | $(ratio "$o_rate" "$k_rate") | $o_cpu | $k_cpu | $(ratio "$o_cpu" "$k_cpu") | $o_client / $k_client |"
}
