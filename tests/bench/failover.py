"""Kills a worker of two and times its tasks: failover.py URL-OF-THE-OTHER PID-OF-THE-VICTIM NUMBER FOLDER

Makes four file sources and a file sink of each one's topic if there are none, waits until both workers run some tasks,
kills the victim, writes a line to every source's file, and waits until every task runs on the other worker and every
line has gone through. Prints a row of a table.
"""
import http.client, json, os, signal, sys, time, urllib.parse

url, pid, number, folder = urllib.parse.urlparse(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
PAIRS, PATIENCE = 4, 120
CLASS = "org.apache.kafka.connect.file.FileStream"


def ask(method, path, body=None):
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"null")


def until(what, condition):
    deadline = time.time() + PATIENCE
    while not (found := condition()):
        if time.time() > deadline:
            sys.exit(f"not within {PATIENCE} s: {what}")
        time.sleep(0.02)
    return found


def places():
    """The worker of every task that runs; None while one does not."""
    status, connectors = ask("GET", "/connectors?expand=status")
    if status != 200:
        return None
    tasks = [task for each in connectors.values() for task in each.get("status", {}).get("tasks", [])]
    running = [task["worker_id"] for task in tasks if task["state"] == "RUNNING"]
    return running if len(running) == len(tasks) == 2 * PAIRS else None


def create(name, config):
    return ask("PUT", f"/connectors/{name}/config", config)[0] in (200, 201)


def write(line):
    for n in range(PAIRS):
        with open(f"{folder}/in-{n}", "a") as file:
            file.write(line + "\n")


def arrived(line):
    return all(os.path.exists(f"{folder}/out-{n}") and line in open(f"{folder}/out-{n}").read().split("\n") for n in range(PAIRS))


if number == "1":
    for n in range(PAIRS):
        source = {"connector.class": CLASS + "SourceConnector", "file": f"{folder}/in-{n}", "topic": f"lines-{n}"}
        sink = {"connector.class": CLASS + "SinkConnector", "file": f"{folder}/out-{n}", "topics": f"lines-{n}"}
        until("a source is created", lambda: create(f"source-{n}", source))
        until("a sink is created", lambda: create(f"sink-{n}", sink))
before = until("both workers run tasks", lambda: (found := places()) and len(set(found)) == 2 and found)
write(f"before {number}")
until("lines go through before the kill", lambda: arrived(f"before {number}"))
survivor = f"{url.hostname}:{url.port}"
moved = sum(worker != survivor for worker in before)
os.kill(pid, signal.SIGKILL)
killed = time.time()
write(f"after {number}")
until("the other worker runs all tasks", lambda: set(places() or []) == {survivor})
run = time.time() - killed
until("lines go through after the kill", lambda: arrived(f"after {number}"))
print(f"| kill {number}, {moved} of {2 * PAIRS} tasks | {run:.1f} | {time.time() - killed:.1f} |", flush=True)
