"""Mails that broke other desks, made here; each by what it does. `corpus()` adds those of Python's own test suite."""

import struct
import sys
import sysconfig
from base64 import b64encode
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

HEAD = b"From: a@b.example\r\nTo: desk@lender.example\r\nSubject: x\r\nMessage-ID: <%d@b.example>\r\n"


def _mail(number: int, rest: bytes, body: bytes) -> bytes:
    return HEAD % number + rest + b"\r\n" + body


def tnef(words: bytes, name: bytes, data: bytes) -> bytes:
    """A winmail.dat as Outlook makes them: a body and one file."""

    def attribute(level: int, tag: int, kind: int, value: bytes) -> bytes:
        total = sum(value) & 0xFFFF
        return struct.pack("<BHHI", level, tag, kind, len(value)) + value + struct.pack("<H", total)

    return b"".join(
        [
            struct.pack("<IH", 0x223E9F78, 1),
            attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)),
            attribute(1, 0x800C, 2, words + b"\0"),
            attribute(2, 0x9002, 6, bytes(14)),
            attribute(2, 0x8010, 1, name + b"\0"),
            attribute(2, 0x800F, 6, data),
        ]
    )


def nested(depth: int, words: bytes = b"at the bottom") -> bytes:
    """A multipart in a multipart in a multipart."""
    parts = [b"From: a@b.example\r\nSubject: deep\r\n"]
    parts += [b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)]
    return b"".join([*parts, b"Content-Type: text/plain\r\n\r\n", words, b"\r\n"])


def nested_mails(depth: int) -> bytes:
    """A mail that holds a mail that holds a mail."""
    return b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" * depth + b"From: c@d.example\r\n\r\ninnermost"


def _several(number: int, *parts: bytes, kind: bytes = b"mixed", end: bool = True) -> bytes:
    body = b"".join(b"--B\r\n" + part + b"\r\n" for part in parts)
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/%s; boundary="B"\r\n' % kind
    return _mail(number, head, body + (b"--B--\r\n" if end else b""))


PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\nhello"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>hello <b>you</b></p><script>alert(1)</script>"

