# Connect: a worker of ours on a broker of ours, beside Apache's worker on Apache's broker: CPU per record of the file
# connectors, a burst of new connectors; and of ours what idle tasks cost. The worker is a process of its own.

connect_worker() { # -> worker_pid, connect; on the broker $ours
  { worker_properties bench json.JsonConverter; echo offset.flush.interval.ms=1000; } >"$work/worker.properties"
  "$bin" connect-distributed "$work/worker.properties" >"$work/worker.out" 2>"$work/worker.log" &
  worker_pid=$!; pids+=("$worker_pid")
  until grep -q '^ready' "$work/worker.out"; do sleep 0.02; done
  connect=$(awk '$1 == "connect" { print $2 }' "$work/worker.out")
  until curl -fs -o /dev/null "$connect/health"; do sleep 0.02; done
}
apache_worker() { # -> worker_pid, connect; on the broker $theirs
  local port; port=$(free_port); rm -rf "$kafka/bench-connect-$$"
  KAFKA_HEAP_OPTS=-Xmx512m tests/peers/kafka.sh connect "$kafka" "bench-connect-$$" "$port" "$theirs" >/dev/null
  worker_pid=$(cat "$kafka/bench-connect-$$/pid"); pids+=("$worker_pid"); connect=http://127.0.0.1:$port
}
topic_end() { "$kafka/bin/kafka-get-offsets.sh" --bootstrap-server "$1" --topic "$2" 2>/dev/null | awk -F: '{ n += $3 } END { print n + 0 }'; }

text=org.apache.kafka.connect.storage.StringConverter
file_source() { echo "{\"connector.class\":\"org.apache.kafka.connect.file.FileStreamSourceConnector\",\"file\":\"$1\",\"topic\":\"$2\",\"key.converter\":\"$text\",\"value.converter\":\"$text\"}"; }
file_sink() { echo "{\"connector.class\":\"org.apache.kafka.connect.file.FileStreamSinkConnector\",\"file\":\"$1\",\"topics\":\"$2\",\"key.converter\":\"$text\",\"value.converter\":\"$text\"}"; }

