"use strict";
// The run: events as the simulator wrote them, and what follows from them.

// Kinds of entries by what they are about; each class has a colour and a layer.
const CLASSES = {
  sale: ["SaleCommitted", "SaleProvisional"],
  edit: ["DocumentChange", "StockMoved"],
  numbers: ["Cede", "Accept", "Void", "ResolutionImport", "SpaceOpen", "CustodyMove", "DeclareLost",
    "AssignProvisional"],
  resolution: ["Resolution"],
  fiscal: ["FiscalReceipt"],
};
const CLASS_OF = new Map(Object.entries(CLASSES).flatMap(([name, kinds]) => kinds.map((k) => [k, name])));
// Faults of a moment; all others last until they end.
const MOMENTARY = new Set(["crash", "crash-at-operation", "sync-error", "write-error", "bit-rot", "image",
  "restore", "clone", "relay-forgets"]);

const RUN = decode(JSON.parse(document.getElementById("run").textContent));
const STORY = derive(RUN);

function decode(page) {
  let at = 0;
  const events = page.events.map((row, index) => {
    const [name, fields] = page.kinds[row[2]];
    at += row[0];
    const event = { index, at, device: row[1], is: name };
    fields.forEach(([field, isText], place) => {
      const value = row[3 + place];
      event[field] = isText && value !== null ? page.strings[value] : value;
    });
    return event;
  });
  const fields = new Map(page.kinds.map(([name, list]) => [name, list.map(([field]) => field)]));
  return { ...page, events, fields };
}

// One pass over the events: intervals, pairs, and marks by what they are.
function derive(run) {
  const lanes = run.devices.map((name, index) => ({
    name, index, states: [], quarantined: null, until: null, links: [], own: null, sales: 0, events: [],
  }));
  const end = run.events.reduce((most, event) => Math.max(most, event.at), 1);
  const begin = run.events.reduce((least, event) => Math.min(least, event.at, event.sent_ms ?? 0), 0);
  const story = { lanes, begin, end, partitions: [], faults: [], messages: [], entries: [], sales: [],
    links: [], moves: [], conflicts: [], documents: [], violations: [], commands: [] };
  const author = new Map(), open = new Map(), linked = new Map(), given = new Map(), sent = new Map();
  const islands = [], faults = new Map(), entries = new Set();
  for (const e of run.events) {
    const lane = lanes[e.device];
    if (lane) lane.events.push(e.index);
    switch (e.is) {
      case "started": lane.states.push({ at: e.at, state: "on", event: e }); break;
      case "stopped": lane.states.push({ at: e.at, state: "off", event: e }); break;
      case "quarantined": lane.quarantined ??= e.at; lane.until = null; break;
      // Under a new key it signs again.
      case "joined": if (lane && lane.quarantined !== null) lane.until ??= e.at; break;
      case "link_up": case "link_down": {
        const key = Math.min(e.device, e.peer) * 256 + Math.max(e.device, e.peer);
        const before = linked.get(key);
        if (before && before.to === null) before.to = e.at;
        linked.delete(key);
        if (e.is === "link_up") {
          const link = { a: e.device, b: e.peer, from: e.at, to: null };
          linked.set(key, link);
          for (const end of [e.device, e.peer]) lanes[end]?.links.push(link);
        }
        story.links.push(e);
        break;
      }
      case "partition_began": {
        const band = { from: e.at, to: null, islands: e.islands, event: e };
        islands.push(band);
        story.partitions.push(band);
        break;
      }
      case "partition_ended": { const band = islands.shift(); if (band) band.to = e.at; break; }
      case "message": story.messages.push(e); break;
      case "entry": {
        const by = author.get(e.log) ?? author.set(e.log, e.device).get(e.log);
        const key = e.log + e.seq;
        // A copy of a machine writes its own entries too; those are new as well.
        const own = by === e.device || !entries.has(key);
        entries.add(key);
        if (by === e.device) lane.own = e.log;
        story.entries.push({ at: e.at, device: e.device, own, sort: CLASS_OF.get(e.kind) ?? "admin", event: e });
        break;
      }
      case "sale_acknowledged": if (!e.repeated) lane.sales += 1; // falls through
      case "sale_refused": story.sales.push(e); break;
      case "command": story.commands.push(e); break;
      case "numbers_moved": {
        if (e.how === "Cede") {
          const move = { from: e.device, to: null, left: e.at, came: null, count: e.count, event: e, log: e.to };
          (given.get(e.to) ?? given.set(e.to, []).get(e.to)).push(move);
          story.moves.push(move);
        } else if (e.how === "Accept") {
          const move = given.get(lane.own)?.shift();
          if (move) { move.to = e.device; move.came = e.at; }
        }
        break;
      }
      case "conflict_opened": case "conflict_status": {
        const key = e.device + e.kind + e.subject;
        let bar = open.get(key);
        if (!bar) {
          bar = { device: e.device, from: e.at, to: null, event: e, steps: [], row: 0 };
          open.set(key, bar);
          story.conflicts.push(bar);
        }
        bar.steps.push({ at: e.at, status: e.status ?? "open", event: e });
        if (e.status === "closed") { bar.to = e.at; open.delete(key); }
        break;
      }
      case "fault_began": {
        const momentary = MOMENTARY.has(e.kind);
        const on = run.devices.flatMap((name, i) => (e.detail.includes(JSON.stringify(name)) ? [i] : []));
        const fault = { kind: e.kind, from: e.at, to: momentary ? e.at : null, momentary, on, event: e };
        if (!momentary) (faults.get(e.kind) ?? faults.set(e.kind, []).get(e.kind)).push(fault);
        story.faults.push(fault);
        break;
      }
      case "fault_ended": { const fault = faults.get(e.kind)?.shift(); if (fault) fault.to = e.at; break; }
      case "document_forwarded": {
        const trip = { device: e.device, left: e.at, came: null, outcome: null, event: e };
        sent.set(e.device + e.code, trip);
        story.documents.push(trip);
        break;
      }
      case "document_answered": {
        const trip = sent.get(e.device + e.code);
        if (trip && trip.came === null) { trip.came = e.at; trip.outcome = e.outcome; trip.answer = e; }
        break;
      }
      case "violated": story.violations.push(e); break;
    }
  }
  for (const list of [story.partitions, story.faults]) for (const span of list) span.to ??= end;
  for (const lane of lanes) for (const link of lane.links) link.to ??= end;
  // Who accepted is known even where the giver's entry had not named it yet.
  for (const move of story.moves) if (move.to === null && author.has(move.log)) move.aim = author.get(move.log);
  rows(story.conflicts, (bar) => bar.device, (bar) => bar.to ?? end, 8);
  rows(story.faults, () => 0, (fault) => Math.max(fault.to, fault.from + (end - begin) / 10), 6);
  return story;
}

