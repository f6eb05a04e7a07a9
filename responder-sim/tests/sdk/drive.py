"""Drives the simulator with the official Python SDK and judges its webhooks with the SDK's own validator.

Arguments: base URL, account SID, auth token and, if webhooks are signed with another one, its secret. Ends with status 0 only if everything was as the SDK expects it.
"""

import json
import sys
import threading
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator, get_signature_algorithm
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

BASE, ACCOUNT, TOKEN = sys.argv[1:4]
SECRET = sys.argv[4] if len(sys.argv) > 4 else TOKEN
LINE, TECHNICIAN, CUSTOMER = "+15005550001", "+15005550006", "+15005550010"
seen = []
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"python: failed: {what}")


def document(path):
    response = VoiceResponse()
    if path == "/voice":
        gather = Gather(num_digits=1, action="/keys", timeout=5)
        gather.say("There is an emergency. Press one to accept.")
        response.append(gather)
        response.say("Nothing was pressed.")
    elif path == "/keys":
        response.say("Thank you.")
    elif path == "/hold":
        response.enqueue("support", wait_url="/wait", action="/left")
    elif path == "/wait":
        response.say("Please hold.")
        response.pause(length=10)
    elif path == "/room":
        dial = response.dial(action="/talked")
        dial.conference("room", status_callback="/events", status_callback_event="start end join leave",
                        participant_label="customer", record="record-from-start")
    elif path == "/long":
        response.pause(length=600)
    elif path == "/sms":
        response = MessagingResponse()
        response.message("Noted.")
    else:
        return None
    return str(response)


class App(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        url = f"{APP}{self.path}"
        validator = RequestValidator(SECRET)
        algorithm = get_signature_algorithm(self.headers.get("X-Twilio-Webhooks-Signature-Settings"))
        signature = self.headers.get("X-Twilio-Signature", "")
        valid = validator.validate(url, fields, signature, algorithm)
        forged = validator.validate(url, {**fields, "From": "+15005550099"}, signature, algorithm)
        seen.append((self.path.split("?")[0], fields, valid and not forged))
        answer = document(self.path.split("?")[0])
        self.send_response(200 if answer else 204)
        if answer:
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer.encode())))
        self.end_headers()
        if answer:
            self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


