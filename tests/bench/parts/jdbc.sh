# JDBC source to topic: a table of 1 M rows and 8 columns in SQLite, and in MySQL and PostgreSQL if their URLs are given.
#   MYSQL_URL='jdbc:mysql://127.0.0.1:3306/bench?user=…&password=…' POSTGRES_URL='jdbc:postgresql://…' tests/bench/run jdbc
# The table `items` of those databases is the user's to fill (see the SQLite one below for its columns).

written() { # connector -> records that the source has written and the broker has acknowledged
  curl -fs "http://${admin#http://}/metrics" | awk -v of="connector=\"$1\"" '
    /^kafka_connect_source_task_metrics_source_record_write_total/ && index($0, of) { n += $NF } END { printf "%d", n }'
}
read_table() { # label url converter
  local value registry begun before name=jdbc-$RANDOM n=${ROWS:-1000000}
  registry=$(awk '$1 == "registry" { print $2 }' "$work/pipe.out")
  case $3 in
  json-schemas) value='"value.converter":"org.apache.kafka.connect.json.JsonConverter"' ;;
  json) value='"value.converter":"org.apache.kafka.connect.json.JsonConverter","value.converter.schemas.enable":"false"' ;;
  avro) value="\"value.converter\":\"io.confluent.connect.avro.AvroConverter\",\"value.converter.schema.registry.url\":\"$registry\"" ;;
  esac
  sync; before=$(cpu "$dev"); begun=$(date +%s%N)
  create "$name" "{\"connector.class\":\"io.confluent.connect.jdbc.JdbcSourceConnector\",\"connection.url\":\"$2\",\"mode\":\"incrementing\",\"incrementing.column.name\":\"id\",\"table.whitelist\":\"items\",\"topic.prefix\":\"$name-\",\"batch.max.rows\":\"5000\",$value}"
  until [ "$(written "$name")" -ge "$n" ]; do sleep 0.05; done
  awk -v what="$1, $3" -v n="$n" -v ns=$(($(date +%s%N) - begun)) -v b="$before" -v a="$(cpu "$dev")" \
    -v most="$(awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$dev/status")" \
    'BEGIN { printf "| %s | %.0f | %.2f | %s |\n", what, n / (ns / 1e9), (a - b) * 1e6 / n, most }'
  curl -fs -X DELETE "$connect/connectors/$name"
}
measure() {
  python3 - "$work/rows.db" "${ROWS:-1000000}" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, city VARCHAR(40), price DECIMAL(10,2), qty INTEGER NOT NULL, rate DOUBLE, active BOOLEAN, note VARCHAR(80))")
db.executemany("INSERT INTO items VALUES (?,?,?,?,?,?,?,?)", ((i, f"name {i}", f"city {i % 997}", i % 1000 / 100, i % 77, i / 7, i % 2, "a note of some length, number %d" % i) for i in range(1, int(sys.argv[2]) + 1)))
db.commit()
P
  pipeline; admin=$(awk '$1 == "admin" { print $2 }' "$work/pipe.out")
  echo "| JDBC source to topic, ${ROWS:-1000000} rows of 8 columns | rows/s | CPU µs/row, all three servers | their memory at most, MiB |"; echo "|---|---|---|---|"
  for converter in json-schemas json avro; do
    read_table SQLite "jdbc:sqlite:$work/rows.db" "$converter"
    [ -z "${MYSQL_URL:-}" ] || read_table MySQL "$MYSQL_URL" "$converter"
    [ -z "${POSTGRES_URL:-}" ] || read_table PostgreSQL "$POSTGRES_URL" "$converter"
  done
  stop "$dev"
}
