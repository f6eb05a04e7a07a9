// The official Node library, doing what responder-core/benches/compare.rs does. Prints the same lines. Argument: the folder of node_modules.

import { createRequire } from "node:module";

const twilio = createRequire(`${process.argv[2]}/`)("twilio");
const { VoiceResponse } = twilio.twiml;
const { AccessToken } = twilio.jwt;

const SECRET = "0123456789abcdef0123456789abcdef";
const URL = "https://help.example.com/tuc/incoming_twilio_call";
const SPOKEN = "Thank you for calling Smith & Sons. Please hold while we reach a technician.";
const FOUND = "A customer is waiting at 12 Elm Street <rear>. Connecting you now.";
const FIELDS = {
  Called: "+15005550006",
  ToState: "AZ",
  CallerCountry: "US",
  Direction: "inbound",
  CallerState: "AZ",
  CallSid: "CA00000000000000000000000000000001",
  To: "+15005550006",
  ApiVersion: "2010-04-01",
  CallStatus: "ringing",
  From: "+15005550100",
  AccountSid: "AC00000000000000000000000000000001",
  Caller: "+15005550100",
};

function sayEnqueue() {
  const response = new VoiceResponse();
  response.say({ language: "en-US" }, SPOKEN);
  response.enqueue({ waitUrl: "/hold?leg=0&step=1", action: "/hold_ended?leg=0&step=1" }, "emergency-1");
  return response.toString();
}

function sayDialQueue() {
  const response = new VoiceResponse();
  response.say({ language: "en-US" }, FOUND);
  const dial = response.dial({ timeout: 10, action: "/transfer_complete?id=1&step=2" });
  dial.queue({ url: "/bridge_joined?leg=0" }, "emergency-1");
  return response.toString();
}

function dialNumber() {
  const response = new VoiceResponse();
  response.dial({ callerId: "+15005550006", timeLimit: 3600 }).number("+15005550001");
  return response.toString();
}

function voiceToken() {
  const token = new AccessToken("AC00000000000000000000000000000001", "SK00000000000000000000000000000001", SECRET, {
    identity: "AP1_uid7",
  });
  token.addGrant(
    new AccessToken.VoiceGrant({
      outgoingApplicationSid: "AP00000000000000000000000000000001",
      pushCredentialSid: "CR00000000000000000000000000000001",
    }),
  );
  return token.toJwt();
}

// How long the process had a core, in milliseconds.
function busy() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function rate(work) {
  const begin = busy();
  let done = 0;
  let spent = 0;
  while ((spent = busy() - begin) < 200) {
    for (let n = 0; n < 64; n += 1) work();
    done += 64;
  }
  return (done / spent) * 1000;
}

function measure(name, work) {
  const rates = Array.from({ length: 8 }, () => rate(work)).slice(1);
  rates.sort((one, other) => one - other);
  console.log(`${name}\t${rates[3].toFixed(0)}`);
}

if (process.argv.includes("--documents")) {
  console.log(`say+enqueue\t${sayEnqueue()}`);
  console.log(`say+dial+queue\t${sayDialQueue()}`);
  console.log(`dial+number\t${dialNumber()}`);
  process.exit();
}

const { getExpectedTwilioSignature, validateRequest } = twilio;
const sign = getExpectedTwilioSignature ?? createRequire(`${process.argv[2]}/`)("twilio/lib/webhooks/webhooks").getExpectedTwilioSignature;
const good = sign(SECRET, URL, FIELDS);
const wrong = sign(SECRET, "https://help.example.com/elsewhere", FIELDS);
if (!validateRequest(SECRET, good, URL, FIELDS) || validateRequest(SECRET, wrong, URL, FIELDS)) process.exit(1);
measure("say+enqueue", sayEnqueue);
measure("say+dial+queue", sayDialQueue);
measure("dial+number", dialNumber);
measure("voice-token", voiceToken);
measure("signature-good", () => validateRequest(SECRET, good, URL, FIELDS));
measure("signature-wrong", () => validateRequest(SECRET, wrong, URL, FIELDS));
