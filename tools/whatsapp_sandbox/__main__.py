"""Command line: `python -m tools.whatsapp_sandbox --webhook http://127.0.0.1:5005/…`."""

import argparse
import logging
import os
import socket
import sys

from tools.whatsapp_sandbox.app import build
from tools.whatsapp_sandbox.sandbox import Sandbox
from tools.whatsapp_sandbox.settings import Settings, SettingsError, webhook_url

HOST = "127.0.0.1"  # whoever reaches the sandbox reads and writes everything in it
PORT = 5006


def main(arguments: list[str]) -> int:
    """Run the sandbox until it is stopped; 1 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m tools.whatsapp_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"port on {HOST}; 0 is a free one (default: {PORT})")
    parser.add_argument("--webhook", required=True, help="address of the channel's webhook")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        sandbox = Sandbox(Settings.from_environment(os.environ), webhook_url(given.webhook))
        listening = _listen(given.port)
    except SettingsError as error:
        sys.stderr.write(f"STOPPED  {error}\n")
        return 1
    app = build(sandbox)

    @app.after_server_start
    async def tell(*_: object) -> None:
        sys.stdout.write(f"WhatsApp sandbox: http://{HOST}:{listening.getsockname()[1]}/\n")
        sys.stdout.flush()

    app.run(sock=listening, access_log=False, motd=False)
    return 0


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise SettingsError(f"Port {port} cannot be used ({error}). Choose another: --port 0 is a free one.") from None
    return listening


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
