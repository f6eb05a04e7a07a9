"""Reads a log as a plain Python service does: split by a regular expression, search each block, sort.

`--entries <path>` lists the entries as responder-core/benches/log_compare.rs does; `--measure <path>` prints how often a
second each thing can be done.
"""

import re
import sys
import time
from datetime import datetime, timedelta

TITLES = {
    "NEW WEBHOOK RECEIVED": "Webhook: Emergency Triggered",
    "INCOMING TWILIO CALL": "Telephony: Incoming Call",
    "INCOMING SMS": "SMS: Status Request",
    "TRANSFER STATUS UPDATE": "Telephony: Call Transfer Update",
    "TRANSFER_COMPLETE": "Telephony: Transfer Complete",
    "AUTOMATED CALL STATUS UPDATE": "Telephony: Outbound Call Update",
    "ERRORS RESOLVED": "System: Logs Cleared",
    "WEBHOOK_RECEIVED": "Webhook: Emergency Triggered",
    "INCOMING_CALL": "Telephony: Incoming Call",
    "INCOMING_SMS": "SMS: Status Request",
    "TECHNICIAN_CALL_INITIATED": "Telephony: Outbound Call Update",
    "LOGS_CLEARED_VIA_API": "System: Logs Cleared",
}
ICONS = [("WEBHOOK", "🔗"), ("INCOMING", "📞"), ("TRANSFER", "↪️"), ("AUTOMATED", "🔔"), ("SMS", "💬"), ("RESOLVED", "✅")]
KEYWORDS = ["error", "failed", "critical", "warning", "unavailable", "unable"]
DELIMITER = re.compile(r"\n--- (.*?) ---\n")
TIME = re.compile(r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})", re.MULTILINE)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def parse(text):
    parts = DELIMITER.split(text)
    entries = []
    for title, body in zip(parts[1::2], parts[2::2]):
        found = TIME.search(body)
        if not found:
            continue
        at = datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S")
        icon = "📄"
        for word, picture in ICONS:
            if word in title:
                icon = picture
        lower = body.lower()
        entries.append(
            {
                "title": TITLES.get(title) or title.replace("UPDATE", "").strip(),
                "timestamp": at.strftime("%b %d, %I:%M:%S %p"),
                "icon": icon,
                "details": body.strip(),
                "status": "error" if any(word in lower for word in KEYWORDS) else "success",
                "raw_timestamp": at,
            }
        )
    entries.sort(key=lambda entry: entry["raw_timestamp"], reverse=True)
    return entries


def has_failed(path, now):
    """Whether a line of the last five minutes tells of an error."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            found = TIME.match(line)
            if found and ("ERROR" in line or "CRITICAL" in line):
                if now - datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S") < timedelta(minutes=5):
                    return True
    return False


def measure(name, work):
    begin = time.process_time()
    work()
    print(f"{name}\t{1 / (time.process_time() - begin):.6f}")


what, path = sys.argv[1:]
if what == "--entries":
    for entry in parse(read(path)):
        print("\t".join(entry[key] for key in ["title", "timestamp", "icon", "status", "details"]))
else:
    text = read(path)
    now = parse(text)[0]["raw_timestamp"]
    measure("log_parse", lambda: parse(text))
    measure("log_recent_20", lambda: parse(read(path))[:20])
    measure("log_status", lambda: has_failed(path, now))
