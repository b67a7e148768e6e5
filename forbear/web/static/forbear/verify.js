/* Checks a bundle in the browser; the file is read here and sent nowhere. The third of three verifiers: the same checks,
   in the same words, as verify.py, which lies in every bundle (docs/bundle.md). Ed25519 after RFC 8032, in whole numbers. */

const PROOFS = new Set(["events.jsonl", "disclosures.jsonl", "inclusion.jsonl", "checkpoint", "trust.json", "cosignatures",
  "checkpoint.tsr", "tsa-ca.pem", "consistency.json"].map((name) => `data/${name}`));
const NEEDED = ["checkpoint", "disclosures.jsonl", "events.jsonl", "inclusion.jsonl", "trust.json", "withheld.jsonl"].map((name) => `data/${name}`);
const TAGS = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"];
const READ = new Set([...PROOFS, ...TAGS, "tagmanifest-sha256.txt", "data/withheld.jsonl"]);
const HEADER = ["v", "log", "case", "seq", "prev", "type", "at", "pub", "_sd"];
const [FILES_MOST, BYTES_MOST, TIMES_MOST, FREE_BYTES] = [20000, 2 ** 32, 200, 2 ** 26];
const DESCRIPTOR = [0, 12, 16, 20, 24];

class Fault extends Error {}
class NoBundle extends Error {}

function need(holds, problem) { if (!holds) throw new Fault(problem); }

/* ---- bytes ---- */

const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const text = (bytes) => strict.decode(bytes);
const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
const plainText = (bytes) => [...bytes].map((one) => String.fromCharCode(one)).join("");
const b64 = (bytes) => btoa(plainText(bytes));
const b64u = (bytes) => b64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const same = (a, b) => a.length === b.length && a.every((one, at) => one === b[at]);
async function hash(...parts) { return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts))); }

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

function unb64(given) {
  const bytes = Uint8Array.from(atob(given), (one) => one.charCodeAt(0));
  need(b64(bytes) === given, "a text is not in its one base64 form");
  return bytes;
}

/* ---- zip ---- */

function directory(bytes) {
  const view = new DataView(bytes.buffer), end = bytes.length - 22;
  need(end >= 0 && view.getUint32(end, true) === 0x06054b50 && view.getUint16(end + 20, true) === 0, "there are bytes after it, or it is cut");
  const [count, size, start] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  need(start + size === end && count === view.getUint16(end + 8, true), "there are bytes before, after or between its files");
  const entries = [];
  let at = start;
  while (at < end) {
    need(at + 46 <= end && view.getUint32(at, true) === 0x02014b50, "its directory is damaged");
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    entries.push({
      flags: view.getUint16(at + 8, true), method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true), mode: view.getUint32(at + 38, true) >>> 16,
      offset: view.getUint32(at + 42, true), name: text(bytes.subarray(at + 46, at + 46 + name)),
    });
    at += 46 + name + extra + comment;
  }
  need(at === end && entries.length === count, "its directory is damaged");
  return { entries, start };
}

