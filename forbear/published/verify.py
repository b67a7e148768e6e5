"""Checks a Forbear case bundle with Python's standard library alone: python3 verify.py BUNDLE.zip, offline.

Exit status 0: all checks hold; 1: one fails, and is named; 2: this is no bundle. Get the log's public key (--log-key)
from elsewhere: the agreement, the lender's site, a witness. RFC 8493, 6962, 9901, 8032, c2sp.org/signed-note, tlog-*.
"""

import argparse
import hashlib
import json
import re
import struct
import zipfile
import zlib
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode

LOG = {f"data/{name}" for name in ("checkpoint", "disclosures.jsonl", "events.jsonl", "inclusion.jsonl", "trust.json")}
PROOFS = LOG | {f"data/{name}" for name in ("cosignatures", "checkpoint.tsr", "tsa-ca.pem", "consistency.json")}
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAGS = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
EVENT = {"v", "log", "case", "seq", "prev", "type", "at", "pub", "_sd"}
TYPES = {int: ("v", "seq", "leaf", "size"), str: ("at", "disclosure", "log"), list: ("path", "witnesses", "_sd")}
NEEDED = LOG | {"data/withheld.jsonl"}
READ = PROOFS | NEEDED | TAGS | {"tagmanifest-sha256.txt"}
AROUND, NONE = "there are bytes before, after or between its files", "it is a zip file and holds no bundle"
PLAIN = re.compile(r"(?!(.*/)?\.\.?(/|$))[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?")

class Fault(Exception):
    """A check that does not hold; the text says what is wrong."""
def need(holds, problem):
    if not holds:
        raise Fault(problem)

def check_zip(s):
    """s.bag = {name in the bag: (SHA-256, size, bytes where they are READ)}; the zip hides nothing."""
    seen, bases, found = set(), set(), {}
    with open(s.path, "rb") as file, zipfile.ZipFile(file) as packed:
        infos, length, start = packed.infolist(), file.seek(0, 2), packed.start_dir
        total = sum(info.file_size for info in infos)
        need(len(infos) <= 20_000, f"it holds {len(infos)} files, more than 20000")
        need(total <= min(1 << 32, 200 * length + (1 << 26)), f"it would unpack to {total} bytes: a bomb")
        infos.sort(key=lambda info: info.header_offset)
        places = [*(info.header_offset for info in infos), start]
        end = struct.pack("<4sIHHIIH", b"PK\5\6", 0, len(infos), len(infos), length - 22 - start, start, 0)
        need(places[0] == 0 and file.seek(length - 22) >= 0 and file.read() == end, AROUND)
        for info, after in zip(infos, places[1:]):
            name, sizes = info.orig_filename, (info.CRC, info.compress_size, info.file_size)
            need(PLAIN.fullmatch(name) and len(name) <= 250, f"the name {name!r} leads elsewhere")
            need(name.lower() not in seen, f"{name} is there twice")
            need(not info.flag_bits & 1, f"{name} is encrypted")
            need(info.external_attr >> 28 in (0, 4, 8), f"{name} is a link, or something else that is no file")
            need(info.compress_type in (0, 8) and not info.flag_bits & 0x60, f"{name} is packed in an unusual way")
            seen.add(name.lower())
            file.seek(info.header_offset)
            head = struct.unpack("<4sHHHIIIIHH", file.read(30))
            same = (head[0], head[3], file.read(head[8])) == (b"PK\3\4", info.compress_type, name.encode())
            need(same and (head[2] & 8 or head[5:8] == sizes), f"{name} is told otherwise inside than in the directory")
            file.seek(head[9], 1)
            data, pump = file.read(info.compress_size), zlib.decompressobj(-15)
            data = pump.decompress(data, info.file_size + 1) if info.compress_type else data
            whole = (zlib.crc32(data), len(data)) == sizes[::2] and pump.eof == (info.compress_type > 0)
            need(whole and not pump.unused_data, f"{name} does not unpack to what the directory says")
            ends = [b"", *(struct.pack(form, 0x08074B50, *sizes) for form in ("<IIII", "<IIQQ") if head[2] & 8)]
            need(file.read(min(25, max(0, after - file.tell()))) in ends and file.tell() == after, AROUND)
            base, name = name[: name.find("/") + 1], name[name.find("/") + 1 :]
            bases.add(base)
            if data or name[-1:] not in ("", "/"):
                found[name] = (hashlib.sha256(data).hexdigest(), len(data), data if name in READ else b"")
    need(READ & set(found), NONE)
    need(len(bases) == 1 and "" not in bases, "it does not hold one folder and nothing else")
    s.bag = found

