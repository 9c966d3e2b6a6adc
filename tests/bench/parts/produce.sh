# Produce: throughput and CPU per record, 100 B and 1 KiB over 1, 6 and 100 partitions, in batches of 64 KiB and of the
# client's default, with both durabilities; and small records without batches.

measure() {
  local kpid durability batch shape size partitions
  start_kafka; kpid=$kafka_pid
  for durability in page-cache flush; do
    start_ours "$durability"
    echo "| produce, acks=all, $durability | ours rec/s | Kafka rec/s | ratio | ours CPU µs/rec | Kafka CPU µs/rec | ratio | client CPU µs/rec, ours / Kafka | kernel threads and others, ours / Kafka |"
    echo "|---|---|---|---|---|---|---|---|---|"
    for batch in 64 16; do
      for shape in "100 1" "100 6" "1024 1" "1024 6" "1024 100"; do
        read -r size partitions <<<"$shape"
        local n=$((records * batch / 64)); [ "$size" = 1024 ] && n=$((n / 4))
        side_by_side "$size B, $partitions partitions, batches of $batch KiB" "p-$durability-$size-$partitions-$batch" "$size" "$n" "$partitions" 5 $((batch * 1024))
      done
    done
    side_by_side "100 B, 1 partition, each record a batch, no linger" "u-$durability" 100 $((records / 100)) 1 0 0
    echo "resident after the runs: ours $(rss "$ours_pid") MiB, Kafka $(rss "$kpid") MiB" >&2
    stop "$ours_pid"
  done
  stop "$kpid"
}
side_by_side() { # title topic size count partitions linger batch
  local o_rate o_cpu o_client o_rest k_rate k_cpu k_client k_rest
  topic "$ours" "$2" "$5"; topic "$theirs" "$2" "$5"
  # A first pass of a tenth warms code and heap of both servers.
  produce "$ours" "$ours_pid" "$2" "$3" $(($4 / 10)) all -1 "$6" "$7" >/dev/null
  produce "$theirs" "$kpid" "$2" "$3" $(($4 / 10)) all -1 "$6" "$7" >/dev/null
  read -r o_rate o_cpu o_client o_rest _ <<<"$(produce "$ours" "$ours_pid" "$2" "$3" "$4" all -1 "$6" "$7")"
  read -r k_rate k_cpu k_client k_rest _ <<<"$(produce "$theirs" "$kpid" "$2" "$3" "$4" all -1 "$6" "$7")"
  echo "| $1 | $o_rate | $k_rate | $(ratio "$o_rate" "$k_rate") | $o_cpu | $k_cpu | $(ratio "$o_cpu" "$k_cpu") | $o_client / $k_client | $o_rest / $k_rest |"
  no_topic "$ours" "$2"; no_topic "$theirs" "$2"
}