async function inflated(packed, size) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  for (let all = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return joined(pieces);
    all += value.length;
    need(all <= size, "it unpacks to more than its directory says");
    pieces.push(value);
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
function crc32(bytes) {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) crc = CRC[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

async function zip(s) {
  const { entries, start } = directory(s.bytes), view = new DataView(s.bytes.buffer);
  const total = entries.reduce((sum, one) => sum + one.size, 0);
  need(entries.length <= FILES_MOST, `it holds ${entries.length} files, more than ${FILES_MOST}`);
  need(total <= Math.min(BYTES_MOST, TIMES_MOST * s.bytes.length + FREE_BYTES), `it would unpack to ${total} bytes: a bomb`);
  const seen = new Set(), found = new Map(), bases = new Set();
  for (const { name, flags, mode, method } of entries) {
    const leads = !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\/?$/.test(name) || name.split("/").some((step) => step === "." || step === "..");
    need(!leads && name.length <= 250, `the name ${JSON.stringify(name)} leads elsewhere`);
    need(!seen.has(name.toLowerCase()), `${name} is there twice`);
    seen.add(name.toLowerCase());
    need(!(flags & 1), `${name} is encrypted`);
    need([0, 0o100000, 0o040000].includes(mode & 0o170000), `${name} is a link, or something else that is no file`);
    need(method === 0 || method === 8, `${name} is packed in an unusual way`);
  }
  let at = 0;
  for (const one of [...entries].sort((a, b) => a.offset - b.offset)) {
    need((at ? DESCRIPTOR : [0]).includes(one.offset - at), "there are bytes between its files");
    need(view.getUint32(one.offset, true) === 0x04034b50, `${one.name} does not begin where the directory says`);
    const [length, extra] = [view.getUint16(one.offset + 26, true), view.getUint16(one.offset + 28, true)];
    const begin = one.offset + 30 + length + extra;
    need(text(s.bytes.subarray(one.offset + 30, one.offset + 30 + length)) === one.name, `${one.name} has another name inside`);
    const inside = [14, 18, 22].map((place) => view.getUint32(one.offset + place, true));
    need(view.getUint16(one.offset + 6, true) & 8 || same(inside, [one.crc, one.packed, one.size]), `${one.name} has one size inside and another in the directory`);
    at = begin + one.packed;
    const packed = s.bytes.subarray(begin, at);
    const data = one.method === 8 ? await inflated(packed, one.size) : packed;
    need(data.length === one.size && crc32(data) === one.crc, `${one.name} cannot be unpacked`);
    const [base, ...rest] = one.name.split("/"), name = rest.join("/");
    bases.add(rest.length ? base : "");
    if (data.length || !one.name.endsWith("/")) found.set(name, { sha256: hex(await hash(data)), size: data.length, data: READ.has(name) ? data : null });
  }
  need(DESCRIPTOR.includes(start - at), "there are bytes before, after or between its files");
  if (![...found.keys()].some((name) => READ.has(name))) throw new NoBundle("it holds no bundle");
  need(bases.size === 1 && !bases.has(""), "it does not hold one folder and nothing else");
  s.files = found;
  s.payload = [...found.keys()].filter((name) => name.startsWith("data/")).sort();
}

/* ---- the bag and the record ---- */

function bag(s) {
  const lists = [["tagmanifest-sha256.txt", TAGS], ["manifest-sha256.txt", [...s.payload, ...NEEDED]]];
  for (const [manifest, covered] of lists) {
    need(s.files.has(manifest), `${manifest} is missing`);
    const lines = text(s.files.get(manifest).data).split("\n").slice(0, -1);
    const told = new Map(lines.filter((line) => line.slice(64, 66) === "  ").map((line) => [line.slice(66), line.slice(0, 64)]));
    need(told.size === lines.length, `${manifest} is not one line a file`);
    for (const name of [...new Set([...covered, ...told.keys()])].sort()) {
      need(s.files.has(name), `${name} is missing`);
      need(told.has(name), `${name} is extra: ${manifest} does not name it`);
      need(s.files.get(name).sha256 === told.get(name), `${name} is not the file that ${manifest} names`);
    }
  }
  const known = new Set([...s.payload, ...TAGS, "tagmanifest-sha256.txt"]), extra = [...s.files.keys()].filter((name) => !known.has(name));
  need(!extra.length, `${extra.sort().join(", ")} is extra`);
  need(text(s.files.get("bagit.txt").data) === "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt is not the one of BagIt 1.0");
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function lines(s, name) {
  const all = text(s.files.get(`data/${name}`).data).split("\n"), rest = all.pop();
  return all.map((line, number) => {
    const value = JSON.parse(line);
    need(value !== null && typeof value === "object" && !Array.isArray(value) && canonical(value) === line, `line ${number + 1} of ${name} is not in its one form`);
    return { body: utf8.encode(line), value, cut: rest };
  }).map((one) => { need(one.cut === "", `${name} is cut`); return one; });
}

function record(s) {
  const read = lines(s, "events.jsonl");
  need(read.length, "there is no event");
  read.forEach(({ value }, number) => {
    need(HEADER.every((name) => name in value) && value.v === 1, `line ${number + 1} of events.jsonl is no event`);
    need(value.case === read[0].value.case && value.log === read[0].value.log, `event ${number} is of another case or another log`);
  });
  s.record = read;
}

async function chain(s) {
  let [before, at] = ["", ""];
  for (const [number, { body, value }] of s.record.entries()) {
    need(value.seq === number, `where event ${number} should stand is event ${value.seq}`);
    need(value.prev === before, `event ${number} does not follow the event before it`);
    need(value.at >= at, `event ${number} is older than the one before it`);
    [before, at] = [b64u(await hash([0], body)), value.at];
  }
}

async function disclosures(s) {
  const closed = new Set(s.record.flatMap(({ value }, seq) => value._sd.map((one) => `${seq} ${one}`))), opened = [];
  for (const { value } of lines(s, "disclosures.jsonl")) {
    need(closed.delete(`${value.seq} ${b64u(await hash(utf8.encode(value.disclosure)))}`), `a disclosure of event ${value.seq} is not one that it commits to`);
    const padded = value.disclosure.replaceAll("-", "+").replaceAll("_", "/");
    const [, name, shown] = JSON.parse(text(Uint8Array.from(atob(padded), (one) => one.charCodeAt(0))));
    opened.push([value.seq, name, shown]);
  }
  for (const { value } of lines(s, "withheld.jsonl")) {
    if ("commitment" in value) need(closed.delete(`${value.seq} ${value.commitment}`), `event ${value.seq} has not what withheld.jsonl names`);
  }
  for (const left of closed) need(false, `a private part of event ${left.split(" ")[0]} is neither opened nor named as withheld`);
  s.opened = opened;
}

function hashesIn(value, name) {
  if (Array.isArray(value)) return value.flatMap((item) => hashesIn(item, name));
  if (value !== null && typeof value === "object") return Object.entries(value).flatMap(([key, item]) => hashesIn(item, key));
  return name.endsWith("sha256") && /^[0-9a-f]{64}$/.test(String(value)) ? [value] : [];
}

function files(s) {
  const held = new Set([...s.files].filter(([name]) => !PROOFS.has(name)).map(([, one]) => one.sha256));
  const absent = new Set(lines(s, "withheld.jsonl").map(({ value }) => `${value.seq} ${value.sha256}`));
  for (const [seq, name, value] of s.opened) {
    for (const one of hashesIn(value, name)) need(held.has(one) || absent.has(`${seq} ${one}`), `the file that event ${seq} names (${one.slice(0, 16)}…) is not there`);
  }
}

async function seal(s) {
  const last = s.record.at(-1).value;
  need(last.type === "case.exported", "not sealed: the last event is no export, later ones may be kept back");
  need(last.pub.head === last.seq, "the seal is for another number of events");
  const manifest = s.payload.filter((name) => !PROOFS.has(name)).map((name) => `${s.files.get(name).sha256}  ${name}\n`).join("");
  const told = s.opened.filter(([seq, name]) => seq === last.seq && name === "content").map(([, , value]) => value);
  need(same(told, [hex(await hash(utf8.encode(manifest)))]), "the files are not those that were sealed");
  const size = s.payload.reduce((sum, name) => sum + s.files.get(name).size, 0);
  const info = `Bag-Software-Agent: Forbear\nBagging-Date: ${last.at.slice(0, 10)}\nExternal-Identifier: ${last.case}\n`
    + `Payload-Oxum: ${size}.${s.payload.length}\nSource-Organization: ${last.log}\n`;
  need(text(s.files.get("bag-info.txt").data) === info, "bag-info.txt says something else than the record");
  s.sealed = last.at;
}

/* ---- the log ---- */

const P = 2n ** 255n - 19n, ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a) => ((a % P) + P) % P;
function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = base * base % P) if (exponent & 1n) result = result * base % P;
  return result;
}
const D = mod(-121665n * power(121666n, P - 2n)), ROOT = power(2n, (P - 1n) / 4n);
const little = (bytes) => [...bytes].reduceRight((sum, one) => (sum << 8n) | BigInt(one), 0n);

