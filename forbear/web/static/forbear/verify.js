/* Checks a bundle in the browser; the file is read here, a piece at a time, and sent nowhere. The third of three verifiers:
   the same checks as verify.py, which lies in every bundle (docs/bundle.md); what is wrong is a key of the page's own
   sentences. Ed25519 after RFC 8032, in whole numbers. */

const PROOFS = new Set(["events.jsonl", "disclosures.jsonl", "inclusion.jsonl", "checkpoint", "trust.json", "cosignatures",
  "checkpoint.tsr", "tsa-ca.pem", "consistency.json"].map((name) => `data/${name}`));
const NEEDED = ["checkpoint", "disclosures.jsonl", "events.jsonl", "inclusion.jsonl", "trust.json", "withheld.jsonl"].map((name) => `data/${name}`);
const TAGS = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"];
const READ = new Set([...PROOFS, ...TAGS, "tagmanifest-sha256.txt", "data/withheld.jsonl"]);
const HEADER = ["v", "log", "case", "seq", "prev", "type", "at", "pub", "_sd"];
const [FILES_MOST, BYTES_MOST, TIMES_MOST, FREE_BYTES, FILE_MOST, SIGNATURES_MOST] = [20000, 2 ** 32, 200, 2 ** 26, 2 ** 29, 100];

class Fault extends Error {
  constructor(key, facts) { super(key); Object.assign(this, { key, facts }); }
}
class NoBundle extends Error {}

function need(holds, key, facts = {}) { if (!holds) throw new Fault(key, facts); }

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
  need(b64(bytes) === given, "unreadable", { what: "base64" });
  return bytes;
}

/* ---- zip ---- */

/* The bytes from `from` up to `to` of the file. */
async function piece(s, from, to) {
  need(from <= to && to <= s.file.size, "around");
  return new Uint8Array(await s.file.slice(from, to).arrayBuffer());
}

const END = 22, HEAD = 30, COMMENT_MOST = 65535, VERSION_MOST = 63;

async function directory(s) {
  const whole = plainText(await piece(s, Math.max(0, s.file.size - END - COMMENT_MOST), s.file.size));
  need(whole.includes("PK\x05\x06"), "no_end");
  need(s.file.size >= END, "around");
  const end = s.file.size - END, tail = new DataView((await piece(s, end, s.file.size)).buffer);
  need(tail.getUint32(0, true) === 0x06054b50 && tail.getUint32(4, true) === 0 && tail.getUint16(20, true) === 0, "around");
  const [count, size, start] = [tail.getUint16(10, true), tail.getUint32(12, true), tail.getUint32(16, true)];
  need(start + size === end && count === tail.getUint16(8, true), "around");
  need(count <= FILES_MOST, "many_files", { count, most: FILES_MOST });
  const bytes = await piece(s, start, end), view = new DataView(bytes.buffer), entries = [];
  let at = 0;
  while (at < size) {
    need(at + 46 <= size && view.getUint32(at, true) === 0x02014b50, "around");
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    need(view.getUint8(at + 6) <= VERSION_MOST, "unpack", { what: `version ${view.getUint8(at + 6)}` });
    fields(view, at + 46 + name, Math.min(size, at + 46 + name + extra));
    entries.push({
      flags: view.getUint16(at + 8, true), method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true), mode: view.getUint32(at + 38, true) >>> 16,
      offset: view.getUint32(at + 42, true), name: text(bytes.subarray(at + 46, at + 46 + name)),
    });
    at += 46 + name + extra + comment;
  }
  need(entries.length === count, "around");
  return { entries, start };
}

/* What a packer adds to a file, such as its owner: passed over, where each says how long it is. */
function fields(view, at, end) {
  for (; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    need(at + 4 + view.getUint16(at + 2, true) <= end, "unpack", { what: "extra field" });
  }
}

async function inflated(packed, size, name) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  for (let all = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return joined(pieces);
    all += value.length;
    need(all <= size, "not_whole", { name });
    pieces.push(value);
  }
}

/* A file as its packed bytes say, which end where it ends. */
async function unpacked(packed, { method, size, crc, name }) {
  const data = method === 8 ? await inflated(packed, size, name).catch(() => need(false, "not_whole", { name })) : packed;
  need(data.length === size && crc32(data) === crc, "not_whole", { name });
  return data;
}

