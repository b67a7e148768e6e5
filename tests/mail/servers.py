"""What mail tests stand beside: a real Dovecot in a directory of its own, an SMTP server that keeps what it gets."""

import os
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port, wait_until

DOVECOT = "/usr/sbin/dovecot"
NO_DOVECOT = "Dovecot is not here: install the Debian packages dovecot-imapd and dovecot-lmtpd to run the mail tests"
PASSWORD = "a-quiet-walk"

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
instance_name = {name}
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
recipient_delimiter = +
lmtp_hdr_delivery_address = original
mail_location = maildir:{home}/mail/%n
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """Dovecot on loopback: `imap` and `lmtp` are its ports; everybody's password is PASSWORD."""

    def __init__(self) -> None:
        import grp
        import pwd

        self.home = Path(tempfile.mkdtemp(prefix="forbear-dovecot-"))
        self.imap, self.lmtp = free_port(), free_port()
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        owner = pwd.getpwnam("dovecot") if root else me
        self.home.chmod(0o755)
        (self.home / "mail").mkdir()
        os.chown(self.home / "mail", owner.pw_uid, owner.pw_gid)
        settings: dict[str, Any] = {
            "home": self.home,
            "name": self.home.name,
            "internal": owner.pw_name,
            "group": grp.getgrgid(owner.pw_gid).gr_name,
            "login": "dovenull" if root else me.pw_name,
            "uid": owner.pw_uid,
            "gid": owner.pw_gid,
            "imap": self.imap,
            "lmtp": self.lmtp,
            "password": PASSWORD,
        }
        file = self.home / "dovecot.conf"
        file.write_text(CONFIGURATION.format(**settings))
        self._server = subprocess.Popen(
            [DOVECOT, "-F", "-c", str(file)], cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            wait_until(self._answers, 30, f"Dovecot; its log is {self.home}/log")
        except BaseException:
            self.stop()
            raise

    def deliver(self, raw: bytes, recipients: Sequence[str], sender: str = "") -> None:
        """Put a mail into mailboxes by LMTP, as a mail server does."""
        for recipient in recipients:  # LMTP answers once for each, which smtplib does not expect
            with smtplib.LMTP("127.0.0.1", self.lmtp, timeout=30) as server:
                refused = server.sendmail(sender, [recipient], raw)
            assert not refused, refused

    def url(self, user: str) -> str:
        """FORBEAR_IMAP_URL of a mailbox."""
        return f"imap://{user}:{PASSWORD}@127.0.0.1:{self.imap}/INBOX"

    def stop(self) -> None:
        """Stop it and remove its directory."""
        self._server.send_signal(signal.SIGTERM)
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        if self._server.stderr:
            self._server.stderr.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _answers(self) -> bool:
        log = self.home / "log"
        assert self._server.poll() is None, log.read_text() if log.exists() else "Dovecot ended"
        try:
            for port in (self.imap, self.lmtp):
                socket.create_connection(("127.0.0.1", port), 2).close()
        except OSError:
            return False
        return True


class SmtpPeer:
    """The mail server of the other side: `mails` is (sender, recipients, raw bytes); `refusals`: address → answer."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.refusals: dict[str, str] = {}
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=30)
        self._controller.start()

    @property
    def url(self) -> str:
        """SMTP_URL of it."""
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End it."""
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refusals.get(address.lower()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(
            ((envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos), envelope.original_content or b"")
        )
        return "250 taken"
