# Registry: GET requests per second on cores shared with the load (wrk, 2 threads, 64 connections, keep-alive), over
# 1,000 schemas of ten fields. SECONDS_EACH (default 10) sets the length of each run.

measure() {
  command -v wrk >/dev/null || { echo "no wrk (apt-get install wrk)" >&2; return; }
  start_ours flush
  printf 'kafkastore.bootstrap.servers=%s\nlisteners=http://127.0.0.1:0\n' "$ours" >"$work/registry.properties"
  "$bin" schema-registry "$work/registry.properties" >"$work/registry.out" 2>"$work/registry.log" &
  local registry=$!; pids+=("$registry"); until grep -q '^ready' "$work/registry.out"; do sleep 0.01; done
  local url; url=$(awk '$1 == "registry" { print $2 }' "$work/registry.out")
  register_schemas "$url" 1000
  cat >"$work/ids.lua" <<'L'
local n = 0
request = function() n = n % 1000 + 1; return wrk.format("GET", "/schemas/ids/" .. n) end
L
  echo "| registry | requests/s | p99 ms | registry CPU µs | wrk CPU µs |"; echo "|---|---|---|---|---|"
  load "$registry" "by id, 1,000 ids in turn" "$url" -s "$work/ids.lua"
  load "$registry" "by id, one id" "$url/schemas/ids/7"
  load "$registry" "latest version of a subject" "$url/subjects/s7-value/versions/latest"
  echo "resident after the runs: $(rss "$registry") MiB" >&2
  stop "$registry"; stop "$ours_pid"
}

register_schemas() { # url count
  python3 - "$1" "$2" <<'P'
import http.client, json, sys, urllib.parse
connection = http.client.HTTPConnection(urllib.parse.urlparse(sys.argv[1]).netloc)
for n in range(1, int(sys.argv[2]) + 1):
    fields = [{"name": f"field_{i}", "type": ["null", "string"], "default": None} for i in range(10)]
    schema = json.dumps({"type": "record", "name": f"Row{n}", "namespace": "bench", "fields": fields})
    connection.request("POST", f"/subjects/s{n}-value/versions", json.dumps({"schema": schema}), {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    assert answer["id"] == n, answer
P
}

load() { # pid name url wrk-arguments... : a row of the table, after a warm-up of two seconds
  local pid=$1 name=$2 url=$3 before after TIMEFORMAT='%U %S'; shift 3
  wrk -t2 -c64 -d2s "$@" "$url" >/dev/null
  before=$(cpu "$pid")
  { time wrk -t2 -c64 -d"${SECONDS_EACH:-10}s" --latency "$@" "$url" >"$work/wrk.out"; } 2>"$work/client-cpu"
  after=$(cpu "$pid")
  grep -E 'Non-2xx|Socket errors' "$work/wrk.out" >&2 || true
  awk -v name="$name" -v b="$before" -v a="$after" -v client="$(cat "$work/client-cpu")" '
    $2 == "requests" && $3 == "in" { n = $1 }
    $1 == "Requests/sec:" { rate = $2 }
    $1 == "99%" { p99 = $2 ~ /us$/ ? $2 / 1000 : $2 ~ /ms$/ ? $2 + 0 : $2 * 1000 }
    END { split(client, c, " "); printf "| %s | %d | %.1f | %.1f | %.1f |\n", name, rate, p99, (a - b) * 1e6 / n, (c[1] + c[2]) * 1e6 / n }' "$work/wrk.out"
}