files() { # broker -> "µs-per-record of file to topic, of topic to file"
  local pass before n=${LINES_:-1000000}
  for pass in warm measured; do
    before=$(cpu "$worker_pid")
    create "src-$pass" "$(file_source "$work/lines.txt" "lines-$pass")"
    until [ "$(topic_end "$1" "lines-$pass")" -ge "$n" ]; do sleep 0.2; done
    source_us=$(awk -v a="$(cpu "$worker_pid")" -v b="$before" -v n="$n" 'BEGIN { printf "%.2f", (a - b) * 1e6 / n }')
    curl -fs -X DELETE "$connect/connectors/src-$pass"; sleep 1
    before=$(cpu "$worker_pid"); rm -f "$work/out.txt"
    create "snk-$pass" "$(file_sink "$work/out.txt" "lines-$pass")"
    until [ "$( (wc -l <"$work/out.txt") 2>/dev/null || echo 0)" -ge "$n" ]; do sleep 0.2; done
    sink_us=$(awk -v a="$(cpu "$worker_pid")" -v b="$before" -v n="$n" 'BEGIN { printf "%.2f", (a - b) * 1e6 / n }')
    curl -fs -X DELETE "$connect/connectors/snk-$pass"; sleep 1
  done
}
burst() { # connectors -> a row of figures: 8 clients at a time, then until every task runs
  python3 - "$connect" "$1" "$work" <<'P'
import http.client, json, sys, threading, time, urllib.parse
url, count, work = urllib.parse.urlparse(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
open(f"{work}/idle.txt", "w").close()
names, took, codes, lock = list(range(count)), [], {}, threading.Lock()
def client():
    while True:
        with lock:
            if not names: return
            n = names.pop()
        config = {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "file": f"{work}/idle.txt", "topic": "idle"}
        c = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
        began = time.time()
        c.request("POST", "/connectors", json.dumps({"name": f"idle-{n}", "config": config}), {"Content-Type": "application/json"})
        code = c.getresponse().status
        with lock: took.append(time.time() - began); codes[code] = codes.get(code, 0) + 1
        c.close()
began = time.time()
threads = [threading.Thread(target=client) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
total = time.time() - began
while True:
    c = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
    c.request("GET", "/connectors?expand=status"); all = json.loads(c.getresponse().read() or b"{}")
    running = sum(1 for v in all.values() if isinstance(v, dict) and [t["state"] for t in v.get("status", {}).get("tasks", [])] == ["RUNNING"])
    if running >= codes.get(201, 0): break
    if time.time() - began > 600: break
    time.sleep(0.1)
took.sort()
print(f"{total:.1f} s | {took[len(took)//2]*1000:.0f} ms | {took[int(len(took)*.99)]*1000:.0f} ms | {took[-1]*1000:.0f} ms | {codes} | {time.time()-began:.1f} s, {running} tasks")
P
}
idle() { # of ours: what COUNT idle tasks cost
  local count=${COUNT:-2000} before_rss before_threads before
  before_rss=$(rss "$worker_pid"); before_threads=$(ls "/proc/$worker_pid/task" | wc -l)
  echo "| burst of $count, ours | $(burst "$count") |"
  sleep 5; before=$(cpu "$worker_pid"); sleep 20
  local core; core=$(awk -v a="$(cpu "$worker_pid")" -v b="$before" 'BEGIN { printf "%.1f", (a - b) * 100 / 20 }')
  echo
  echo "| $count idle tasks on one worker | |"; echo "|---|---|"
  echo "| resident before, after | $before_rss, $(rss "$worker_pid") MiB: $(awk -v a="$(rss "$worker_pid")" -v b="$before_rss" -v n="$count" 'BEGIN { printf "%.3f", (a - b) / n }') MiB each |"
  echo "| threads before, after | $before_threads, $(ls "/proc/$worker_pid/task" | wc -l) |"
  echo "| CPU while idle | $core % of a core |"
}

measure() {
  python3 -c 'import sys; n = int(sys.argv[2]); open(sys.argv[1], "w").writelines("%099d\n" % i for i in range(n))' "$work/lines.txt" "${LINES_:-1000000}"
  start_ours flush; connect_worker; files "$ours"; local o_source=$source_us o_sink=$sink_us o_rss; o_rss=$(rss "$worker_pid")
  local burst_ours; burst_ours=$(burst 200); stop "$worker_pid"; stop "$ours_pid"; rm -rf "$work/ours-flush"
  local a_source=- a_sink=- a_rss=- burst_theirs="- | - | - | - | - | -"
  if [ -d "$kafka/bin" ] && [ -z "${ALONE:-}" ]; then
    start_kafka; apache_worker; files "$theirs"; a_source=$source_us; a_sink=$sink_us; a_rss=$(rss "$worker_pid")
    burst_theirs=$(burst 200); stop "$worker_pid"; stop "$kafka_pid"; rm -rf "$kafka/bench-connect-$$"
  fi
  echo "| worker CPU per record, lines of 100 B | ours µs | Apache Connect µs | ratio |"; echo "|---|---|---|---|"
  echo "| file to topic | $o_source | $a_source | $(ratio "$o_source" "${a_source/-/0}") |"
  echo "| topic to file | $o_sink | $a_sink | $(ratio "$o_sink" "${a_sink/-/0}") |"
  echo "| worker resident after | $o_rss MiB | $a_rss MiB | |"
  echo
  echo "| new connectors, 8 clients | all answered | p50 | p99 | max | status codes | all tasks RUNNING |"; echo "|---|---|---|---|---|---|---|"
  echo "| burst of 200, ours | $burst_ours |"; echo "| burst of 200, Apache Connect | $burst_theirs |"
  start_ours flush; connect_worker; idle; stop "$worker_pid"; stop "$ours_pid"
}
