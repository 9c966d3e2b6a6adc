# Topic to search engine, beside a plain loader of the same documents: same bulk size, same requests in flight.

measure() { # DOCS (default 200000) documents of 8 fields a pass; ROUNDS (default 3) of both, in turns, after a warm-up of both
  local n=${DOCS:-200000} rounds=${ROUNDS:-3} warm=${WARM:-300000} port round; port=$(free_port)
  local root=$work/search f; mkdir -p "$root"/{config,logs,data}
  for f in libs classes jdk log4j2.xml; do ln -s "$peers/opensearch2/$f" "$root/$f"; done
  tests/peers/search.sh start "$root" "$port" >/dev/null; engine=$(cat "$root/pid"); pids+=("$engine"); url=http://127.0.0.1:$port
  local most=$((n > warm ? n : warm))
  python3 - "$work/docs.db" "$most" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE docs (id INTEGER PRIMARY KEY, name VARCHAR(40), city VARCHAR(40), price DOUBLE, qty INTEGER, rate DOUBLE, active BOOLEAN, note VARCHAR(160))")
db.executemany("INSERT INTO docs VALUES (?,?,?,?,?,?,?,?)", ((i, f"name {i}", f"city {i % 997}", i % 1000 / 100, i % 77, i / 7, i % 2, "a note of some length, number %d, with words enough to make a document of usual size" % i) for i in range(1, int(sys.argv[2]) + 1)))
db.commit()
P
  pipeline
  local source="\"connector.class\":\"io.confluent.connect.jdbc.JdbcSourceConnector\",\"connection.url\":\"jdbc:sqlite:$work/docs.db\",\"batch.max.rows\":\"5000\""
  create warm "{$source,\"mode\":\"incrementing\",\"incrementing.column.name\":\"id\",\"table.whitelist\":\"docs\",\"topic.prefix\":\"warm-\"}"
  until [ "$(end_offset warm-docs)" -ge "$most" ]; do sleep 0.5; done
  curl -fs -X DELETE "$connect/connectors/warm"
  create docs "{$source,\"query\":\"SELECT * FROM docs WHERE id <= $n\",\"mode\":\"bulk\",\"poll.interval.ms\":\"86400000\",\"topic.prefix\":\"measured\"}"
  until [ "$(end_offset measured)" -ge "$n" ]; do sleep 0.5; done
  curl -fs -X DELETE "$connect/connectors/docs"

  sink_pass warm-docs sink-warm "$most" >/dev/null
  plain_pass plain-warm sink-warm "$most" >/dev/null
  echo "| topic to OpenSearch 2, $n documents of 8 fields | documents/s | engine CPU µs/doc | sender CPU µs/doc |"; echo "|---|---|---|---|"
  local sink_rates=() plain_rates=() rate
  for round in $(seq "$rounds"); do
    read -r rate e s <<<"$(plain_pass "plain-$round" sink-warm "$n")"; plain_rates+=("$rate"); echo "| plain loader, round $round | $rate | $e | $s |"
    read -r rate e s <<<"$(sink_pass measured "sink-$round" "$n")"; sink_rates+=("$rate"); echo "| sink, round $round | $rate | $e | $s |"
  done
  local sink plain; sink=$(median "${sink_rates[@]}"); plain=$(median "${plain_rates[@]}")
  echo "| median: sink beside loader | $sink / $plain = $(ratio "$sink" "$plain") | | |"
  stop "$dev"
}
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
arrived() { # index count : waits until a search sees all of it
  until [ "$(curl -fs "$url/$1/_count" | sed 's/.*"count":\([0-9]*\).*/\1/')" = "$2" ]; do sleep 0.1; done
}
figures() { # begun-ns engine-before sender-seconds count -> "documents/s engine-µs sender-µs"
  awk -v ns=$(($(date +%s%N) - $1)) -v e="$2" -v now="$(cpu "$engine")" -v s="$3" -v n="$4" \
    'BEGIN { printf "%.0f %.1f %.1f", n / (ns / 1e9), (now - e) * 1e6 / n, s * 1e6 / n }'
}
sink_pass() { # topic index count
  local begun before ours; before=$(cpu "$engine"); ours=$(cpu "$dev"); begun=$(date +%s%N)
  create "$2" "{\"connector.class\":\"io.confluent.connect.elasticsearch.ElasticsearchSinkConnector\",\"topics\":\"$1\",\"connection.url\":\"$url\",\"key.ignore\":\"true\",\"transforms\":\"t\",\"transforms.t.type\":\"RegexRouter\",\"transforms.t.regex\":\".*\",\"transforms.t.replacement\":\"$2\"}"
  arrived "$2" "$3"
  figures "$begun" "$before" "$(awk -v a="$(cpu "$dev")" -v b="$ours" 'BEGIN { print a - b }')" "$3"
  curl -fs -X DELETE "$connect/connectors/$2"
}
plain_pass() { # index index-with-its-mapping count : bodies are made before the time begins
  curl -fs "$url/$2/_mapping" | sed "s/^{\"$2\"://; s/}\$//" | curl -fs -o /dev/null -X PUT -H 'Content-Type: application/json' -d @- "$url/$1"
  python3 tests/bench/bulk_loader.py "$url" "$1" "$3" "$work/docs.db" "$work/loader-ready" >"$work/loader-cpu" &
  local loader=$! begun before; pids+=("$loader")
  until [ -e "$work/loader-ready" ]; do sleep 0.1; done
  before=$(cpu "$engine"); begun=$(date +%s%N); rm "$work/loader-ready"
  arrived "$1" "$3"
  wait "$loader"
  figures "$begun" "$before" "$(cat "$work/loader-cpu")" "$3"
}