def control(method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"} if data else {}
    request = urllib.request.Request(f"{BASE}/_sim/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def wait(seconds):
    control("POST", "clock/advance", {"seconds": seconds})


def at(path):
    return [fields for seen_path, fields, _ in seen if seen_path == path]


def refused(code, status, act):
    try:
        act()
    except TwilioRestException as error:
        check(error.code == code and error.status == status, f"{error.code}/{error.status}, not {code}/{status}")
    else:
        check(False, f"nothing was refused, not even with {code}")


def calls(client):
    control("PUT", f"phones/{TECHNICIAN}", {"keys": ["1"]})
    events = ["initiated", "ringing", "answered", "completed"]
    call = client.calls.create(
        to=TECHNICIAN, from_=LINE, url=f"{APP}/voice?branch=a%20b", machine_detection="Enable",
        status_callback=f"{APP}/status", status_callback_event=events)
    check(call.status == "queued" and call.direction == "outbound-api", "a new call is queued")
    check(call.date_created.tzinfo is not None, "dates are read by the SDK")
    wait(60)
    call = client.calls(call.sid).fetch()
    check(call.status == "completed" and call.answered_by == "human", "the call was answered by a person")
    check(call.end_time > call.start_time, "times are in order")
    check([fields["Digits"] for fields in at("/keys")] == ["1"], "the key arrived")
    check(sorted(fields["SequenceNumber"] for fields in at("/status")) == ["0", "1", "2", "3"], "four callbacks")
    for _ in range(5):
        client.calls.create(to="+15005550020", from_=LINE, twiml="<Response><Pause length='5'/></Response>")
    wait(60)
    listed = client.calls.list(to="+15005550020", page_size=2)
    check(len({call.sid for call in listed}) == 5, "five calls in three pages")
    check(len(client.calls.list(status="completed", limit=3, page_size=2)) == 3, "a limit")
    since = datetime(2026, 1, 1, 0, 1, tzinfo=timezone.utc)
    check(len(client.calls.list(start_time_after=since)) == 5, "calls since a time")
    live = client.calls.create(to=TECHNICIAN, from_=LINE, url=f"{APP}/long")
    refused(21220, 400, lambda: live.update(twiml="<Response/>"))
    wait(10)
    updated = live.update(twiml="<Response><Pause length='60'/></Response>")
    check(updated.status == "in-progress", "a live call is redirected")
    recording = client.calls(live.sid).recordings.create(recording_channels="dual")
    check(recording.channels == 2 and recording.source == "StartCallRecordingAPI", "a live call is recorded")
    wait(5)
    check(live.update(status="completed").status == "completed", "a live call is ended")
    wait(10)
    listed = client.recordings.list(call_sid=live.sid)
    check([item.sid for item in listed] == [recording.sid] and listed[0].duration == "5", "the recording is listed")
    check(client.calls(live.sid).delete() is True, "a finished call is deleted")


def queues(client):
    control("PUT", f"numbers/{LINE}", {"voice_url": f"{APP}/hold", "sms_url": f"{APP}/sms"})
    sid = control("POST", "dial", {"from": CUSTOMER, "to": LINE})["call_sid"]
    wait(20)
    queue = next(queue for queue in client.queues.list() if queue.friendly_name == "support")
    check(queue.current_size == 1 and queue.max_size == 1000 and queue.average_wait_time == 20, "the queue is listed")
    member = client.queues(queue.sid).members.list()[0]
    check(member.call_sid == sid and member.position == 1 and member.wait_time == 20, "the member is listed")
    front = client.queues(queue.sid).members("Front").fetch()
    check(front.call_sid == sid and front.date_enqueued is not None, "the front is the member")
    client.queues(queue.sid).members("Front").update(url=f"{APP}/keys")
    wait(5)
    check([fields["QueueResult"] for fields in at("/left")] == ["redirected"], "the action was told")
    check(client.queues(queue.sid).update(max_size=7).max_size == 7, "the queue is changed")
    check(client.queues(queue.sid).delete() is True, "the queue is deleted")
    other = client.queues.create(friendly_name="other", max_size=3)
    check(client.queues(other.sid).fetch().max_size == 3, "a queue is made")


def messages(client):
    message = client.messages.create(
        to=TECHNICIAN, from_=LINE, body="There is an emergency.", status_callback=f"{APP}/sms-status")
    check(message.status == "queued" and message.num_segments == "1", "a message is queued")
    wait(10)
    message = client.messages(message.sid).fetch()
    check(message.status == "delivered" and message.date_sent is not None, "it is delivered")
    check([fields["MessageStatus"] for fields in at("/sms-status")] == ["sent", "delivered"], "and reported")
    control("POST", "sms", {"from": TECHNICIAN, "to": LINE, "body": "1 & only"})
    wait(5)
    check([fields["Body"] for fields in at("/sms")] == ["1 & only"], "an incoming text arrives")
    bodies = [item.body for item in client.messages.list(to=TECHNICIAN)]
    check(bodies == ["Noted.", "There is an emergency."], "the reply is listed first")
    check(len(client.messages.list(page_size=1)) == 3, "messages in three pages")


def recordings(client):
    call = client.calls.create(to=TECHNICIAN, from_=LINE, url=f"{APP}/long", record=True, recording_channels="dual")
    wait(20)
    recording = client.recordings.list(call_sid=call.sid)[0]
    check(recording.status == "in-progress" and recording.source == "OutboundAPI", "the recording runs")
    client.calls(call.sid).recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip")
    check(client.recordings(recording.sid).fetch().status == "paused", "it is paused")
    client.calls(call.sid).update(status="completed")
    wait(10)
    done = client.recordings(recording.sid).fetch()
    check(done.status == "completed" and done.channels == 2, "it can be heard")
    check(done.media_url == f"{BASE}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{done.sid}", "and is where it says")
    part = client.request("GET", f"{done.media_url}.wav", headers={"Range": "bytes=0-3"})
    check(part.status_code == 206 and part.text == "RIFF", "media come in parts")
    today = datetime(2026, 1, 1, tzinfo=timezone.utc)
    listed = [one.sid for one in client.recordings.list(date_created_after=today, page_size=1)]
    check(done.sid in listed and len(set(listed)) == len(listed), "recordings since a day, page by page")
    check(len(client.calls(call.sid).recordings.list()) == 1, "recordings of one call")
    check(client.recordings(done.sid).delete(), "it is deleted")
    refused(20404, 404, lambda: client.recordings(done.sid).fetch())


def conferences(client):
    control("PUT", f"numbers/{LINE}", {"voice_url": f"{APP}/room"})
    customer = control("POST", "dial", {"from": CUSTOMER, "to": LINE})["call_sid"]
    wait(5)
    room = client.conferences.list(friendly_name="room", status="init")[0]
    added = client.conferences(room.sid).participants.create(
        from_=LINE, to=TECHNICIAN, label="technician", timeout=20, end_conference_on_exit=False)
    check(added.status == "queued" and added.label == "technician", "a participant is called")
    wait(10)
    check(client.conferences(room.sid).fetch().status == "in-progress", "the conference has begun")
    participants = client.conferences(room.sid).participants
    calls = [one.call_sid for one in participants.list(page_size=1)]
    check(calls == [customer, added.call_sid], "both are in it, in two pages")
    muted = participants("technician").update(muted=True)
    check(muted.muted and muted.call_sid == added.call_sid, "a label names a participant")
    check([one.call_sid for one in participants.list(muted=True)] == [added.call_sid], "muted ones")
    check(participants(customer).update(hold=True, hold_url=f"{APP}/wait").hold, "one is on hold")
    check(participants(customer).delete(), "one is sent out")
    refused(20404, 404, lambda: participants(customer).fetch())
    ended = client.conferences(room.sid).update(status="completed")
    check(ended.reason_conference_ended == "conference-ended-via-api", "the conference is ended")
    wait(10)
    check([one.source for one in client.conferences(room.sid).recordings.list()] == ["Conference"], "it was recorded")
    events = [fields["StatusCallbackEvent"] for fields in at("/events")]
    check(sorted(set(events)) == ["conference-end", "conference-start", "participant-join", "participant-leave"],
          f"its events: {events}")
    check(at("/talked")[0]["DialCallStatus"] == "answered", "the action was told")


def numbers(client):
    for last in range(4):
        client.incoming_phone_numbers.create(phone_number=f"+1500555002{last}", friendly_name=f"Branch {last}")
    listed = client.incoming_phone_numbers.list(phone_number="+1500555002", page_size=2)
    check(len(listed) == 4, "numbers in two pages")
    number = client.incoming_phone_numbers.list(friendly_name="Branch 2")[0]
    changed = client.incoming_phone_numbers(number.sid).update(
        voice_url=f"{APP}/keys", voice_method="POST", status_callback=f"{APP}/number-ended", sms_url=f"{APP}/sms")
    check(changed.voice_url == f"{APP}/keys" and changed.phone_number == number.phone_number, "addresses are entered")
    control("POST", "dial", {"from": CUSTOMER, "to": number.phone_number})
    wait(10)
    check(len(at("/number-ended")) == 1, "and asked from then on")
    check(not client.incoming_phone_numbers(number.sid).update(voice_url="").voice_url, "an address is taken away")
    refused(21502, 400, lambda: client.incoming_phone_numbers(number.sid).update(voice_url="nowhere"))
    check(client.incoming_phone_numbers(number.sid).delete(), "a number is released")
    refused(20404, 404, lambda: client.incoming_phone_numbers(number.sid).fetch())


def errors(client):
    refused(21211, 400, lambda: client.calls.create(to="555", from_=LINE, url=f"{APP}/voice"))
    refused(21205, 400, lambda: client.calls.create(to=TECHNICIAN, from_=LINE, url="nowhere"))
    refused(20404, 404, lambda: client.calls("CA" + "0" * 32).fetch())
    refused(20404, 404, lambda: client.messages("SM" + "0" * 32).fetch())
    refused(20404, 404, lambda: client.queues("QU" + "0" * 32).members("Front").fetch())
    wrong = Client(ACCOUNT, "wrong")
    wrong.api.base_url = BASE
    refused(20003, 401, lambda: wrong.calls("CA" + "0" * 32).fetch())
    control("POST", "faults", {"on": "rest", "effect": {"status": {"status": 429}}})
    refused(20429, 429, lambda: client.calls("CA" + "0" * 32).fetch())


server = ThreadingHTTPServer(("127.0.0.1", 0), App)
APP = f"http://127.0.0.1:{server.server_address[1]}"
threading.Thread(target=server.serve_forever, daemon=True).start()
sdk = Client(ACCOUNT, TOKEN)
sdk.api.base_url = BASE
for part in (calls, queues, messages, recordings, conferences, numbers, errors):
    part(sdk)
check(len(seen) > 10 and all(valid for _, _, valid in seen), "the SDK accepts every signature, and no forged one")
print(f"python: {checks} checks, {len(seen)} webhooks")
