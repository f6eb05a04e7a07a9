// Drives the simulator with the official Node SDK and judges its webhooks with the SDK's own validator.
//
// Arguments: base URL, account SID, auth token, folder of node_modules. Ends with status 0 only if everything was as
// the SDK expects it.

import http from "node:http";
import { createRequire } from "node:module";

const [BASE, ACCOUNT, TOKEN, MODULES] = process.argv.slice(2);
const twilio = createRequire(`${MODULES}/`)("twilio");
const [LINE, TECHNICIAN, CUSTOMER] = ["+15005550001", "+15005550006", "+15005550010"];
const seen = [];
let checks = 0;
let app;

function check(condition, what) {
  checks += 1;
  if (!condition) {
    console.error(`node: failed: ${what}`);
    process.exit(1);
  }
}

function document(path) {
  const response = new twilio.twiml.VoiceResponse();
  switch (path) {
    case "/voice": {
      const gather = response.gather({ numDigits: 1, action: "/keys", timeout: 5 });
      gather.say("There is an emergency. Press one to accept.");
      response.say("Nothing was pressed.");
      return response.toString();
    }
    case "/keys":
      response.say("Thank you.");
      return response.toString();
    case "/hold":
      response.enqueue({ waitUrl: "/wait", action: "/left" }, "support");
      return response.toString();
    case "/wait":
      response.say("Please hold.");
      response.pause({ length: 10 });
      return response.toString();
    case "/room": {
      const dial = response.dial({ action: "/talked" });
      const statusCallbackEvent = ["start", "end", "join", "leave"];
      dial.conference({ statusCallback: "/events", statusCallbackEvent, record: "record-from-start" }, "room");
      return response.toString();
    }
    case "/long":
      response.pause({ length: 600 });
      return response.toString();
    case "/sms": {
      const reply = new twilio.twiml.MessagingResponse();
      reply.message("Noted.");
      return reply.toString();
    }
    default:
      return null;
  }
}

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  const signature = request.headers["x-twilio-signature"] ?? "";
  const url = `${app}${request.url}`;
  const valid = twilio.validateRequest(TOKEN, signature, url, fields);
  const forged = twilio.validateRequest(TOKEN, signature, url, { ...fields, From: "+15005550099" });
  const path = request.url.split("?")[0];
  seen.push({ path, fields, valid: valid && !forged });
  const text = document(path);
  response.writeHead(text ? 200 : 204, text ? { "Content-Type": "text/xml" } : {});
  response.end(text ?? undefined);
}

