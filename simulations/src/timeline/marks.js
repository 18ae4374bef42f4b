// What happens on a lane, and what goes from one to another in a person's eyes.

// Own entries rise from the line; those received from others hang below it.
function drawEntries(c) {
  const last = new Map();
  for (const entry of STORY.entries) {
    if (entry.at < view.from || entry.at > view.to) continue;
    const box = view.lanes[entry.device];
    if (!box || !shows(entry.own ? entry.sort : "received") || !shows(entry.sort)) continue;
    const px = Math.round(x(entry.at));
    const key = entry.device * 16 + (entry.own ? 8 : 0) + Object.keys(CLASSES).indexOf(entry.sort) + 1;
    if (last.get(key) === px) continue;
    last.set(key, px);
    c.fillStyle = view.colours[entry.sort];
    if (entry.own) {
      const rise = Math.min(15, box.height * 0.3);
      c.fillRect(px - 1.25, box.middle - 2 - rise, 2.5, rise);
      mark(px, box.middle - 2 - rise / 2, entry.event, 7);
    } else {
      const drop = Math.min(6, box.height * 0.12);
      c.globalAlpha = 0.7;
      c.fillRect(px - 0.5, box.middle + 3, 1, drop);
      c.globalAlpha = 1;
      mark(px, box.middle + 3 + drop / 2, entry.event, 4);
    }
  }
}

function drawSales(c) {
  const written = new Map();
  font(c, 10.5, 500);
  c.textAlign = "center";
  c.textBaseline = "bottom";
  for (const e of STORY.sales) {
    const box = view.lanes[e.device];
    if (e.at < view.from || e.at > view.to || !box) continue;
    const px = x(e.at), refused = e.is === "sale_refused";
    const y = box.middle;
    if (refused) {
      c.strokeStyle = view.colours.bad;
      c.lineWidth = 1.6;
      c.beginPath();
      c.moveTo(px - 3.5, y - 3.5); c.lineTo(px + 3.5, y + 3.5);
      c.moveTo(px + 3.5, y - 3.5); c.lineTo(px - 3.5, y + 3.5);
      c.stroke();
    } else {
      if (written.get("dot" + e.device) > px - 1) continue;
      written.set("dot" + e.device, px);
      c.beginPath();
      c.arc(px, y, 3.6, 0, 7);
      c.fillStyle = e.provisional || e.repeated ? view.colours.panel : view.colours.sale;
      c.fill();
      c.strokeStyle = view.colours.sale;
      c.lineWidth = 1.5;
      c.stroke();
      // The number as printed, where there is room for it.
      const before = written.get(e.device) ?? -Infinity;
      const half = c.measureText(e.label).width / 2;
      if (box.height > 52 && px - half > before + 5) {
        c.fillStyle = view.colours.sale;
        c.fillText(e.label, px, box.middle - 4 - Math.min(15, box.height * 0.3));
        written.set(e.device, px + half);
      }
    }
    mark(px, y, e, 7);
  }
}

// Numbers that go from device to device: an arrow with how many.
function drawMoves(c) {
  font(c, 11, 650);
  c.textBaseline = "middle";
  c.textAlign = "left";
  for (const move of STORY.moves) {
    const came = move.came ?? move.left;
    if (came < view.from || move.left > view.to) continue;
    const a = view.lanes[move.from], b = view.lanes[move.to ?? move.aim];
    if (!a) continue;
    const x1 = x(move.left), y1 = a.middle - 2;
    const toward = b ? Math.sign(b.middle - a.middle) : 1;
    const x2 = move.came === null ? x1 + 22 : Math.max(x(move.came), x1 + 4);
    const y2 = move.came !== null && b ? b.middle - toward * 5 : y1 + toward * 26;
    c.strokeStyle = c.fillStyle = view.colours.numbers;
    c.lineWidth = 2;
    c.setLineDash(move.came === null ? [4, 3] : []);
    c.beginPath();
    c.moveTo(x1, y1);
    const bend = Math.max(14, (x2 - x1) * 0.5);
    c.bezierCurveTo(x1 + bend, y1 + (y2 - y1) * 0.25, x2 - Math.min(bend, 20), y1 + (y2 - y1) * 0.6, x2, y2);
    c.stroke();
    c.setLineDash([]);
    c.beginPath();
    c.moveTo(x2, y2 + toward * 4); c.lineTo(x2 - 5, y2 - toward * 5); c.lineTo(x2 + 5, y2 - toward * 5);
    c.fill();
    if (move.count !== null) {
      const tx = x1 + bend * 0.7 + 4, ty = y1 + (y2 - y1) * 0.36;
      const text = String(move.count), wide = c.measureText(text).width;
      c.fillStyle = view.colours.panel;
      c.beginPath();
      c.roundRect(tx - 4, ty - 8, wide + 8, 16, 8);
      c.fill();
      c.lineWidth = 1;
      c.stroke();
      c.fillStyle = view.colours.numbers;
      c.fillText(text, tx, ty + 0.5);
      mark(tx + wide / 2, ty, move.event, 10);
    }
    mark(x1, y1, move.event, 7);
    lines.push(x1, y1, x2, y2, move.event.index);
  }
}