def check_bag(s):
    payload = {name for name in s.bag if name.startswith("data/")}
    for manifest, covered in (("tagmanifest-sha256.txt", TAGS), ("manifest-sha256.txt", payload | NEEDED)):
        need(manifest in s.bag, f"{manifest} is missing")
        *lines, rest = s.bag[manifest][2].decode().split("\n")
        told = {line[66:]: line[:64] for line in lines if line[64:66] == "  "}
        need(len(told) == len(lines) and not rest, f"{manifest} is not one line a file")
        for name in sorted(covered | set(told)):
            need(name in s.bag, f"{name} is missing")
            need(name in told, f"{name} is extra: {manifest} does not name it")
            need(s.bag[name][0] == told[name], f"{name} is not the file that {manifest} names")
    extra = ", ".join(sorted(set(s.bag) - payload - TAGS - {"tagmanifest-sha256.txt"}))
    need(not extra, f"{extra} is extra")
    need(s.bag["bagit.txt"][2] == BAGIT, "bagit.txt is not the one of BagIt 1.0")

def hashed(data):
    return hashlib.sha256(data).digest()
def b64u(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()
def b64(text):
    need(b64encode(data := b64decode(text, validate=True)).decode() == text, "base64 is not in its one form")
    return data
def lines_of(s, name, *members):
    """(bytes, value) of each line of a file of JSON lines, all in their one canonical form and with these members."""
    *lines, rest = s.bag[f"data/{name}"][2].split(b"\n")
    for number, body in enumerate(lines):
        value = json.loads(body, parse_float=str, parse_constant=str)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        holds = type(value) is dict and again == body and set(members or value) == set(value)
        holds = holds and all(type(value[key]) is kind for kind, keys in TYPES.items() for key in keys if key in value)
        need(holds, f"line {number + 1} of {name} is not in its one form")
        lines[number] = (body, value)
    need(not rest, f"{name} is cut")
    return lines

def check_record(s):
    record = lines_of(s, "events.jsonl")
    need(record, "there is no event")
    for number, (_, event) in enumerate(record):
        need(event.get("v", 1) == 1, f"line {number + 1} of events.jsonl is version {event['v']}, for a newer verifier")
        need(EVENT <= set(event), f"line {number + 1} of events.jsonl is no event")
        same = (event["case"], event["log"]) == (record[0][1]["case"], record[0][1]["log"])
        need(same, f"event {number} is of another case or another log")
    s.record = record
def check_chain(s):
    before, at = "", ""
    for number, (body, event) in enumerate(s.record):
        need(event["seq"] == number, f"where event {number} should stand is event {event['seq']}")
        need(event["prev"] == before, f"event {number} does not follow the event before it")
        need(event["at"] >= at, f"event {number} is older than the one before it")
        before, at = b64u(hashed(b"\0" + body)), event["at"]

def check_disclosures(s):
    """s.opened = [(seq, name, value)]; each commitment is opened once, or named as withheld or erased."""
    opened, closed = [], {(seq, one) for seq, (_, event) in enumerate(s.record) for one in event["_sd"]}
    for _, line in lines_of(s, "disclosures.jsonl", "seq", "disclosure"):
        text, place = line["disclosure"], (line["seq"], b64u(hashed(line["disclosure"].encode())))
        need(place in closed, f"a disclosure of event {line['seq']} is not one that it commits to")
        closed.remove(place)
        opened.append((line["seq"], *json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))[1:]))
    for line in (line for _, line in lines_of(s, "withheld.jsonl") if "commitment" in line):
        need((line["seq"], line["commitment"]) in closed, f"event {line['seq']} has not what withheld.jsonl names")
        closed.remove((line["seq"], line["commitment"]))
    need(not closed, f"a private part of event {min(closed, default=(0,))[0]} is neither opened nor named as withheld")
    s.opened = opened

def hashes_in(value, name=""):
    """Every file's SHA-256 that a value names: under a key that ends with sha256."""
    inner = value.items() if isinstance(value, dict) else [(name, v) for v in value] if isinstance(value, list) else ()
    own = {str(value)} if name.endswith("sha256") and re.fullmatch("[0-9a-f]{64}", str(value)) else set()
    return own.union(*(hashes_in(item, key) for key, item in inner))
def check_files(s):
    held = {value[0] for name, value in s.bag.items() if name not in PROOFS}
    absent = {(line["seq"], line["sha256"]) for _, line in lines_of(s, "withheld.jsonl") if "sha256" in line}
    for seq, one in sorted((seq, one) for seq, name, value in s.opened for one in hashes_in(value, name)):
        need(one in held or (seq, one) in absent, f"the file that event {seq} names ({one[:16]}…) is not there")