function point(bytes) {
  need(bytes.length === 32, "a key or a signature is no point of the curve");
  const given = little(bytes), y = given & (2n ** 255n - 1n), sign = given >> 255n;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (x * x % P !== square) x = x * ROOT % P;
  need(x * x % P === square && y < P && (x || !sign), "a key or a signature is no point of the curve");
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, x * y % P];
}

function add(a, b) {
  const e = mod((a[1] - a[0]) * (b[1] - b[0])), f = mod((a[1] + a[0]) * (b[1] + b[0]));
  const g = mod(2n * a[3] * b[3] * D), h = mod(2n * a[2] * b[2]);
  return [mod((f - e) * (h - g)), mod((h + g) * (f + e)), mod((h - g) * (h + g)), mod((f - e) * (f + e))];
}

function times(number, of) {
  let total = [0n, 1n, 1n, 0n];
  for (; number; number >>= 1n, of = add(of, of)) if (number & 1n) total = add(total, of);
  return total;
}

async function ed25519(key, message, signature) {
  const s = little(signature.subarray(32)), r = point(signature.subarray(0, 32)), own = point(key);
  const k = little(new Uint8Array(await crypto.subtle.digest("SHA-512", joined([signature.subarray(0, 32), key, message])))) % ORDER;
  const left = times(s, point(new Uint8Array(32).fill(0x66).fill(0x58, 0, 1))), right = add(r, times(k, own));
  return signature.length === 64 && s < ORDER && [0, 1].every((n) => mod(left[n] * right[2] - right[n] * left[2]) === 0n);
}