async function control(method, path, body) {
  const answer = await fetch(`${BASE}/_sim/${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

const wait = (seconds) => control("POST", "clock/advance", { seconds });
const at = (path) => seen.filter((one) => one.path === path).map((one) => one.fields);

async function refused(code, status, act) {
  const error = await act().then(() => null, (error) => error);
  check(error?.code === code && error?.status === status, `${error?.code}/${error?.status}, not ${code}/${status}`);
}

async function calls(client) {
  await control("PUT", `phones/${TECHNICIAN}`, { keys: ["1"] });
  const created = await client.calls.create({
    to: TECHNICIAN,
    from: LINE,
    url: `${app}/voice?branch=a%20b`,
    machineDetection: "Enable",
    statusCallback: `${app}/status`,
    statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
  });
  check(created.status === "queued" && created.direction === "outbound-api", "a new call is queued");
  await wait(60);
  const call = await client.calls(created.sid).fetch();
  check(call.status === "completed" && call.answeredBy === "human", "the call was answered by a person");
  check(call.endTime > call.startTime, "times are in order");
  check(at("/keys").map((fields) => fields.Digits).join() === "1", "the key arrived");
  check(at("/status").map((fields) => fields.SequenceNumber).sort().join() === "0,1,2,3", "four callbacks");
  for (let count = 0; count < 5; count += 1) {
    const twiml = "<Response><Pause length='5'/></Response>";
    await client.calls.create({ to: "+15005550020", from: LINE, twiml });
  }
  await wait(60);
  const listed = await client.calls.list({ to: "+15005550020", pageSize: 2 });
  check(new Set(listed.map((one) => one.sid)).size === 5, "five calls in three pages");
  check((await client.calls.list({ status: "completed", limit: 3, pageSize: 2 })).length === 3, "a limit");
  const since = new Date("2026-01-01T00:01:00Z");
  check((await client.calls.list({ startTimeAfter: since })).length === 5, "calls since a time");
  const live = await client.calls.create({ to: TECHNICIAN, from: LINE, url: `${app}/long` });
  await refused(21220, 400, () => client.calls(live.sid).update({ twiml: "<Response/>" }));
  await wait(10);
  const updated = await client.calls(live.sid).update({ twiml: "<Response><Pause length='60'/></Response>" });
  check(updated.status === "in-progress", "a live call is redirected");
  const recording = await client.calls(live.sid).recordings.create({ recordingChannels: "dual" });
  check(recording.channels === 2, "a live call is recorded");
  await wait(5);
  check((await client.calls(live.sid).update({ status: "completed" })).status === "completed", "a live call is ended");
  await wait(10);
  const recordings = await client.recordings.list({ callSid: live.sid });
  check(recordings.length === 1 && recordings[0].duration === "5", "the recording is listed");
  check(await client.calls(live.sid).remove(), "a finished call is deleted");
}

async function queues(client) {
  await control("PUT", `numbers/${LINE}`, { voice_url: `${app}/hold`, sms_url: `${app}/sms` });
  const { call_sid: sid } = await control("POST", "dial", { from: CUSTOMER, to: LINE });
  await wait(20);
  const queue = (await client.queues.list()).find((one) => one.friendlyName === "support");
  check(queue.currentSize === 1 && queue.maxSize === 1000 && queue.averageWaitTime === 20, "the queue is listed");
  const [member] = await client.queues(queue.sid).members.list();
  check(member.callSid === sid && member.position === 1 && member.waitTime === 20, "the member is listed");
  const front = await client.queues(queue.sid).members("Front").fetch();
  check(front.callSid === sid, "the front is the member");
  await client.queues(queue.sid).members("Front").update({ url: `${app}/keys` });
  await wait(5);
  check(at("/left").map((fields) => fields.QueueResult).join() === "redirected", "the action was told");
  check((await client.queues(queue.sid).update({ maxSize: 7 })).maxSize === 7, "the queue is changed");
  check(await client.queues(queue.sid).remove(), "the queue is deleted");
  const other = await client.queues.create({ friendlyName: "other", maxSize: 3 });
  check((await client.queues(other.sid).fetch()).maxSize === 3, "a queue is made");
}

async function messages(client) {
  const statusCallback = `${app}/sms-status`;
  const body = "There is an emergency.";
  const created = await client.messages.create({ to: TECHNICIAN, from: LINE, body, statusCallback });
  check(created.status === "queued" && created.numSegments === "1", "a message is queued");
  await wait(10);
  const message = await client.messages(created.sid).fetch();
  check(message.status === "delivered" && message.dateSent instanceof Date, "it is delivered");
  check(at("/sms-status").map((fields) => fields.MessageStatus).join() === "sent,delivered", "and reported");
  await control("POST", "sms", { from: TECHNICIAN, to: LINE, body: "1 & only" });
  await wait(5);
  check(at("/sms").map((fields) => fields.Body).join() === "1 & only", "an incoming text arrives");
  const bodies = (await client.messages.list({ to: TECHNICIAN })).map((one) => one.body);
  check(bodies.join() === "Noted.,There is an emergency.", "the reply is listed first");
  check((await client.messages.list({ pageSize: 1 })).length === 3, "messages in three pages");
}

async function recordings(client) {
  const url = `${app}/long`;
  const call = await client.calls.create({ to: TECHNICIAN, from: LINE, url, record: true, recordingChannels: "dual" });
  await wait(20);
  const [recording] = await client.recordings.list({ callSid: call.sid });
  check(recording.status === "in-progress" && recording.source === "OutboundAPI", "the recording runs");
  await client.calls(call.sid).recordings("Twilio.CURRENT").update({ status: "paused", pauseBehavior: "skip" });
  check((await client.recordings(recording.sid).fetch()).status === "paused", "it is paused");
  await client.calls(call.sid).update({ status: "completed" });
  await wait(10);
  const done = await client.recordings(recording.sid).fetch();
  check(done.status === "completed" && done.channels === 2, "it can be heard");
  const authorization = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`;
  const part = await fetch(`${done.mediaUrl}.mp3`, { headers: { authorization, range: "bytes=2-5" } });
  check(part.status === 206 && (await part.arrayBuffer()).byteLength === 4, "media come in parts");
  const since = new Date("2026-01-01T00:00:00Z");
  const listed = await client.recordings.list({ dateCreatedAfter: since, pageSize: 1 });
  check(new Set(listed.map((one) => one.sid)).size === listed.length, "recordings since a day, page by page");
  check((await client.calls(call.sid).recordings.list()).length === 1, "recordings of one call");
  check(await client.recordings(done.sid).remove(), "it is deleted");
  await refused(20404, 404, () => client.recordings(done.sid).fetch());
}

async function conferences(client) {
  await control("PUT", `numbers/${LINE}`, { voice_url: `${app}/room` });
  const { call_sid: customer } = await control("POST", "dial", { from: CUSTOMER, to: LINE });
  await wait(5);
  const [room] = await client.conferences.list({ friendlyName: "room", status: "init" });
  const { participants } = client.conferences(room.sid);
  const added = await participants.create({ from: LINE, to: TECHNICIAN, label: "technician", timeout: 20 });
  check(added.status === "queued" && added.label === "technician", "a participant is called");
  await wait(10);
  check((await client.conferences(room.sid).fetch()).status === "in-progress", "the conference has begun");
  const calls = (await participants.list({ pageSize: 1 })).map((one) => one.callSid);
  check(calls.join() === [customer, added.callSid].join(), "both are in it, in two pages");
  const muted = await client.conferences(room.sid).participants("technician").update({ muted: true });
  check(muted.muted && muted.callSid === added.callSid, "a label names a participant");
  const held = await client.conferences(room.sid).participants(customer).update({ hold: true, holdUrl: `${app}/wait` });
  check(held.hold, "one is on hold");
  check(await client.conferences(room.sid).participants(customer).remove(), "one is sent out");
  const ended = await client.conferences(room.sid).update({ status: "completed" });
  check(ended.reasonConferenceEnded === "conference-ended-via-api", "the conference is ended");
  await wait(10);
  const recorded = await client.conferences(room.sid).recordings.list();
  check(recorded.map((one) => one.source).join() === "Conference", "it was recorded");
  const events = [...new Set(at("/events").map((fields) => fields.StatusCallbackEvent))].sort();
  check(events.join() === "conference-end,conference-start,participant-join,participant-leave", `events: ${events}`);
  check(at("/talked")[0].DialCallStatus === "answered", "the action was told");
}

async function numbers(client) {
  for (let last = 0; last < 4; last += 1) {
    await client.incomingPhoneNumbers.create({ phoneNumber: `+1500555002${last}`, friendlyName: `Branch ${last}` });
  }
  const listed = await client.incomingPhoneNumbers.list({ phoneNumber: "+1500555002", pageSize: 2 });
  check(listed.length === 4, "numbers in two pages");
  const [number] = await client.incomingPhoneNumbers.list({ friendlyName: "Branch 2" });
  const addresses = { voiceUrl: `${app}/keys`, statusCallback: `${app}/number-ended`, smsUrl: `${app}/sms` };
  const changed = await client.incomingPhoneNumbers(number.sid).update(addresses);
  check(changed.voiceUrl === `${app}/keys` && changed.phoneNumber === number.phoneNumber, "addresses are entered");
  await control("POST", "dial", { from: CUSTOMER, to: number.phoneNumber });
  await wait(10);
  check(at("/number-ended").length === 1, "and asked from then on");
  await refused(21502, 400, () => client.incomingPhoneNumbers(number.sid).update({ voiceUrl: "nowhere" }));
  check(await client.incomingPhoneNumbers(number.sid).remove(), "a number is released");
}

async function errors(client) {
  const url = `${app}/voice`;
  await refused(21211, 400, () => client.calls.create({ to: "555", from: LINE, url }));
  await refused(21205, 400, () => client.calls.create({ to: TECHNICIAN, from: LINE, url: "nowhere" }));
  await refused(20404, 404, () => client.calls(`CA${"0".repeat(32)}`).fetch());
  await refused(20404, 404, () => client.messages(`SM${"0".repeat(32)}`).fetch());
  await refused(20404, 404, () => client.queues(`QU${"0".repeat(32)}`).members("Front").fetch());
  const wrong = twilio(ACCOUNT, "wrong");
  wrong.api.baseUrl = BASE;
  await refused(20003, 401, () => wrong.calls.list({ limit: 1 }));
  await control("POST", "faults", { on: "rest", effect: { status: { status: 429 } } });
  await refused(20429, 429, () => client.calls.list({ limit: 1 }));
}

const server = http.createServer(answer);
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
app = `http://127.0.0.1:${server.address().port}`;
const client = twilio(ACCOUNT, TOKEN);
client.api.baseUrl = BASE;
for (const part of [calls, queues, messages, recordings, conferences, numbers, errors]) await part(client);
check(seen.length > 10 && seen.every((one) => one.valid), "the SDK accepts every signature, and no forged one");
console.log(`node: ${checks} checks, ${seen.length} webhooks`);
process.exit(0);
