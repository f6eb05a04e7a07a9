"""A mail server for tests. What it does with a copy stands in the name of its recipient; what it takes, it prints.

    refused@     550, for good
    greylisted@  451 the first time, 250 after that
    dropped@     closes the connection in the middle of the first message
    others       250
"""

import asyncio
import json
import ssl
import sys

import trustme
from aiosmtpd.smtp import SMTP, AuthResult


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self):
        self.seen = set()

    def is_first(self, address):
        is_first = address not in self.seen
        self.seen.add(address)
        return is_first

    async def handle_RCPT(self, server, session, envelope, address, options):
        say(asked=address)
        if address.startswith("refused@"):
            return f"550 5.1.1 <{address}> is unknown here"
        if address.startswith("greylisted@") and self.is_first(address):
            return f"451 4.7.1 <{address}> come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        dropped = [to for to in envelope.rcpt_tos if to.startswith("dropped@")]
        if any([self.is_first(to) for to in dropped]):
            server.transport.abort()
            return "451 gone"
        say(
            taken=envelope.content.decode(),
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            tls=session.ssl is not None,
            user=session.auth_data,
            hello=session.host_name,
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    user = data.login.decode() if data.password == b"sesame" else None
    return AuthResult(success=user is not None, handled=False, auth_data=user)


async def main(mode):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    handler = Handler()

    def session():
        tls = {}
        if mode == "starttls":
            tls = {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}
        return SMTP(handler, hostname="mail.test", enable_SMTPUTF8=True, **tls)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    say(port=server.sockets[0].getsockname()[1], authority=authority.cert_pem.bytes().decode())
    # Ends with whoever started it.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main(sys.argv[1]))
