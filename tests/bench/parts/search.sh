# Topic to search engine.

measure() { # a topic of DOCS (default 200000) documents of 8 fields into OpenSearch, the second time warm
  local n=${DOCS:-200000} port; port=$(free_port)
  echo "| topic to OpenSearch, $n documents of 8 fields | documents/s |"; echo "|---|---|"
  local root=$work/search f; mkdir -p "$root"/{config,logs,data}
  for f in libs classes jdk log4j2.xml; do ln -s "$peers/opensearch2/$f" "$root/$f"; done
  tests/peers/search.sh start "$root" "$port" >/dev/null; pids+=("$(cat "$root/pid")")
  python3 - "$work/docs.db" "$n" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE docs (id INTEGER PRIMARY KEY, name VARCHAR(40), city VARCHAR(40), price DOUBLE, qty INTEGER, rate DOUBLE, active BOOLEAN, note VARCHAR(160))")
db.executemany("INSERT INTO docs VALUES (?,?,?,?,?,?,?,?)", ((i, f"name {i}", f"city {i % 997}", i % 1000 / 100, i % 77, i / 7, i % 2, "a note of some length, number %d, with words enough to make a document of usual size" % i) for i in range(1, int(sys.argv[2]) + 1)))
db.commit()
P
  pipeline
  create docs "{\"connector.class\":\"io.confluent.connect.jdbc.JdbcSourceConnector\",\"connection.url\":\"jdbc:sqlite:$work/docs.db\",\"mode\":\"incrementing\",\"incrementing.column.name\":\"id\",\"table.whitelist\":\"docs\",\"topic.prefix\":\"b-\"}"
  until [ "$(end_offset b-docs)" -ge "$n" ]; do sleep 0.5; done
  for pass in cold warm; do
    local begun; begun=$(date +%s%N)
    create "search-$pass" "{\"connector.class\":\"io.confluent.connect.elasticsearch.ElasticsearchSinkConnector\",\"topics\":\"b-docs\",\"connection.url\":\"http://127.0.0.1:$port\",\"key.ignore\":\"true\",\"transforms\":\"t\",\"transforms.t.type\":\"RegexRouter\",\"transforms.t.regex\":\".*\",\"transforms.t.replacement\":\"$pass\"}"
    until [ "$(curl -fs "127.0.0.1:$port/$pass/_count" | sed 's/.*"count":\([0-9]*\).*/\1/')" = "$n" ]; do sleep 0.2; done
    echo "| $pass | $(awk -v n="$n" -v ns=$(($(date +%s%N) - begun)) 'BEGIN { printf "%.0f", n / (ns / 1e9) }') |"
    curl -fs -X DELETE "$connect/connectors/search-$pass"
  done
  stop "$dev"
}
