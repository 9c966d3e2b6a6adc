"""A plain bulk loader, to measure the sink beside: the rows of a table as documents, 2,000 a request, five at a time.

bulk_loader.py URL INDEX COUNT DATABASE READY
All bodies are made first; then the file READY is made, and loading begins when somebody removes it. Prints the CPU
seconds that loading took.
"""
import http.client, json, os, queue, sqlite3, sys, threading, time
from urllib.parse import urlsplit

BULK, IN_FLIGHT = 2_000, 5


def bodies(index, count, database):
    rows = sqlite3.connect(database).execute("SELECT * FROM docs WHERE id <= ? ORDER BY id", (count,))
    names = [column[0] for column in rows.description]
    while batch := rows.fetchmany(BULK):
        lines = []
        for row in batch:
            document = dict(zip(names, row))
            document["active"] = bool(document["active"])
            lines.append(json.dumps({"index": {"_index": index, "_id": f"{index}+0+{row[0]}"}}, separators=(",", ":")))
            lines.append(json.dumps(document, separators=(",", ":")))
        yield ("\n".join(lines) + "\n").encode()


def load(address, work, failures):
    connection = http.client.HTTPConnection(address)
    while True:
        try:
            body = work.get_nowait()
        except queue.Empty:
            return
        connection.request("POST", "/_bulk?filter_path=errors", body, {"Content-Type": "application/x-ndjson"})
        answer = connection.getresponse().read()
        if b'"errors":false' not in answer:
            failures.append(answer[:300])


url, index, count, database, ready = sys.argv[1:]
work, failures = queue.Queue(), []
for body in bodies(index, int(count), database):
    work.put(body)
open(ready, "w").close()
while os.path.exists(ready):
    time.sleep(0.001)
before = time.process_time()
threads = [threading.Thread(target=load, args=(urlsplit(url).netloc, work, failures)) for _ in range(IN_FLIGHT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failures:
    sys.exit(f"{len(failures)} requests failed: {failures[0]}")
print(time.process_time() - before)
