"""`forbear answer`: takes telephone calls behind the lender's telephone system (docs/answering.md).

Without voices it does not start, but in development, where tones stand in for them; `forbear answer phrases` lists
what has to be read aloud.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from forbear.config.cli import open_house

FAULTS_SHOWN = 20


def add(subparsers: Any) -> None:
    """Add `answer` to the command's subcommands."""
    parser = subparsers.add_parser("answer", help="take telephone calls")
    parser.add_argument("what", nargs="?", choices=("phrases",), help="list what the voices have to say, file and text")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer until told to stop: 2 when it is not set up, 1 when the address is taken."""
    open_house()
    from django.conf import settings

    from forbear.adapters.sip.voice import phrases, read_voice, tones

    lenders = {"zh": settings.LENDER, "en": settings.LENDER_EN}
    languages = settings.SIP_LANGUAGES
    if arguments.what == "phrases":
        for language in languages:
            for name, text in phrases(language, lenders[language]).items():
                print(f"{language}/{name}.wav\t{text}")
        return 0
    if not settings.SIP_BIND or not settings.SIP_PEERS:
        missing = "FORBEAR_SIP_PEERS" if settings.SIP_BIND else "FORBEAR_SIP_BIND"
        print(f"forbear: {missing} is not set; docs/answering.md says what to write.", file=sys.stderr)
        return 2
    if settings.VOICE:
        sounds, faults = read_voice(Path(settings.VOICE), languages, lenders)
        if faults:
            return _without_voice(settings.VOICE, faults)
    elif settings.DEV:
        sounds = tones(languages, lenders)
    else:
        return _without_voice("", [])
    return _serve(sounds)


def _without_voice(folder: str, faults: list[str]) -> int:
    for fault in faults[:FAULTS_SHOWN]:
        print(f"  {fault}", file=sys.stderr)
    if len(faults) > FAULTS_SHOWN:
        print(f"  and {len(faults) - FAULTS_SHOWN} more", file=sys.stderr)
    what = f"FORBEAR_VOICE is {folder}, where these sounds are wrong" if folder else "FORBEAR_VOICE is not set"
    print(f"forbear: {what}; `forbear answer phrases` lists every file with its text.", file=sys.stderr)
    return 2


def _serve(sounds: Any) -> int:
    from django.conf import settings
    from django.db import close_old_connections

    from forbear.adapters.sip.endpoint import Endpoint, Line
    from forbear.config.wiring import desk

    line = Line(
        ours=settings.SIP_BIND,
        peers=settings.SIP_PEERS,
        ports=settings.SIP_PORTS,
        calls_most=settings.SIP_CALLS,
        languages=settings.SIP_LANGUAGES,
    )
    endpoint = Endpoint(desk(), sounds, line, after_step=close_old_connections)

    async def answer() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await endpoint.run(stop, lambda: print(f"answering on {line.ours[0]}:{line.ours[1]}", flush=True))

    try:
        asyncio.run(answer())
    except OSError as error:
        where = f"{line.ours[0]}:{line.ours[1]}"
        print(f"forbear: FORBEAR_SIP_BIND is {where}, which cannot be used: {error.strerror}.", file=sys.stderr)
        return 1
    return 0