NASTY: dict[str, bytes] = {
    "nothing": b"",
    "one null byte": b"\0",
    "a line end": b"\n",
    "two line ends": b"\r\n\r\n",
    "no head": b"\r\njust words",
    "no body": b"From: a@b.example",
    "words for a head": b"this is no header at all\nand neither is this\n\nbody",
    "head ends in a half line": b"From: a@b.example\r\nSubj",
    "a colon alone": b":\r\n:\r\n\r\n",
    "a fold first": b" folded: from nowhere\r\nFrom: a@b.example\r\n\r\nx",
    "mailbox line": b"From a@b.example Mon Mar  2 10:00:00 2026\nFrom: a@b.example\nSubject: mbox\n\nx",
    "bare carriage returns": b"From: a@b.example\rSubject: mac\r\rwords\rmore",
    "mixed line ends": b"From: a@b.example\r\nSubject: x\nTo: y@z.example\r\n\nwords\r\nmore\n",
    "null bytes everywhere": b"Fr\0om: a@b.example\r\nSubject: n\0ull\r\n\r\nw\0o\0r\0d\0s",
    "control signs": _mail(1, b"Content-Type: text/plain\r\n", bytes(range(32)) + b"words"),
    "high bytes in the head": b"From: \xff\xfe <a@b.example>\r\nSubject: \xd6\xd0\xce\xc4\r\n\r\nx",
    "a megabyte of subject": b"From: a@b.example\r\nSubject: " + b"x" * 1_000_000 + b"\r\n\r\nwords",
    "a megabyte of folds": b"From: a@b.example\r\nSubject: x" + b"\r\n y" * 250_000 + b"\r\n\r\nwords",
    "fifty thousand headers": b"X-A: b\r\n" * 50_000 + b"From: a@b.example\r\n\r\nwords",
    "brackets without end": b"From: " + b"(" * 5000 + b"a@b.example\r\n\r\nwords",
    "quotes without end": b'From: "a@b.example\r\nTo: "x\r\n\r\nwords',
    "a group of nobody": b"From: undisclosed-recipients:;\r\n\r\nwords",
    "two senders": b"From: a@b.example, c@d.example\r\n\r\nwords",
    "two headers From": b"From: a@b.example\r\nFrom: c@d.example\r\n\r\nwords",
    "an address in a name": b"From: =?utf-8?q?victim=40bank=2Eexample=2C?= <a@b.example>\r\n\r\nwords",
    "an encoded word without end": b"From: a@b.example\r\nSubject: =?utf-8?b?5L2g\r\n\r\nx",
    "a false encoded word": b"From: a@b.example\r\nSubject: =?utf-8?b?%%%?= =?none-8?q?=ZZ?=\r\n\r\nx",
    "an encoded word of zip": b"From: a@b.example\r\nSubject: =?zlib?b?eJwDAAAAAAE=?=\r\n\r\nx",
    "encoded words by the thousand": b"From: a@b.example\r\nSubject: " + b"=?utf-8?b?5L2g?= " * 3000 + b"\r\n\r\nx",
    "a boundary that never comes": _mail(2, b"Content-Type: multipart/mixed; boundary=none\r\n", b"words anyway"),
    "a multipart without boundary": _mail(3, b"Content-Type: multipart/mixed\r\n", b"--x\r\n\r\nwords\r\n--x--"),
    "an empty boundary": _mail(4, b'Content-Type: multipart/mixed; boundary=""\r\n', b"--\r\n\r\nwords\r\n----"),
    "a boundary of signs": _mail(5, b'Content-Type: multipart/mixed; boundary="(.*)+["\r\n', b"--(.*)+[\r\n\r\nwords"),
    "no last boundary": _several(6, PLAIN, HTML, end=False),
    "after the last boundary": _several(7, PLAIN) + b"and some more\r\n",
    "a part without head": _several(8, b"words at once", PLAIN),
    "ten thousand parts": _several(9, *[b"\r\nhi"] * 10_000),
    "a thousand deep": nested(1000),
    "a thousand mails in each other": nested_mails(1000),
    "the same boundary inside": _several(
        10, b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\n\r\nx\r\n--B--'
    ),
    "HTML alone": _mail(11, b"Content-Type: text/html\r\n", b"<p>Only <b>HTML</b>"),
    "HTML a hundred thousand deep": _mail(12, b"Content-Type: text/html\r\n", b"<div>" * 100_000 + b"bottom"),
    "HTML of nothing": _mail(13, b"Content-Type: text/html\r\n", b"<!-- -->"),
    "HTML with a null": _mail(14, b"Content-Type: text/html\r\n", b"<p>a\0b<\0script>"),
    "HTML that is XML": _mail(15, b"Content-Type: text/html\r\n", b'<?xml version="1.0" encoding="utf-16"?><p>x</p>'),
    "GB2312 with signs of GBK": _mail(16, b"Content-Type: text/plain; charset=gb2312\r\n", "欧阳彧".encode("gb18030")),
    "GB18030 said to be UTF-8": _mail(17, b"Content-Type: text/plain; charset=utf-8\r\n", "工资单".encode("gb18030")),
    "UTF-8 said to be GBK": _mail(18, b"Content-Type: text/plain; charset=gbk\r\n", "工资单在这里".encode()),
    "Big5": _mail(19, b"Content-Type: text/plain; charset=big5\r\n", "還款計劃".encode("big5")),
    "no charset, GB18030": _mail(20, b"", "您好，我想申请展期".encode("gb18030")),
    "a charset of nowhere": _mail(21, b"Content-Type: text/plain; charset=klingon-1\r\n", "您好".encode()),
    "a charset that runs code": _mail(22, b"Content-Type: text/plain; charset=unicode_escape\r\n", b"\\x41"),
    "UTF-7": _mail(23, b"Content-Type: text/plain; charset=utf-7\r\n", "您好".encode("utf-7")),
    "UTF-16 with half a sign": _mail(24, b"Content-Type: text/plain; charset=utf-16\r\n", b"\xff\xfe\x00"),
    "ISO-2022-CN that is none": _mail(25, b"Content-Type: text/plain; charset=iso-2022-cn\r\n", b"\x1b$)A\x0eVPND"),
    "quoted-printable broken": _mail(26, b"Content-Transfer-Encoding: quoted-printable\r\n", b"a=ZZ=\r\n=4 =\xff="),
    "base64 broken": _mail(27, b"Content-Transfer-Encoding: base64\r\n", b"aGVsbG8*=*d29ybGQ==x"),
    "base64 of one letter": _mail(28, b"Content-Transfer-Encoding: base64\r\n", b"a"),
    "uuencode broken": _mail(29, b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a\n\xff\xff\nend"),
    "an encoding of nowhere": _mail(30, b"Content-Transfer-Encoding: rot13\r\n", b"uryyb"),
    "a file name of the road": _several(31, b'Content-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx'),
    "a file name in pieces": _several(
        32, b"Content-Disposition: attachment; filename*0*=utf-8''%E5%B7%A5; filename*1*=%E8%B5%84.pdf\r\n\r\nx"
    ),
    "a file name of a false charset": _several(33, b"Content-Disposition: attachment; filename*=zz'x'%FF\r\n\r\nx"),
    "a file name of a megabyte": _several(
        34, b'Content-Disposition: attachment; filename="' + b"n" * 1_000_000 + b'"\r\n\r\nx'
    ),
    "winmail.dat": _several(
        35,
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b64encode(tnef(b"from outlook", b"slip.jpg", b"\xff\xd8\xff\xe0picture")),
    ),
    "winmail.dat broken": _several(
        36, b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00\xff\xff\xff"
    ),
    "a report of nothing": _mail(37, b"Content-Type: multipart/report; report-type=delivery-status\r\n", b""),
    "a date of nowhere": b"From: a@b.example\r\nDate: Fri, 99 Foo 99999 99:99:99 +9999999\r\n\r\nx",
    "a message id in pieces": b"From: a@b.example\r\nMessage-ID: <a b\r\n c>\r\nIn-Reply-To: <<<>>>\r\n\r\nx",
    "references by the thousand": b"From: a@b.example\r\nReferences: " + b"<r@b.example>\r\n " * 5000 + b"\r\n\r\nx",
    "turned directions": _mail(38, b"Content-Type: text/plain; charset=utf-8\r\n", "a\u202etxt.exe\u202c".encode()),
    "half a sign": _mail(39, b"Content-Type: text/plain; charset=utf-8\r\n", b"\xed\xa0\x80\xf0\x9f"),
    "PNG for a mail": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
}


def corpus() -> Iterator[tuple[str, bytes]]:
    """(name, raw mail) of all: made here, of Python's own e-mail tests, of whatever else brings mails."""
    yield from NASTY.items()
    for folder in _folders():
        for file in sorted(folder.iterdir()):
            if file.is_file():
                yield f"{folder.parent.name}/{file.name}", file.read_bytes()


def _folders() -> list[Path]:
    """Directories of mails that are installed: Debian leaves Python's out, other builds have them."""
    found = [Path(sysconfig.get_path("stdlib")) / "test/test_email/data"]
    found += [Path(base) / "lib/python3.11/test/test_email/data" for base in {sys.base_prefix, sys.prefix}]
    for library in ("aiosmtpd", "imap_tools", "tnefparse"):
        spec = find_spec(library)
        for place in spec.submodule_search_locations or () if spec else ():
            found += [Path(place) / "tests/data", Path(place) / "tests/messages", Path(place).parent / "tests/messages"]
    return sorted({folder.resolve() for folder in found if folder.is_dir()})
