# JDBC source to topic.

measure() { # a table of 1 M rows and 8 columns in SQLite, and in MySQL if it is there
  local n=${ROWS:-1000000}
  echo "| JDBC source to topic, $n rows of 8 columns | rows/s |"; echo "|---|---|"
  python3 - "$work/rows.db" "$n" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, city VARCHAR(40), price DECIMAL(10,2), qty INTEGER NOT NULL, rate DOUBLE, active BOOLEAN, note VARCHAR(80))")
db.executemany("INSERT INTO items VALUES (?,?,?,?,?,?,?,?)", ((i, f"name {i}", f"city {i % 997}", i % 1000 / 100, i % 77, i / 7, i % 2, "a note of some length, number %d" % i) for i in range(1, int(sys.argv[2]) + 1)))
db.commit()
P
  pipeline
  for converter in json-schemas json avro; do
    local value
    case $converter in
    json-schemas) value='"value.converter":"org.apache.kafka.connect.json.JsonConverter"' ;;
    json) value='"value.converter":"org.apache.kafka.connect.json.JsonConverter","value.converter.schemas.enable":"false"' ;;
    avro) value="\"value.converter\":\"io.confluent.connect.avro.AvroConverter\",\"value.converter.schema.registry.url\":\"$(awk '$1 == "registry" { print $2 }' "$work/pipe.out")\"" ;;
    esac
    local begun; begun=$(date +%s%N)
    create "jdbc-$converter" "{\"connector.class\":\"io.confluent.connect.jdbc.JdbcSourceConnector\",\"connection.url\":\"jdbc:sqlite:$work/rows.db\",\"mode\":\"incrementing\",\"incrementing.column.name\":\"id\",\"table.whitelist\":\"items\",\"topic.prefix\":\"$converter-\",\"batch.max.rows\":\"5000\",$value}"
    until [ "$(end_offset "$converter-items")" -ge "$n" ]; do sleep 0.2; done
    # The end is seen with the resolution of the tool that asks for it (about a second).
    echo "| SQLite, $converter | $(awk -v n="$n" -v ns=$(($(date +%s%N) - begun)) 'BEGIN { printf "%.0f", n / (ns / 1e9) }') (all three servers: $(rss "$dev") MiB) |"
    curl -fs -X DELETE "$connect/connectors/jdbc-$converter"
  done
  stop "$dev"
}