// A bar from when a conflict is listed until it is decided; orange while two
// decisions contradict each other.
function drawConflicts(c) {
  for (const bar of STORY.conflicts) {
    const to = bar.to ?? STORY.end;
    const box = view.lanes[bar.device];
    if (to < view.from || bar.from > view.to || !box) continue;
    const thick = box.height > 120 ? 8 : box.height > 60 ? 6 : 3.5, gap = thick > 6 ? 4 : 2;
    const fits = Math.max(1, Math.floor((box.height * 0.36) / (thick + gap)));
    const row = bar.row % fits;
    const y = box.top + box.height - 4 - (row + 1) * (thick + gap);
    const left = Math.max(x(bar.from), LABELS - 20), right = Math.min(x(to), view.width + 20);
    c.fillStyle = view.colours.warn;
    c.globalAlpha = 0.75;
    c.beginPath();
    c.roundRect(left, y, Math.max(right - left, 2), thick, thick / 2);
    c.fill();
    c.globalAlpha = 1;
    bar.steps.forEach((step, i) => {
      if (step.status === "contested") {
        const from = Math.max(x(step.at), LABELS), until = Math.min(x(bar.steps[i + 1]?.at ?? to), view.width);
        c.fillStyle = view.colours.bad;
        c.fillRect(from, y, Math.max(until - from, 2), thick);
      }
      const px = x(step.at);
      mark(px, y + thick / 2, step.event, 7);
      c.fillStyle = view.colours[step.status === "closed" ? "fiscal" : step.status === "contested" ? "bad" : "warn"];
      c.beginPath();
      if (step.status === "closed") c.arc(px, y + thick / 2, thick / 2 + 1.5, 0, 7);
      else {
        const r = thick / 2 + 2.5;
        c.moveTo(px, y + thick / 2 - r); c.lineTo(px + r, y + thick / 2);
        c.lineTo(px, y + thick / 2 + r); c.lineTo(px - r, y + thick / 2);
      }
      c.fill();
    });
    // Its kind in the bar, where the lane is high enough to read it.
    if (thick > 6 && right - left > 90) {
      font(c, 9.5, 600);
      const text = bar.event.kind.toLowerCase().replaceAll("_", " "), from = Math.max(left, LABELS) + 9;
      const wide = c.measureText(text).width;
      if (right - from > wide + 12) {
        c.textBaseline = "middle";
        c.textAlign = "left";
        c.fillStyle = view.colours.panel;
        c.fillRect(from - 3, y - 1, wide + 6, thick + 2);
        c.fillStyle = view.colours.resolution;
        c.fillText(text, from, y + thick / 2 + 0.5);
      }
    }
  }
}

// Documents go down to the relay's lane and their answers come back.
function drawDocuments(c) {
  const tones = { accepted: "fiscal", rejected: "bad", refused: "bad", "mixed-up": "bad", unreachable: "bad" };
  const seen = STORY.documents.filter((trip) => (trip.came ?? trip.left) >= view.from && trip.left <= view.to);
  const every = Math.ceil(seen.length / LINES_MAX);
  const y = view.relay.middle;
  c.fillStyle = view.colours.bg;
  c.fillRect(LABELS, view.relay.top - 4, view.width - LABELS, 60);
  c.fillStyle = view.colours.sunken;
  c.fillRect(LABELS, view.relay.top, view.width - LABELS, view.relay.height);
  seen.forEach((trip, i) => {
    const box = view.lanes[trip.device];
    if (!box || i % every) return;
    const x1 = x(trip.left), x2 = x(trip.came ?? trip.left);
    const tone = view.colours[tones[trip.outcome] ?? "ink3"];
    const reached = trip.outcome !== "unreachable";
    c.strokeStyle = tone;
    c.lineWidth = 1;
    c.globalAlpha = seen.length > 300 ? 0.14 : 0.3;
    c.setLineDash([3, 3]);
    c.beginPath();
    c.moveTo(x1, box.middle);
    c.lineTo((x1 + x2) / 2, reached ? y : y - 12);
    c.stroke();
    c.setLineDash([]);
    c.globalAlpha = 1;
    c.fillStyle = tone;
    c.beginPath();
    if (trip.outcome === "accepted") c.arc((x1 + x2) / 2, y, 3.2, 0, 7);
    else if (tones[trip.outcome]) c.rect((x1 + x2) / 2 - 3, (reached ? y : y - 12) - 3, 6, 6);
    else c.arc((x1 + x2) / 2, y, 2, 0, 7);
    c.fill();
    mark((x1 + x2) / 2, reached ? y : y - 12, trip.answer ?? trip.event, 6);
  });
}

function drawCommands(c) {
  if (!shows("admin")) return;
  c.strokeStyle = view.colours.ink2;
  c.fillStyle = view.colours.panel;
  c.lineWidth = 1.4;
  let last = new Map();
  for (const e of STORY.commands) {
    const box = view.lanes[e.device];
    if (!box || e.at < view.from || e.at > view.to) continue;
    const px = x(e.at);
    if (last.get(e.device) > px - 1) continue;
    last.set(e.device, px);
    c.beginPath();
    c.rect(px - 2.8, box.middle - 2.8, 5.6, 5.6);
    c.fill();
    c.stroke();
    mark(px, box.middle, e, 6);
  }
}

// Where a program ended badly, and where it came back.
function drawCrashes(c) {
  for (const box of view.lanes) {
    if (!box) continue;
    for (const { at, state, event } of box.lane.states) {
      if (at < view.from || at > view.to) continue;
      const px = x(at), off = state === "off";
      c.fillStyle = off && event.how !== "closed" ? view.colours.bad : view.colours.ink2;
      c.beginPath();
      if (off) c.rect(px - 4, box.middle - 4, 8, 8);
      else { c.moveTo(px - 3, box.middle - 5); c.lineTo(px + 5, box.middle); c.lineTo(px - 3, box.middle + 5); }
      c.fill();
      mark(px, box.middle, event, 7);
    }
  }
}
