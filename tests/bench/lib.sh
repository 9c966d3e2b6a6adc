# What the parts share: servers of both sides, their CPU and memory, Kafka's perf tools. Sourced by tests/bench/run.

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
cpu() { awk '{ printf "%.2f", ($14 + $15) / 100 }' "/proc/$1/stat"; }               # CPU seconds so far
busy() { awk '/^cpu / { printf "%.2f", ($2 + $3 + $4 + $7 + $8) / 100 }' /proc/stat; } # CPU seconds of the whole machine so far
rss() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }           # MiB
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "-" }'; }

start_ours() { # durability -> ours_pid, ours
  mkdir -p "$work/ours-$1"
  printf 'listeners=PLAINTEXT://127.0.0.1:0\nadmin.listener=\nlog.dirs=%s\nlog.durability=%s\nlog.segment.delete.delay.ms=1000\n' "$work/ours-$1/data" "$1" >"$work/ours-$1/server.properties"
  : >"$work/ours-$1/out" # a start before this one was ready, too
  "$bin" broker "$work/ours-$1/server.properties" >"$work/ours-$1/out" 2>"$work/ours-$1/log" &
  ours_pid=$!; pids+=("$ours_pid")
  until grep -q '^ready' "$work/ours-$1/out"; do sleep 0.01; done
  ours=$(awk '$1 == "broker" { print $2 }' "$work/ours-$1/out")
}
start_kafka() { # -> kafka_pid, theirs
  local port; port=$(free_port); rm -rf "$work/kafka" "$kafka/bench-$$"
  KAFKA_HEAP_OPTS="-Xms1g -Xmx1g" tests/peers/kafka.sh start "$kafka" "bench-$$" "$port" "log.dirs=$work/kafka" log.segment.delete.delay.ms=1000 >/dev/null
  kafka_pid=$(cat "$kafka/bench-$$/pid"); pids+=("$kafka_pid"); theirs=127.0.0.1:$port
}
worker_properties() { # group converter -> a worker's settings, on the broker $ours
  cat <<P
bootstrap.servers=$ours
group.id=$1
listeners=http://127.0.0.1:0
config.storage.topic=$1-configs
offset.storage.topic=$1-offsets
status.storage.topic=$1-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
key.converter=org.apache.kafka.connect.$2
value.converter=org.apache.kafka.connect.$2
P
}
stop() { kill "$1" 2>/dev/null || true; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; }

payload() { # bytes -> a file of lines of so many random letters: made anew for each record they take most of the client's time
  local file=$work/payload-$1
  [ -e "$file" ] || python3 -c 'import random, string, sys
for _ in range(2000): print("".join(random.choices(string.ascii_uppercase, k=int(sys.argv[1]))))' "$1" >"$file"
  echo "$file"
}
produce() { # bootstrap pid topic size count acks [records/s [linger [batch bytes]]]
  # -> "records/s server-µs-per-record client-µs-per-record rest-µs-per-record p50 p99"; the rest is what the machine did
  # besides: the kernel's threads, which write what was left in the page cache
  local before machine line all=$(($5 + $5 / 5)) payload TIMEFORMAT='%U %S'
  payload=$(payload "$4")
  sync # what was written before this is nobody's burden now
  before=$(cpu "$2"); machine=$(busy)
  # A fifth more goes before, so that the client's own start (its compiler, its first connection) is not measured.
  { time line=$("$kafka/bin/kafka-producer-perf-test.sh" --topic "$3" --num-records "$all" --warmup-records $(($5 / 5)) --payload-file "$payload" \
    --throughput "${7:--1}" --bootstrap-server "$1" --command-property "acks=$6" "linger.ms=${8:-5}" "batch.size=${9:-65536}" 2>/dev/null | tail -1); } 2>"$work/client-cpu"
  awk -v line="$line" -v server="$before $(cpu "$2")" -v machine="$machine $(busy)" -v n="$all" -v client="$(cat "$work/client-cpu")" '
    function before(unit) { match(line, "[0-9.]+ " unit); return substr(line, RSTART, RLENGTH) + 0 }
    BEGIN { split(client, c, " "); split(server, s, " "); split(machine, m, " ")
      own = s[2] - s[1]; clients = c[1] + c[2]; rest = m[2] - m[1] - own - clients
      printf "%.0f %.2f %.2f %.2f %d %d", before("records/sec"), own * 1e6 / n, clients * 1e6 / n, (rest > 0 ? rest : 0) * 1e6 / n,
        before("ms 50th"), before("ms 99th") }'
}
topic() { "$kafka/bin/kafka-topics.sh" --bootstrap-server "$1" --create --topic "$2" --partitions "$3" >/dev/null; }
no_topic() { "$kafka/bin/kafka-topics.sh" --bootstrap-server "$1" --delete --topic "$2" >/dev/null; }

pipeline() { # source-json sink-json : starts dev, creates the connectors; sets dev, connect, broker
  "$bin" dev --data-dir "$work/pipe" --broker-port 0 --registry-port 0 --connect-port 0 --admin-port 0 >"$work/pipe.out" 2>"$work/pipe.log" &
  dev=$!; pids+=("$dev"); until grep -q '^ready' "$work/pipe.out"; do sleep 0.05; done
  connect=$(awk '$1 == "connect" { print $2 }' "$work/pipe.out"); broker=$(awk '$1 == "broker" { print $2 }' "$work/pipe.out")
}
create() { until curl -fs -o /dev/null -X PUT -H 'Content-Type: application/json' -d "$2" "$connect/connectors/$1/config"; do sleep 0.2; done; }
end_offset() { "$kafka/bin/kafka-get-offsets.sh" --bootstrap-server "$broker" --topic "$1" 2>/dev/null | awk -F: '{ n += $3 } END { print n + 0 }'; }