async function signed(note, vkey) {
  const [name, told, ...rest] = vkey.split("+"), data = unb64(rest.join("+"));
  const own = (await hash(utf8.encode(`${name}\n`), data)).subarray(0, 4);
  need(hex(own) === told && data.length === 33 && (data[0] === 1 || data[0] === 4), `${vkey} is no public key of a note`);
  const cut = note.lastIndexOf("\n\n"), body = note.slice(0, cut + 1);
  let found = false;
  for (const line of note.slice(cut + 2).split("\n").slice(0, -1)) {
    const stamp = unb64(line.slice(line.lastIndexOf(" ") + 1));
    if (line !== `— ${name} ${b64(stamp)}` || !same(stamp.subarray(0, 4), own)) continue;
    const head = data[0] === 4 ? `cosignature/v1\ntime ${new DataView(stamp.buffer).getBigUint64(4)}\n` : "";
    need(await ed25519(data.subarray(1), utf8.encode(head + body), stamp.subarray(head ? 12 : 4)), `the signature of ${name} does not hold`);
    found = true;
  }
  return found;
}

function checkpointOf(note) {
  const [origin, size, root, ...rest] = note.slice(0, note.lastIndexOf("\n\n")).split("\n");
  need(!rest.length && /^(0|[1-9][0-9]{0,15})$/.test(size) && unb64(root).length === 32, "this is no checkpoint");
  return { origin, size: Number(size), root: unb64(root) };
}

async function checkpoint(s) {
  const note = text(s.files.get("data/checkpoint").data), trust = JSON.parse(text(s.files.get("data/trust.json").data));
  need(same(Object.keys(trust).sort(), ["log", "witnesses"]), "trust.json does not name a log and its witnesses");
  need(!s.key || s.key === trust.log, "the bundle names another key of the log than the one given");
  const name = s.record[0].value.log;
  need(checkpointOf(note).origin === name && trust.log.split("+")[0] === name, "record, checkpoint and key are of different logs");
  need(await signed(note, trust.log), "the checkpoint is not signed by the key of the log");
  Object.assign(s, { note, trust, log: checkpointOf(note) });
}

/* Indices are halved by division: shifts of JavaScript end at 32 bits. */
async function climbed(path, here, last, ...hashes) {
  const half = (n) => Math.floor(n / 2);
  for (const step of path) {
    need(last > 0, "a proof is too long");
    if (here % 2 || here === last) {
      hashes = await Promise.all(hashes.map((one) => hash([1], step, one)));
      while (here && here % 2 === 0) [here, last] = [half(here), half(last)];
    } else {
      hashes = [...hashes.slice(0, -1), await hash([1], hashes.at(-1), step)];
    }
    [here, last] = [half(here), half(last)];
  }
  need(last === 0, "a proof is too short");
  return hashes;
}

async function inclusion(s) {
  const proofs = lines(s, "inclusion.jsonl");
  need(proofs.length === s.record.length, "there is not one proof for each event");
  let before = -1;
  for (const [number, { body }] of s.record.entries()) {
    const { leaf, seq, path } = proofs[number].value;
    need(before < leaf && leaf < s.log.size && Number.isInteger(leaf) && seq === number, `event ${number} does not stand in order in the log`);
    const [root] = await climbed(path.map(unb64), leaf, s.log.size - 1, await hash([0], body));
    need(same(root, s.log.root), `event ${number} is not in the log`);
    before = leaf;
  }
}

