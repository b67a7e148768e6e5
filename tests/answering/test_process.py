"""`forbear answer` as it runs: a process of its own beside the site, on a real database."""

import json
import signal
import subprocess
import sys
from types import SimpleNamespace

from tests.answering.line import HOST, capture, channels, correlation, free_udp_port, sipp_calls, sound_of, speech
from tests.servers import ROOT, Site

QUIET = [0] * 160
TASKS = """
import json
from forbear.config.wiring import desk
here = desk()
found = [item for item in here.agenda.given_up() if item.kind == "answered"]
told = [{**item.body, "error": item.error, "wav": here.vault.open(item.body["recording"]).hex()} for item in found]
print(json.dumps(told))
"""


def test_a_message_left_at_the_process_is_a_task_at_the_desk(site: Site, tmp_path):
    said, port = speech(2), free_udp_port()
    sound = sound_of(QUIET * 160, said, QUIET * 8)
    capture(tmp_path / "caller.pcap", sound, {40: "1", 80: "#", 120: "1", 262: "#"})
    env = {**site.environment, "FORBEAR_SIP_BIND": f"{HOST}:{port}", "FORBEAR_SIP_PEERS": HOST}
    env["FORBEAR_SIP_RTP_PORTS"] = "27000-27099"
    command = [sys.executable, "-m", "forbear", "answer"]
    answering = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert answering.stdout.readline() == f"answering on {HOST}:{port}\n"
        line = SimpleNamespace(line=SimpleNamespace(ours=(HOST, port)))
        with sipp_calls(tmp_path, line, 1, tmp_path / "caller.pcap") as ended:
            ended()
        answering.send_signal(signal.SIGTERM)
        assert answering.wait(30) == 0
    finally:
        answering.kill()
        answering.wait()
    site.forbear("worker", "--once")
    (task,) = json.loads(site.python(TASKS))
    assert (task["wish"], task["loan"]) == ("message", "")
    assert task["error"] == f"来电 {task['call']}：留了言，没有确认身份"
    assert correlation(channels(bytes.fromhex(task["wav"]))[0], said) >= 0.99