def check_seal(s):
    seal = s.record[-1][1]
    need(seal["type"] == "case.exported", "not sealed: the last event is no export, later ones may be kept back")
    need(seal["pub"].get("head") == seal["seq"], "the seal is for another number of events")
    payload = sorted((name, value) for name, value in s.bag.items() if name.startswith("data/"))
    manifest = "".join(f"{value[0]}  {name}\n" for name, value in payload if name not in PROOFS)
    told = [value for seq, name, value in s.opened if (seq, name) == (seal["seq"], "content")]
    need(told == [hashlib.sha256(manifest.encode()).hexdigest()], "the files are not those that were sealed")
    info = (f"Bag-Software-Agent: Forbear\nBagging-Date: {seal['at'][:10]}\nExternal-Identifier: {seal['case']}\n"
            f"Payload-Oxum: {sum(one[1] for _, one in payload)}.{len(payload)}\nSource-Organization: {seal['log']}\n")
    need(s.bag["bag-info.txt"][2].decode() == info, "bag-info.txt says something else than the record")
    s.sealed = seal["at"]

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def point(data):
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == square and y < P and (x or not sign), "a key or a signature is no point of the curve")
    return (x := x if x & 1 == sign else P - x), y, 1, x * y % P
def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P
def times(number, of):
    rest = times(number >> 1, add(of, of)) if number else (0, 1, 1, 0)
    return add(rest, of) if number & 1 else rest

def ed25519(key, message, signature):
    """Whether a signature holds (RFC 8032 §5.1.7)."""
    s, r, own = int.from_bytes(signature[32:], "little"), point(signature[:32]), point(key)
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    left, right = times(s, point(bytes([0x58]) + bytes([0x66]) * 31)), add(r, times(k % ORDER, own))
    same = all((left[n] * right[2] - right[n] * left[2]) % P == 0 for n in (0, 1))
    return len(signature) == 64 and s < ORDER and same

def key_of(vkey):
    """(name, the 4 bytes that name the key, the byte of its kind and the key) of name+hash+key."""
    name, told, key = vkey.split("+", 2)
    own, data = hashed(name.encode() + b"\n" + b64(key))[:4], b64(key)
    need(own.hex() == told and len(data) == 33 and data[0] in (1, 4), f"{vkey} is no public key of a note")
    return name, own, data
def signed(note, vkey, kind=1):
    """Whether the key of `vkey`, a log's or (4) a witness's, signed a note; Fault where its signature does not hold."""
    (name, own, data), (text, _, lines), found = key_of(vkey), note.rpartition("\n\n"), False
    need(text and re.fullmatch("(.+\n){1,100}", lines) and not re.search("[\0-\t\v-\x1f]", note), "this is no note")
    for line in lines[:-1].split("\n"):
        dash, who, stamp = line.split(" ", 2)
        stamp = b64(stamp)
        need(dash == "—" and who and "+" not in who and len(stamp) > 4, f"{line!r} is no signature line of a note")
        if (who, stamp[:4], data[0]) == (name, own, kind):
            head = f"cosignature/v1\ntime {int.from_bytes(stamp[4:12], 'big')}\n" if kind == 4 else ""
            holds = ed25519(data[1:], f"{head}{text}\n".encode(), stamp[12 if head else 4 :])
            need(holds, f"the signature of {name} does not hold")
            found = True
    return found
def checkpoint_of(note):
    """(name of the log, size, root)."""
    origin, size, root = note.rpartition("\n\n")[0].split("\n")
    need(size == str(int(size)) and len(b64(root)) == 32, "this is no checkpoint")
    return origin, int(size), b64(root)
def check_checkpoint(s):
    note, ((_, trust),) = s.bag["data/checkpoint"][2].decode(), lines_of(s, "trust.json", "log", "witnesses")
    need(s.key in (None, trust["log"]), "the bundle names another key of the log than the one given")
    same = checkpoint_of(note)[0] == key_of(trust["log"])[0] == s.record[0][1]["log"]
    need(same, "record, checkpoint and key are of different logs")
    need(signed(note, trust["log"]), "the checkpoint is not signed by the key of the log")
    s.note, s.trust = note, trust

def climbed(path, here, last, *hashes):
    """The roots a proof leads to (RFC 9162 §2.1.3.2, §2.1.4.2); of two, the first takes the steps to its left alone."""
    for step in path:
        need(last > 0, "a proof is too long")
        if here & 1 or here == last:
            hashes = [hashed(b"\1" + step + one) for one in hashes]
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            hashes = [*hashes[:-1], hashed(b"\1" + hashes[-1] + step)]
        here, last = here >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return list(hashes)