async function witnesses(s) {
  const file = s.files.get("data/cosignatures"), note = s.note + (file ? text(file.data) : "");
  for (const vkey of s.trust.witnesses) need(await signed(note, vkey), `the witness ${vkey.split("+")[0]} is named and did not sign`);
}

async function time(s) {
  const token = s.files.get("data/checkpoint.tsr"), imprint = joined([[4, 32], await hash(utf8.encode(s.note))]);
  need(!token || plainText(token.data).includes(plainText(imprint)), "the timestamp is not for this checkpoint");
}

async function against(s) {
  need(await signed(s.kept, s.trust.log), "the kept checkpoint is not signed by the key of the log");
  const then = checkpointOf(s.kept), now = s.log;
  if (then.size === now.size) return need(same(then.root, now.root), "the log was made again: another root at the same size");
  const held = s.files.get("data/consistency.json"), proof = held ? JSON.parse(text(held.data)) : { size: -1 };
  need(proof.size === then.size && then.size < now.size, `there is no proof from ${then.size} leaves to ${now.size}: ask for an export since then`);
  let [here, last] = [then.size - 1, now.size - 1], power = Number.isInteger(Math.log2(then.size));
  while (here % 2) [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
  const [first, ...path] = [...(power ? [then.root] : []), ...proof.path.map(unb64)];
  const roots = await climbed(path, here, last, first, first);
  return need(same(roots[0], then.root) && same(roots[1], now.root), "the log was made again: it does not begin with the kept checkpoint");
}

const CHECKS = { zip, bag, record, chain, disclosures, files, seal, checkpoint, inclusion, witnesses, time, against };

/* {ok, case, events, complete_as_of, checks} of a bundle's bytes; throws NoBundle. */
async function verify(bytes, key, kept) {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new NoBundle("it is no zip file");
  const s = { bytes, key: key.trim(), kept: kept.trim() ? `${kept.trim()}\n` : "", sealed: null }, checks = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    if (name === "against" && !s.kept) continue;
    try {
      await check(s);
      checks[name] = "";
    } catch (error) {
      if (error instanceof NoBundle) throw error;
      checks[name] = error instanceof Fault ? error.message : `cannot be read (${error.message})`;
    }
  }
  const first = s.record ? s.record[0].value : {};
  return { ok: !Object.values(checks).some(Boolean), case: first.case, events: s.record ? s.record.length : 0, complete_as_of: s.sealed, checks };
}

/* ---- the page ---- */

const form = document.getElementById("verify"), verdict = document.getElementById("verdict");

function tell(...told) {
  verdict.replaceChildren(...told.map(([words, kind]) => Object.assign(document.createElement("p"), { textContent: words, className: kind ? `note ${kind}` : "" })));
}

function mark(checks) {
  for (const row of document.querySelectorAll("#checks [data-check]")) {
    const problem = checks[row.dataset.check];
    row.className = problem === undefined ? "" : problem ? "bad" : "ok";
    row.querySelector(".state").textContent = problem === undefined ? "" : problem ? form.dataset.fails : form.dataset.holds;
    row.querySelector(".problem").textContent = problem || "";
  }
}

/* A time of the record as people here read it, to the second. */
function moment(at) {
  return at && new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "long", timeZone: "Asia/Shanghai" });
}

async function look(event) {
  event.preventDefault();
  const say = form.dataset, [file] = document.getElementById("bundle").files, key = document.getElementById("log-key").value;
  mark({});
  if (!file) return tell([say.no, "amber"]);
  tell([say.busy]);
  try {
    const found = await verify(new Uint8Array(await file.arrayBuffer()), key, document.getElementById("kept").value);
    mark(found.checks);
    const complete = say.complete.replace("{at}", moment(found.complete_as_of)).replace("{events}", found.events).replace("{case}", found.case);
    tell([found.ok ? say.ok : say.bad, found.ok ? "" : "red"], [found.complete_as_of ? complete : say.open], [key.trim() ? (found.ok ? say.pinned : "") : say.unpinned]);
  } catch (error) {
    if (!(error instanceof NoBundle)) throw error;
    tell([say.no, "amber"]);
  }
  return verdict.focus();
}

form.hidden = false;
form.addEventListener("submit", look);
if (!window.isSecureContext || !window.DecompressionStream || !window.crypto?.subtle) { form.hidden = true; tell([form.dataset.old, "amber"]); }