/* What may stand behind a file whose sizes were not known when it began. */
function follow({ crc, packed, size }) {
  const one = new DataView(new ArrayBuffer(16)), long = new DataView(new ArrayBuffer(24));
  [0x08074b50, crc, packed, size].forEach((number, at) => one.setUint32(4 * at, number, true));
  [0x08074b50, crc, packed, 0, size, 0].forEach((number, at) => long.setUint32(4 * at, number, true));
  return [one, long].map((view) => new Uint8Array(view.buffer));
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
function crc32(bytes) {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) crc = CRC[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

async function zip(s) {
  const { entries, start } = await directory(s);
  const bytes = entries.reduce((sum, one) => sum + one.size, 0);
  need(bytes <= Math.min(BYTES_MOST, TIMES_MOST * s.file.size + FREE_BYTES), "bomb", { bytes });
  const seen = new Set(), found = new Map(), bases = new Set();
  for (const { name, flags, mode, method } of entries) {
    const leads = !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\/?$/.test(name) || name.split("/").some((step) => step === "." || step === "..");
    need(!leads && name.length <= 250, "name", { name: JSON.stringify(name) });
    need(!seen.has(name.toLowerCase()), "twice", { name });
    seen.add(name.toLowerCase());
    need(!(flags & 1), "encrypted", { name });
    need([0, 0o100000, 0o040000].includes(mode & 0o170000), "link", { name });
    need((method === 0 || method === 8) && !(flags & 0x60), "packed", { name });
  }
  entries.sort((a, b) => a.offset - b.offset);
  need(!entries.length || entries[0].offset === 0, "around");
  for (const [number, one] of entries.entries()) {
    const head = new DataView((await piece(s, one.offset, one.offset + HEAD)).buffer), after = entries[number + 1]?.offset ?? start;
    const [length, extra] = [head.getUint16(26, true), head.getUint16(28, true)];
    const own = one.offset + HEAD, begin = own + length + extra, end = begin + one.packed;
    const alike = head.getUint32(0, true) === 0x04034b50 && head.getUint16(8, true) === one.method
      && same(await piece(s, own, own + length), utf8.encode(one.name));
    const sizes = [14, 18, 22].map((place) => head.getUint32(place, true)), later = head.getUint16(6, true) & 8;
    need(alike && (later || same(sizes, [one.crc, one.packed, one.size])), "two_heads", { name: one.name });
    need(one.size <= FILE_MOST, "long", { name: one.name });
    const data = await unpacked(await piece(s, begin, end), one);
    need(after - end <= 24, "around");
    const gap = await piece(s, end, after);
    need(!gap.length || (later && follow(one).some((told) => same(told, gap))), "around");
    const [base, ...rest] = one.name.split("/"), name = rest.join("/");
    bases.add(rest.length ? base : "");
    if (data.length || !one.name.endsWith("/")) found.set(name, { sha256: hex(await hash(data)), size: data.length, data: READ.has(name) ? data : null });
  }
  if (![...found.keys()].some((name) => READ.has(name))) throw new NoBundle("it holds no bundle");
  need(bases.size === 1 && !bases.has(""), "folder");
  s.files = found;
  s.payload = [...found.keys()].filter((name) => name.startsWith("data/")).sort();
}

/* ---- the bag and the record ---- */

function bag(s) {
  const lists = [["tagmanifest-sha256.txt", TAGS], ["manifest-sha256.txt", [...s.payload, ...NEEDED]]];
  for (const [manifest, covered] of lists) {
    need(s.files.has(manifest), "missing", { name: manifest });
    const lines = text(s.files.get(manifest).data).split("\n"), rest = lines.pop();
    const told = new Map(lines.filter((line) => line.slice(64, 66) === "  ").map((line) => [line.slice(66), line.slice(0, 64)]));
    need(told.size === lines.length && rest === "", "lines", { list: manifest });
    for (const name of [...new Set([...covered, ...told.keys()])].sort()) {
      need(s.files.has(name), "missing", { name });
      need(told.has(name), "extra", { name, list: manifest });
      need(s.files.get(name).sha256 === told.get(name), "other_file", { name, list: manifest });
    }
  }
  const known = new Set([...s.payload, ...TAGS, "tagmanifest-sha256.txt"]), extra = [...s.files.keys()].filter((name) => !known.has(name));
  need(!extra.length, "more_files", { names: extra.sort().join(", ") });
  need(text(s.files.get("bagit.txt").data) === "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit");
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

/* What a member of a line is, wherever it stands. */
const TYPES = Object.entries({ v: Number.isInteger, seq: Number.isInteger, leaf: Number.isInteger, size: Number.isInteger,
  at: isText, disclosure: isText, log: isText, path: Array.isArray, witnesses: Array.isArray, _sd: Array.isArray });
function isText(value) { return typeof value === "string"; }

/* Whether a line is in its one form and has these members, where any are named. */
function formed(value, line, members) {
  if (value === null || typeof value !== "object" || Array.isArray(value) || canonical(value) !== line) return false;
  return TYPES.every(([key, is]) => !Object.hasOwn(value, key) || is(value[key]))
    && (!members.length || same(Object.keys(value).sort(), members));
}

/* The lines of a file of JSON lines. `members`: of each of them, in the order of the alphabet. */
function lines(s, name, ...members) {
  const all = text(s.files.get(`data/${name}`).data).split("\n"), rest = all.pop();
  const found = all.map((line, number) => {
    const value = JSON.parse(line);
    need(formed(value, line, members), "form", { line: number + 1, name });
    return { body: utf8.encode(line), value };
  });
  need(rest === "", "cut", { name });
  return found;
}

function record(s) {
  const read = lines(s, "events.jsonl");
  need(read.length, "no_event");
  read.forEach(({ value }, number) => {
    need(!("v" in value) || value.v === 1, "version", { line: number + 1, version: value.v });
    need(HEADER.every((name) => name in value), "event", { line: number + 1 });
    need(value.case === read[0].value.case && value.log === read[0].value.log, "other_case", { seq: number });
  });
  s.record = read;
}

async function chain(s) {
  let [before, at] = ["", ""];
  for (const [number, { body, value }] of s.record.entries()) {
    need(value.seq === number, "place", { seq: number, found: value.seq });
    need(value.prev === before, "follow", { seq: number });
    need(value.at >= at, "older", { seq: number });
    [before, at] = [b64u(await hash([0], body)), value.at];
  }
}

async function disclosures(s) {
  const closed = new Set(s.record.flatMap(({ value }, seq) => value._sd.map((one) => `${seq} ${one}`))), opened = [];
  for (const { value } of lines(s, "disclosures.jsonl", "disclosure", "seq")) {
    need(closed.delete(`${value.seq} ${b64u(await hash(utf8.encode(value.disclosure)))}`), "not_committed", { seq: value.seq });
    const padded = value.disclosure.replaceAll("-", "+").replaceAll("_", "/");
    const [, name, shown] = JSON.parse(text(Uint8Array.from(atob(padded), (one) => one.charCodeAt(0))));
    opened.push([value.seq, name, shown]);
  }
  for (const { value } of lines(s, "withheld.jsonl")) {
    if ("commitment" in value) need(closed.delete(`${value.seq} ${value.commitment}`), "not_withheld", { seq: value.seq });
  }
  for (const left of closed) need(false, "neither", { seq: left.split(" ")[0] });
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
    for (const one of hashesIn(value, name)) need(held.has(one) || absent.has(`${seq} ${one}`), "not_there", { seq, hash: one.slice(0, 16) });
  }
}

async function seal(s) {
  const last = s.record.at(-1).value;
  need(last.type === "case.exported", "not_sealed");
  need(last.pub.head === last.seq, "seal_count");
  const manifest = s.payload.filter((name) => !PROOFS.has(name)).map((name) => `${s.files.get(name).sha256}  ${name}\n`).join("");
  const told = s.opened.filter(([seq, name]) => seq === last.seq && name === "content").map(([, , value]) => value);
  need(same(told, [hex(await hash(utf8.encode(manifest)))]), "seal_files");
  const size = s.payload.reduce((sum, name) => sum + s.files.get(name).size, 0);
  const info = `Bag-Software-Agent: Forbear\nBagging-Date: ${last.at.slice(0, 10)}\nExternal-Identifier: ${last.case}\n`
    + `Payload-Oxum: ${size}.${s.payload.length}\nSource-Organization: ${last.log}\n`;
  need(text(s.files.get("bag-info.txt").data) === info, "bag_info");
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
  need(bytes.length === 32, "unreadable", { what: "Ed25519" });
  const given = little(bytes), y = given & (2n ** 255n - 1n), sign = given >> 255n;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (x * x % P !== square) x = x * ROOT % P;
  need(x * x % P === square && y < P && (x || !sign), "unreadable", { what: "Ed25519" });
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

/* Whether the key of a log (1) or of a witness (4) signed a note; a fault where its signature does not hold. */
async function signed(note, vkey, kind) {
  const [name, told, ...rest] = vkey.split("+"), key = unb64(rest.join("+"));
  const own = (await hash(utf8.encode(`${name}\n`), key)).subarray(0, 4);
  need(hex(own) === told && key.length === 33 && (key[0] === 1 || key[0] === 4), "note", { what: vkey });
  const cut = note.lastIndexOf("\n\n"), body = note.slice(0, cut + 1), stamps = note.slice(cut + 2).split("\n");
  need(cut > 0 && stamps.pop() === "" && stamps.length <= SIGNATURES_MOST && !/[\0-\t\v-\x1f]/.test(note), "note", { what: name });
  let found = false;
  for (const line of stamps) {
    const [dash, who, ...last] = line.split(" "), stamp = unb64(last.join(" "));
    need(dash === "—" && who && !who.includes("+") && stamp.length > 4, "note", { what: line });
    if (who !== name || key[0] !== kind || !same(stamp.subarray(0, 4), own)) continue;
    const head = kind === 4 ? `cosignature/v1\ntime ${new DataView(stamp.buffer).getBigUint64(4)}\n` : "";
    need(await ed25519(key.subarray(1), utf8.encode(head + body), stamp.subarray(head ? 12 : 4)), "signature", { name });
    found = true;
  }
  return found;
}

function checkpointOf(note) {
  const [origin, size, root, ...rest] = note.slice(0, note.lastIndexOf("\n\n")).split("\n");
  need(!rest.length && /^(0|[1-9][0-9]{0,15})$/.test(size) && unb64(root).length === 32, "note", { what: origin });
  return { origin, size: Number(size), root: unb64(root) };
}

async function checkpoint(s) {
  const note = text(s.files.get("data/checkpoint").data), [{ value: trust }] = lines(s, "trust.json", "log", "witnesses");
  need(!s.key || s.key === trust.log, "other_key");
  const name = s.record[0].value.log;
  need(checkpointOf(note).origin === name && trust.log.split("+")[0] === name, "other_logs");
  need(await signed(note, trust.log, 1), "not_signed", { name: trust.log.split("+")[0] });
  Object.assign(s, { note, trust, log: checkpointOf(note) });
}

/* Indices are halved by division: shifts of JavaScript end at 32 bits. */
async function climbed(path, here, last, ...hashes) {
  const half = (n) => Math.floor(n / 2);
  for (const step of path) {
    need(last > 0, "unreadable", { what: "proof" });
    if (here % 2 || here === last) {
      hashes = await Promise.all(hashes.map((one) => hash([1], step, one)));
      while (here && here % 2 === 0) [here, last] = [half(here), half(last)];
    } else {
      hashes = [...hashes.slice(0, -1), await hash([1], hashes.at(-1), step)];
    }
    [here, last] = [half(here), half(last)];
  }
  need(last === 0, "unreadable", { what: "proof" });
  return hashes;
}

async function inclusion(s) {
  const proofs = lines(s, "inclusion.jsonl", "leaf", "path", "seq");
  need(proofs.length === s.record.length, "proofs");
  let before = -1;
  for (const [number, { body }] of s.record.entries()) {
    const { leaf, seq, path } = proofs[number].value;
    need(before < leaf && leaf < s.log.size && seq === number, "order", { seq: number });
    const [root] = await climbed(path.map(unb64), leaf, s.log.size - 1, await hash([0], body));
    need(same(root, s.log.root), "not_in_log", { seq: number });
    before = leaf;
  }
}

async function witnesses(s) {
  const file = s.files.get("data/cosignatures"), note = s.note + (file ? text(file.data) : "");
  for (const vkey of s.trust.witnesses) need(await signed(note, vkey, 4), "no_witness", { name: vkey.split("+")[0] });
}

async function time(s) {
  const token = s.files.get("data/checkpoint.tsr"), imprint = joined([[4, 32], await hash(utf8.encode(s.note))]);
  need(!token || plainText(token.data).includes(plainText(imprint)), "other_time");
}

async function against(s) {
  need(await signed(s.kept, s.trust.log, 1), "kept_not_signed");
  const then = checkpointOf(s.kept), now = s.log;
  if (then.size === now.size) return need(same(then.root, now.root), "remade_same");
  const proof = s.files.has("data/consistency.json") ? lines(s, "consistency.json", "path", "size")[0].value : { size: 0 };
  need(proof.size > 0 && proof.size === then.size && then.size < now.size, "no_proof", { old: then.size, size: now.size });
  let [here, last] = [then.size - 1, now.size - 1], power = Number.isInteger(Math.log2(then.size));
  while (here % 2) [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
  const [first, ...path] = [...(power ? [then.root] : []), ...proof.path.map(unb64)];
  const roots = await climbed(path, here, last, first, first);
  return need(same(roots[0], then.root) && same(roots[1], now.root), "remade");
}

const CHECKS = { zip, bag, record, chain, disclosures, files, seal, checkpoint, inclusion, witnesses, time, against };

/* {ok, case, events, complete_as_of, checks} of a file; a check that holds is null, else {key, facts}. Throws NoBundle. */
async function verify(file, key, kept) {
  if (plainText(new Uint8Array(await file.slice(0, 2).arrayBuffer())) !== "PK") throw new NoBundle("it is no zip file");
  const s = { file, key: key.trim(), kept: kept.trim() ? `${kept.trim()}\n` : "", sealed: null }, checks = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    if (name === "against" && !s.kept) continue;
    try {
      if (!s.files && name !== "zip") need(false, "not_unpacked");
      await check(s);
      checks[name] = null;
    } catch (error) {
      if (error instanceof NoBundle) throw error;
      checks[name] = error instanceof Fault ? error : missing(s, name, error);
    }
  }
  const first = s.record ? s.record[0].value : {};
  return { ok: !Object.values(checks).some(Boolean), case: first.case, events: s.record ? s.record.length : 0, complete_as_of: s.sealed, checks };
}

/* A check that stumbled: over what an earlier one did not find, or over what is in no form it could have. */
function missing(s, name, error) {
  if (!s.record && !["zip", "bag", "record"].includes(name)) return new Fault("no_record", {});
  return new Fault("unreadable", { what: error.message });
}

/* ---- the page ---- */

const form = document.getElementById("verify"), verdict = document.getElementById("verdict");

function tell(...told) {
  verdict.replaceChildren(...told.map(([words, kind]) => Object.assign(document.createElement("p"), { textContent: words, className: kind ? `note ${kind}` : "" })));
}

/* A problem in the words of the page. */
function said({ key, facts }) {
  const sentence = document.querySelector(`#faults [data-fault="${key}"]`).textContent;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function mark(checks) {
  for (const row of document.querySelectorAll("#checks [data-check]")) {
    const problem = checks[row.dataset.check];
    row.className = problem === undefined ? "" : problem ? "bad" : "ok";
    row.querySelector(".state").textContent = problem === undefined ? "" : problem ? form.dataset.fails : form.dataset.holds;
    row.querySelector(".problem").textContent = problem ? said(problem) : "";
  }
}

/* A time of the record as people here read it, to the second. */
function moment(at) {
  return at && new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "long", timeZone: "Asia/Shanghai" });
}

async function look(event) {
  event.preventDefault();
  event.stopPropagation(); /* no network is needed: nobody is told that there is none */
  const say = form.dataset, [file] = document.getElementById("bundle").files, key = document.getElementById("log-key").value;
  mark({});
  if (!file) return tell([say.no, "amber"]);
  tell([say.busy]);
  try {
    const found = await verify(file, key, document.getElementById("kept").value);
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