def check_inclusion(s):
    proofs, before, (_, size, root) = lines_of(s, "inclusion.jsonl", "seq", "leaf", "path"), -1, checkpoint_of(s.note)
    need(len(proofs) == len(s.record), "there is not one proof for each event")
    for number, ((body, _), (_, proof)) in enumerate(zip(s.record, proofs)):
        leaf, path = proof["leaf"], [b64(step) for step in proof["path"]]
        need(before < leaf < size and proof["seq"] == number, f"event {number} does not stand in order in the log")
        need(climbed(path, leaf, size - 1, hashed(b"\0" + body)) == [root], f"event {number} is not in the log")
        before = leaf
def check_witnesses(s):
    cosigned = s.bag.get("data/cosignatures", ("", 0, b""))[2].decode()
    for vkey in s.trust["witnesses"]:
        need(signed(s.note + cosigned, vkey, 4), f"the witness {vkey.split('+')[0]} is named and did not sign")
def check_time(s):
    """A timestamp, where there is one, is for this checkpoint; `openssl ts -verify` checks its own signature."""
    token = s.bag.get("data/checkpoint.tsr", ("", 0, imprint := b"\x04\x20" + hashed(s.note.encode())))[2]
    need(imprint in token, "the timestamp is not for this checkpoint")
def check_against(s):
    need(signed(s.kept, s.trust["log"]), "the kept checkpoint is not signed by the key of the log")
    (_, old, old_root), (_, size, root) = checkpoint_of(s.kept), checkpoint_of(s.note)
    if old == size:
        return need(old_root == root, "the log was made again: another root at the same size")
    proof = lines_of(s, "consistency.json", "size", "path")[0][1] if "data/consistency.json" in s.bag else {"size": 0}
    told = f"there is no proof from {old} leaves to {size}: ask for an export since then"
    need(0 < proof["size"] == old < size, told)
    first, *path = [old_root] * (old & (old - 1) == 0) + [b64(step) for step in proof["path"]]
    shift = (old & -old).bit_length() - 1
    roots = climbed(path, (old - 1) >> shift, (size - 1) >> shift, first, first)
    need(roots == [old_root, root], "the log was made again: it does not begin with the kept checkpoint")
CHECKS = (check_zip, check_bag, check_record, check_chain, check_disclosures, check_files, check_seal, check_checkpoint,
          check_inclusion, check_witnesses, check_time, check_against)

def verify(path, key=None, kept=None):
    """{"ok", "complete_as_of", "case", "events", "keys", "checks": {name: "" or what is wrong}} of a bundle."""
    s, checks = argparse.Namespace(path=path, key=key and key.strip(), kept=kept, record=None, sealed=None), {}
    for check in CHECKS[: -1 if kept is None else None]:
        try:
            checks[check.__name__[6:]] = check(s) or ""
        except Exception as error:
            said = str(error) if isinstance(error, Fault) else f"cannot be read ({type(error).__name__}: {error})"
            checks[check.__name__[6:]] = said
    about = {"case": s.record and s.record[0][1]["case"], "events": len(s.record or ()), "complete_as_of": s.sealed}
    return {"ok": not any(checks.values()), **about, "keys": "pinned" if key else "unpinned", "checks": checks}

def main():
    parser = argparse.ArgumentParser(description="Checks a case bundle, offline.")
    parser.add_argument("bundle")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--log-key", metavar="VKEY", help="the log's public key, from elsewhere than the bundle")
    parser.add_argument("--against", metavar="CHECKPOINT", help="a file with a checkpoint kept from earlier")
    asked = parser.parse_args()
    what = asked.against
    try:
        kept = None if what is None else open(what, encoding="utf-8").read().strip() + "\n"
        what = asked.bundle
        need(open(asked.bundle, "rb").read(2) == b"PK", "it is no zip file")
        found = verify(asked.bundle, asked.log_key, kept)
        need(found["checks"]["zip"] != NONE, NONE)
    except (Fault, OSError, ValueError) as error:
        parser.exit(2, f"{what} cannot be checked: {error}\n")
    told = [f"{'FAILED' if problem else 'ok':8}{name:13}{problem}" for name, problem in found["checks"].items()]
    told += [f"complete as of {found['complete_as_of']}" if found["complete_as_of"] else "not sealed"]
    told += ["The keys are UNPINNED: --log-key with the log's key from elsewhere makes sure."] * (not asked.log_key)
    print(json.dumps(found, ensure_ascii=False, indent=1) if asked.json else "\n".join(told))
    parser.exit(0 if found["ok"] else 1)

if __name__ == "__main__":
    main()
