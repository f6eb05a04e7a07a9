"""The official Python library, doing what responder-core/benches/compare.rs does. Prints the same lines."""

import sys
import time

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, VoiceResponse

SECRET = "0123456789abcdef0123456789abcdef"
URL = "https://help.example.com/tuc/incoming_twilio_call"
SPOKEN = "Thank you for calling Smith & Sons. Please hold while we reach a technician."
FOUND = "A customer is waiting at 12 Elm Street <rear>. Connecting you now."
FIELDS = {
    "Called": "+15005550006",
    "ToState": "AZ",
    "CallerCountry": "US",
    "Direction": "inbound",
    "CallerState": "AZ",
    "CallSid": "CA00000000000000000000000000000001",
    "To": "+15005550006",
    "ApiVersion": "2010-04-01",
    "CallStatus": "ringing",
    "From": "+15005550100",
    "AccountSid": "AC00000000000000000000000000000001",
    "Caller": "+15005550100",
}


def say_enqueue():
    response = VoiceResponse()
    response.say(SPOKEN, language="en-US")
    response.enqueue("emergency-1", wait_url="/hold?leg=0&step=1", action="/hold_ended?leg=0&step=1")
    return str(response)


def say_dial_queue():
    response = VoiceResponse()
    response.say(FOUND, language="en-US")
    dial = Dial(timeout=10, action="/transfer_complete?id=1&step=2")
    dial.queue("emergency-1", url="/bridge_joined?leg=0")
    response.append(dial)
    return str(response)


def dial_number():
    response = VoiceResponse()
    response.dial(caller_id="+15005550006", time_limit=3600).number("+15005550001")
    return str(response)


def voice_token():
    token = AccessToken(
        "AC00000000000000000000000000000001", "SK00000000000000000000000000000001", SECRET, identity="AP1_uid7"
    )
    token.add_grant(
        VoiceGrant(
            outgoing_application_sid="AP00000000000000000000000000000001",
            push_credential_sid="CR00000000000000000000000000000001",
        )
    )
    return token.to_jwt()


def rate(work):
    begin, done = time.process_time(), 0
    while (spent := time.process_time() - begin) < 0.2:
        for _ in range(16):
            work()
        done += 16
    return done / spent


def measure(name, work):
    rates = sorted([rate(work) for _ in range(8)][1:])
    print(f"{name}\t{rates[3]:.0f}")


if "--documents" in sys.argv:
    for name, document in [
        ("say+enqueue", say_enqueue()),
        ("say+dial+queue", say_dial_queue()),
        ("dial+number", dial_number()),
    ]:
        print(f"{name}\t{document}")
    sys.exit()

validator = RequestValidator(SECRET)
good = validator.compute_signature(URL, FIELDS)
wrong = validator.compute_signature("https://help.example.com/elsewhere", FIELDS)
assert validator.validate(URL, FIELDS, good) and not validator.validate(URL, FIELDS, wrong)
measure("say+enqueue", say_enqueue)
measure("say+dial+queue", say_dial_queue)
measure("dial+number", dial_number)
measure("voice-token", voice_token)
measure("signature-good", lambda: validator.validate(URL, FIELDS, good))
measure("signature-wrong", lambda: validator.validate(URL, FIELDS, wrong))