// Gives each span the first row that is free, so that they lie beside each other.
function rows(spans, group, until, most) {
  const taken = new Map();
  for (const span of spans) {
    const ends = taken.get(group(span)) ?? taken.set(group(span), []).get(group(span));
    let row = ends.findIndex((end) => end <= span.from);
    if (row < 0) row = ends.length < most ? ends.length : ends.indexOf(Math.min(...ends));
    ends[row] = until(span);
    span.row = row;
  }
}

// The state of a device at a moment: absent, on, off.
function stateAt(lane, at) {
  let found = null;
  for (const state of lane.states) { if (state.at > at) break; found = state; }
  return found ? found.state : "absent";
}

function linksAt(lane, at) {
  return lane.links.filter((link) => link.from <= at && at < link.to);
}

// 1d 02:03:04.567, as in the trace.
function clock(ms, fine = true) {
  const t = Math.abs(Math.round(ms)), two = (n) => String(n).padStart(2, "0");
  const days = t >= 864e5 ? Math.floor(t / 864e5) + "d " : "";
  const tail = fine ? "." + String(t % 1000).padStart(3, "0") : "";
  return (ms < 0 ? "−" : "") + days + two(Math.floor(t / 36e5) % 24) + ":" + two(Math.floor(t / 6e4) % 60) + ":" +
    two(Math.floor(t / 1e3) % 60) + tail;
}

const nameOf = (device) => (device < 0 ? "the world" : RUN.devices[device] ?? "#" + device);

// An event as a sentence; long ids are shortened.
function sentence(e) {
  return worded(e).replace(/[0-9a-f]{20,}/g, (id) => id.slice(0, 8) + "…");
}

function worded(e) {
  switch (e.is) {
    case "started": return `starts (no. ${e.start})`;
    case "stopped": return `stops: ${e.how}`;
    case "link_up": return `link to ${nameOf(e.peer)} up`;
    case "link_down": return `link to ${nameOf(e.peer)} down: ${e.why}`;
    case "partition_began": return "partition " + e.islands.map((i) => "[" + i.map(nameOf).join(", ") + "]").join(" ");
    case "partition_ended": return "partition healed";
    case "message": return `${e.kind} from ${nameOf(e.from)}, ${e.bytes} B, ${clock(e.at - e.sent_ms)} on its way`;
    case "appended": return `durable: ${e.log} ${e.first === e.last ? e.first : e.first + "…" + e.last}`;
    case "entry": return `${e.kind} (${e.log} ${e.seq})`;
    case "sale_acknowledged":
      return `sold ${e.label}, ${e.total}${e.repeated ? ", again" : ""}${e.provisional ? ", provisional" : ""}`;
    case "sale_refused": return `refused: ${e.why}`;
    case "numbers_moved":
      return `${e.how}${e.count === null ? "" : " " + e.count + " numbers"}${e.to ? " to " + e.to : ""}`;
    case "command": return `${e.what}: ${e.answer}`;
    case "conflict_opened": return `conflict ${e.kind}: ${e.subject}`;
    case "conflict_status": return `conflict ${e.kind} ${e.status}: ${e.subject}`;
    case "fault_began": return `fault ${e.kind} ${e.detail.replace(/^\{ ?| ?\}$/g, "")}`;
    case "fault_ended": return `fault ${e.kind} over`;
    case "quarantined": return `signs no more: ${e.why}`;
    case "document_forwarded": return `document ${e.number} to the relay (${e.code})`;
    case "document_answered": return `relay: ${e.outcome} (${e.code})`;
    case "refolded": return "books folded again";
    case "joined": return `joined as ${e.name}`;
    case "violated": return `${e.invariant}: ${e.what}`;
    case "note": return e.text;
    default: return e.is + " " + RUN.fields.get(e.is).map((field) => `${field} ${JSON.stringify(e[field])}`).join(", ");
  }
}
