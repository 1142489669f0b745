"use strict";
/*
 * The film in the browser: replays the changes, draws the state, and lights up
 * the path of what is pointed at. view.py put the data into #film:
 *
 *	{command, base, events: [{time, pid, process, comm, kind, text,
 *	  program: [[function, file, line, source]], kernel: the same,
 *	  changes: {spaces: {pid: {comm, parent, pgd, asid, vmas, l1, l2}},
 *		    gone: [pid], frames: [[number, letter]]}}]}
 *
 * l1 and l2 map the number of a 1 MiB slot, and that of a page, to the
 * descriptor that the MMU reads; 0 takes one away. Process 0 is the kernel.
 */

const film = JSON.parse(document.getElementById("film").textContent);
const $ = (id) => document.getElementById(id);
const SECTION = 0x100000, PAGE = 0x1000;

/* ---- the state, forwards and backwards ------------------------------------ */

const state = { at: -1, spaces: new Map(), frames: [] };
const undo = [];

function setEntries(map, changes) {
	const before = {};

	for (const key in changes) {
		before[key] = map.get(+key) || 0;
		if (changes[key])
			map.set(+key, changes[key]);
		else
			map.delete(+key);
	}
	return before;
}

/* Returns the changes that lead back. */
function apply(changes) {
	const back = { spaces: {}, gone: [], frames: [] };

	for (const [number, letter] of changes.frames) {
		back.frames.unshift([number, state.frames[number]]);
		state.frames[number] = letter;
	}
	for (const pid of changes.gone) {
		back.spaces[pid] = { whole: state.spaces.get(+pid) };
		state.spaces.delete(+pid);
	}
	for (const pid in changes.spaces) {
		const change = changes.spaces[pid];
		const old = {};
		let space = state.spaces.get(+pid);

		if (change.whole) {
			state.spaces.set(+pid, change.whole);
			back.gone.push(pid);
			continue;
		}
		if (!space) {
			space = { l1: new Map(), l2: new Map() };
			state.spaces.set(+pid, space);
			back.gone.push(pid);
		}
		for (const key in change) {
			if (key == "l1" || key == "l2") {
				old[key] = setEntries(space[key], change[key]);
			} else {
				old[key] = space[key];
				space[key] = change[key];
			}
		}
		if (!back.gone.includes(pid))
			back.spaces[pid] = old;
	}
	return back;
}

function seek(to) {
	while (state.at < to)
		undo.push(apply(film.events[++state.at].changes));
	while (state.at > to) {
		apply(undo.pop());
		state.at--;
	}
	findOwners();
}

/* ---- questions to the state ------------------------------------------------- */

let owners = new Map(); /* frame's address: [{pid, va, entry}] */

const isPage = (entry) => entry & 2;
const frameOf = (entry) => (entry & 0xfffff000) >>> 0;
const isZeroPage = (entry) => entry & 0x100; /* "special": nobody owns it */
const canWrite = (entry) => !(entry & 0x200);
const hex = (n, digits = 8) =>
	"0x" + (n >>> 0).toString(16).padStart(digits, "0");
const number = (pa) => (pa - film.base) / PAGE;

function findOwners() {
	owners = new Map();
	for (const [pid, space] of state.spaces) {
		if (!pid)
			continue;
		for (const [page, entry] of space.l2) {
			const pa = frameOf(entry);

			if (!owners.has(pa))
				owners.set(pa, []);
			owners.get(pa).push({ pid, va: page * PAGE, entry });
		}
	}
	for (const list of owners.values())
		list.sort((a, b) => a.pid - b.pid || a.va - b.va);
}

function vmaOf(space, va) {
	return space.vmas.find((vma) => vma[0] <= va && va < vma[1]);
}

/* What the MMU finds for an address: {l1, l2, pa}; what is not there is 0. */
function walk(space, va) {
	const l1 = space.l1.get(Math.floor(va / SECTION)) || 0;

	if ((l1 & 3) == 2)
		return { l1, l2: 0,
			 pa: ((l1 & 0xfff00000) >>> 0) + va % SECTION };
	const l2 = (l1 & 3) == 1 && space.l2.get(Math.floor(va / PAGE)) || 0;

	return { l1, l2, pa: l2 ? frameOf(l2) + va % PAGE : 0 };
}

/* ---- colours ----------------------------------------------------------------- */

const COLOURS = ["#1a6fd0", "#d9480f", "#0a8a5b", "#8b46e0", "#c2185b",
		 "#8a6d00", "#00838f", "#6d4c41"];
const KINDS = { /* letters as in /proc/pagetypemap */
	".": ["free", "var(--free)"],
	I: ["kernel image", "#46525e"],
	R: ["reserved at boot: archive, mem_map", "#98a4b0"],
	S: ["slab: the kernel's objects", "#6f7f3f"],
	T: ["page tables", "#e2a400"],
	C: ["page cache, nobody maps it", "#bda68c"],
	A: ["memory of programs, nobody maps it", "#d8a7b8"],
	K: ["kernel stacks", "#7d5f94"],
	V: ["vmalloc", "#4f8792"],
	O: ["other pages of the kernel", "#a8646b"],
	0: ["the zero page", "var(--paper)"],
};
const pids = [...new Set(film.events.flatMap(
	(event) => Object.keys(event.changes.spaces).map(Number)))];

function colourOf(pid) {
	const place = pids.filter((known) => known).indexOf(+pid);

	return pid ? COLOURS[place % COLOURS.length] : "#46525e";
}

function nameOf(pid) {
	const space = state.spaces.get(pid);

	return pid ? `${space ? space.comm : "gone"}[${pid}]` : "kernel";
}

/* ---- what is looked at --------------------------------------------------------- */

let shown = 1;		/* the process whose tables are drawn */
let chosen = false;	/* by the reader; otherwise the event's own */
let zoomed = -1;	/* the slot that is drawn large, or -1 */
let pinned = null;	/* {pid, va} or {pa}, kept by a click or a key */
let pointed = null;	/* the same, under the mouse */

/* Where execve fills an address space that is nobody's yet, there is nothing. */
function subject(event) {
	const match = (pattern) => pattern.exec(event.text);
	const space = state.spaces.get(event.space);
	const address = match(/(?:pc \S+ (?:reads|writes|address)|^address|^\w+) (0x\w{8})/);
	let child;

	switch (event.kind) {
	case "fork":
		child = state.spaces.get(+match(/child (\d+)/)[1]);
		return child && child.l2.size ? { pid: +match(/child (\d+)/)[1],
			va: Math.max(...child.l2.keys()) * PAGE } : null;
	case "exec":
		return { pid: event.process, va: parseInt(match(/stack (0x\w+)/)[1]) };
	case "vma":
		return space && (match(/^munmap/) || vmaOf(space, parseInt(address[1]))) ?
			{ pid: event.space, va: parseInt(address[1]) } : null;
	case "fault":
	case "bad":
	case "sync":
		return space ? { pid: event.space, va: parseInt(address[1]) } : null;
	default:
		return null;
	}
}

function look() {
	return pointed || pinned || subject(film.events[state.at]);
}

/* The page that is lit, in the shown process if it has one: {pid, va, pa}. */
function lit() {
	const thing = look();

	if (!thing)
		return { pid: shown, va: null, pa: 0 };
	if (thing.va === undefined) {
		const pa = (thing.pa & 0xfffff000) >>> 0;
		const list = owners.get(pa) || [];
		const mine = list.find((one) => one.pid == shown) || list[0];

		return mine ? { pid: mine.pid, va: mine.va, pa } :
			{ pid: shown, va: null, pa };
	}
	const space = state.spaces.get(thing.pid);
	const pa = space ? walk(space, thing.va).pa : 0;

	return { pid: thing.pid, va: thing.va, pa: (pa & 0xfffff000) >>> 0 };
}

/* ---- the picture ------------------------------------------------------------------ */

const STYLE = `
.p { --paper:#fff; --ink:#14181c; --soft:#55606b; --line:#c8d0d8; --panel:#f5f7f9;
 --accent:#b3005e; --free:#eef1f4; font:11px system-ui,"DejaVu Sans",sans-serif }
@media screen and (prefers-color-scheme:dark) { .p { --paper:#0e1216; --ink:#eef2f6;
 --soft:#a3afbb; --line:#36414c; --panel:#161c22; --accent:#ff6fb5; --free:#1b2228 } }
.p text { fill:var(--ink) } .p .s { fill:var(--soft) }
.p .m { font-family:ui-monospace,"DejaVu Sans Mono",monospace; font-size:10px }
.p .t { font-size:10px; fill:var(--soft); letter-spacing:.08em }
.p .e { fill:none; stroke:var(--accent); stroke-width:1.6 }
.p .l { fill:none; stroke:var(--line) } .p .b { fill:var(--panel); stroke:var(--line) }
.p .n { fill:none; stroke:var(--ink); stroke-width:1.4 }`;

let layout = null; /* where things are, for the mouse */

const escape = (text) => String(text).replace(/[&<>"]/g,
	(c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const r1 = (n) => Math.round(n * 10) / 10;
const rect = (x, y, w, h, more) =>
	`<rect x="${r1(x)}" y="${r1(y)}" width="${r1(w)}" height="${r1(h)}" ${more}/>`;
const label = (x, y, text, kind = "", more = "") =>
	`<text x="${r1(x)}" y="${r1(y)}" class="${kind}" ${more}>${escape(text)}</text>`;

/*
 * Many cells of one colour are one path. Those beside each other are a line with
 * dashes, which keeps the picture small; halves lie over whole ones.
 */
class Cells {
	constructor() {
		this.kinds = new Map();
		this.halves = new Map();
		this.same = {}; /* the kind of the last cell: mostly the next one's, too */
	}
	/* The runs of cells that have this colour and size. */
	runsOf(colour, w, h, pitch) {
		const same = this.same;

		if (colour != same.colour || w != same.w || h != same.h ||
		    pitch != same.pitch) {
			const r3 = (n) => Math.round(n * 1000) / 1000;
			const key = `stroke="${colour}" stroke-width="${r1(h)}" ` +
				`stroke-dasharray="${r3(w)} ${r3(pitch - w)}"`;

			if (!this.kinds.has(key))
				this.kinds.set(key, []);
			this.same = { colour, w, h, pitch, runs: this.kinds.get(key) };
		}
		return this.same.runs;
	}
	/* pitch: from one cell to the next, where there may be one. */
	add(colour, x, y, w, h, pitch = w) {
		const runs = this.runsOf(colour, w, h, pitch);
		const last = runs[runs.length - 1];

		if (last && last.y == y && Math.abs(last.next - x) < .01) {
			last.next += pitch;
			last.end = x + w;
		} else {
			runs.push({ x, y, next: x + pitch, end: x + w, h });
		}
	}
	corner(colour, x, y, w, h) {
		this.halves.set(colour, (this.halves.get(colour) || "") +
			`M${r1(x + w)} ${r1(y)}v${r1(h)}h${r1(-w)}z`);
	}
	toString() {
		return [...this.kinds].map(([key, runs]) => `<path ${key} d="` +
			runs.map((run) => `M${r1(run.x)} ${r1(run.y + run.h / 2)}` +
				 `h${r1(run.end - run.x)}`).join("") + '"/>')
			.join("") +
			[...this.halves].map(([colour, path]) =>
				`<path fill="${colour}" d="${path}"/>`).join("");
	}
}

/*
 * Of each slot, what some VMA of the film covers, in steps of 64 KiB: only this
 * part is drawn, so that a page can be seen.
 */
const covered = new Map();

function cover(start, end) {
	const step = 16 * PAGE;

	for (let slot = Math.floor(start / SECTION); slot * SECTION < end; slot++) {
		const low = Math.max(Math.floor(start / step) * step, slot * SECTION);
		const high = Math.min(Math.ceil(end / step) * step,
				      (slot + 1) * SECTION);
		const [least, most] = covered.get(slot) || [low, high];

		covered.set(slot, [Math.min(low, least), Math.max(high, most)]);
	}
}

function usedSlots() {
	const used = new Set();

	for (const [pid, space] of state.spaces) {
		if (!pid != !shown)
			continue;
		for (const slot of space.l1.keys())
			used.add(slot);
		for (const [start] of space.vmas)
			used.add(Math.floor(start / SECTION));
	}
	return [...used].sort((a, b) => a - b);
}

/* The slots that are drawn: columns of bytes [low, high) at x, w wide. */
function columnsOf(width, left) {
	const columns = [];

	for (const slot of usedSlots()) {
		const section = ((state.spaces.get(shown).l1.get(slot) || 0) & 3) == 2;
		const last = columns[columns.length - 1];
		const [low, high] = covered.get(slot) ||
			[slot * SECTION, (slot + 1) * SECTION];

		if (last && last.section && section &&
		    last.first + last.count == slot) {
			last.count++;
			last.high = (slot + 1) * SECTION;
		} else {
			columns.push({ first: slot, count: 1, section, low, high });
		}
	}
	const gap = 10, zoom = columns.find((c) => c.first == zoomed);
	const parts = columns.length + (zoom ? columns.length * 2 : 0);
	const room = width - left - gap * (columns.length - 1);
	let x = left;

	for (const column of columns) {
		column.x = x;
		column.w = room / parts *
			(column == zoom ? columns.length * 2 + 1 : 1);
		x += column.w + gap;
	}
	return columns;
}

function columnOf(columns, va) {
	const slot = Math.floor(va / SECTION);

	return columns.find((c) => c.first <= slot && slot < c.first + c.count);
}

const pixels = (column, bytes) => bytes * column.w / (column.high - column.low);

function placeOf(columns, va) {
	const c = columnOf(columns, va);

	return c && va >= c.low && va < c.high ?
		c.x + pixels(c, va - c.low) : null;
}

function drawOverview(columns, width, left, y) {
	const scale = (width - left) / 2 ** 32;
	let out = label(0, y + 10, width > 560 ? "4 GiB, at scale" : "4 GiB", "s") +
		rect(left, y, width - left, 13, 'class="b"');

	for (let i = 1; i < 4; i++)
		out += label(left + i * 2 ** 30 * scale, y - 4, hex(i * 2 ** 30),
			     "m s", 'text-anchor="middle"');
	out += rect(left + 3 * 2 ** 30 * scale, y, 2 ** 30 * scale, 13,
		    'fill="var(--line)"') +
		label(left + 3.5 * 2 ** 30 * scale, y + 10, "kernel", "s",
		      'text-anchor="middle"');
	for (const [start, end] of state.spaces.get(shown).vmas)
		out += rect(left + start * scale, y,
			    Math.max((end - start) * scale, 1.5), 13,
			    `fill="${colourOf(shown)}"`);
	for (const c of columns) {
		const x = left + c.low * scale, w = (c.high - c.low) * scale;

		out += `<path fill="var(--panel)" d="M${r1(x)} ${y + 14}` +
			`L${r1(c.x)} ${y + 36}h${r1(c.w)}L${r1(x + w)} ${y + 14}"/>` +
			`<path class="l" d="M${r1(x)} ${y + 14}L${r1(c.x)} ${y + 36}` +
			`M${r1(x + w)} ${y + 14}L${r1(c.x + c.w)} ${y + 36}"/>`;
	}
	return out;
}

/* One process: its VMAs, and a mark for each page that is mapped. */
function drawLane(columns, pid, y, h, cells) {
	const space = state.spaces.get(pid), colour = colourOf(pid);
	let out = label(0, y + h / 2 + 4, nameOf(pid), "",
			pid == shown ? 'font-weight="700"' : "");

	for (const c of columns)
		out += rect(c.x, y, c.w, h, 'class="l"');
	for (const [start, end, rights, name] of space.vmas) {
		for (const c of columns) {
			const low = Math.max(start, c.low);
			const high = Math.min(end, c.high);

			if (low >= high)
				continue;
			const x = placeOf(columns, low);
			const w = Math.max(pixels(c, high - low), 2);
			const text = name.split("/").pop() || "anonymous";

			out += rect(x, y, w, h, `fill="${colour}" fill-opacity=".2" ` +
				    `stroke="${colour}"`);
			if (w > text.length * 7 + 8 && h > 18)
				out += label(x + 4, y + 12, text);
			if (w > 30 && h > 30)
				out += label(x + 4, y + 24, rights, "m s");
		}
	}
	for (const [page, entry] of [...space.l2].sort((a, b) => a[0] - b[0])) {
		const x = placeOf(columns, page * PAGE);
		const pitch = x === null ? 0 : pixels(columnOf(columns, page * PAGE),
						      PAGE);

		if (x !== null && isPage(entry))
			cells.add(isZeroPage(entry) ? "var(--soft)" : colour, x,
				  y + h - 7, Math.max(pitch - .6, .8), 7, pitch);
	}
	return out;
}

function drawFirstLevel(columns, y, h) {
	const space = state.spaces.get(shown);
	let out = "";

	for (const c of columns) {
		const entry = space.l1.get(c.first) || 0;
		const says = !entry ? "no table" : (entry & 3) == 1 ?
			`table ${hex(entry & 0xfffffc00)}` :
			c.count > 1 ? `${c.count} sections` : "section";
		const name = c.w > 155 || c.count > 1 && c.w > 110 ? `[${hex(c.first, 3)}] ${says}` :
			`[${hex(c.first, 3)}]`;

		out += rect(c.x, y, c.w, h, entry ?
			    'fill="#e2a400" fill-opacity=".25" stroke="#b98600"' :
			    'class="l" stroke-dasharray="3 3"') +
			(c.w > 36 ? label(c.x + 5, y + h / 2 + 4, name, "m") : "");
	}
	return out;
}

/* How 256 entries fit under a column. */
function gridOf(column) {
	const narrow = layout.width <= 560 || layout.columns.length > 6;
	const least = narrow ? 5.2 : 7.5;
	const across = [64, 32, 16, 8].find((n) => n * least <= column.w) || 8;

	return { across, cell: Math.min(column.w / across, 12) };
}

function drawSecondLevel(columns, y, changed, cells) {
	const space = state.spaces.get(shown);
	const below = new Cells();
	let out = "", bottom = y;

	for (const c of columns) {
		const entry = space.l1.get(c.first) || 0;
		const { across, cell } = gridOf(c);
		const rows = 256 / across;

		c.grid = { y, across, cell, rows };
		c.hasTable = (entry & 3) == 1;
		if (!c.hasTable)
			continue;
		bottom = Math.max(bottom, y + rows * cell);
		out += `<path class="l" d="M${r1(c.x + across * cell / 2)} ${y - 8}v6"/>`;
		for (let i = 0; i < 256; i++) {
			const page = c.first * 256 + i;
			const x = c.x + i % across * cell;
			const at = y + Math.floor(i / across) * cell;
			const l2 = space.l2.get(page) || 0;
			const s = cell - 1;

			below.add("var(--free)", x, at, s, s, cell);
			if (isPage(l2) && isZeroPage(l2))
				cells.add("var(--soft)", x + s / 4, at + s / 4,
					  s / 2, s / 2, cell);
			else if (isPage(l2) && canWrite(l2))
				cells.add(colourOf(shown), x, at, s, s, cell);
			else if (isPage(l2))
				cells.corner(colourOf(shown), x, at, s, s);
			if (changed.has(page))
				out += rect(x - .7, at - .7, s + 1.4, s + 1.4,
					    'class="n"');
		}
	}
	return [below, out, bottom];
}

/* As high as the window leaves room for. */
function drawFrames(width, y, changed, cells) {
	const across = width > 560 ? 128 : 64, cell = width / across;
	const rows = Math.ceil(state.frames.length / across);
	const room = (innerHeight - 140 - y) / rows;
	const high = Math.min(Math.max(room, cell), cell * 1.6);
	const w = cell - (cell > 5 ? 1 : .5), h = high - (cell > 5 ? 1 : .5);
	let out = "";

	layout.frames = { y, across, cell, high, rows, w, h };
	for (let i = 0; i < state.frames.length; i++) {
		const x = i % across * cell, at = y + Math.floor(i / across) * high;
		const who = owners.get(film.base + i * PAGE);
		const users = who ? [...new Set(who.map((one) => one.pid))] : [];
		const letter = state.frames[i];

		if (letter == "0") {
			cells.add("var(--soft)", x, at, w, h);
			cells.add("var(--paper)", x + 1, at + 1, w - 2, h - 2);
		} else if (users.length) {
			cells.add(colourOf(users[0]), x, at, w, h, cell);
			if (users.length > 1)
				cells.corner(colourOf(users[users.length - 1]), x,
					     at, w, h);
		} else {
			cells.add((KINDS[letter] || KINDS.O)[1], x, at, w, h,
				  cell);
		}
		if (changed.has(i))
			out += rect(x - .7, at - .7, w + 1.4, h + 1.4, 'class="n"');
	}
	return [out, y + rows * high];
}

/* Rings around the two entries and the frame that are lit. */
function drawRings({ columns, l1, frames }, lights) {
	const c = columns.find((one) => lights.slot >= one.first &&
			       lights.slot < one.first + one.count);
	const i = number(lights.pa);
	let out = "";

	if (c)
		out += rect(c.x, l1.l1, c.w, l1.h, 'class="e"');
	if (c && lights.page >= 0 && c.hasTable) {
		const g = c.grid, entry = lights.page & 255, s = g.cell - 1;

		out += rect(c.x + entry % g.across * g.cell - 1.2,
			    g.y + Math.floor(entry / g.across) * g.cell - 1.2,
			    s + 2.4, s + 2.4, 'class="e"');
	}
	if (i >= 0 && i < state.frames.length)
		out += rect(i % frames.across * frames.cell - 2, frames.y +
			    Math.floor(i / frames.across) * frames.high - 2,
			    frames.w + 4, frames.h + 4, 'class="e"');
	return out;
}

/* From the VMA through both levels to the frame. */
function drawPath({ columns, lanes, l1: levels, frames }, lights) {
	const { across, cell, high, y } = frames;
	let out = "", from = null;

	for (const { pid, va } of owners.get(lights.pa) || [])
		if (lanes.has(pid) && pid != shown) {
			const x = placeOf(columns, va), lane = lanes.get(pid);

			if (x !== null)
				out += `<circle class="e" cx="${r1(x)}" ` +
					`cy="${r1(lane.y + lane.h - 3)}" r="4"/>`;
		}
	if (lights.pid == shown && lights.va !== null) {
		const x = placeOf(columns, lights.va), lane = lanes.get(shown);
		const c = columnOf(columns, lights.va);

		if (x !== null) {
			const i = lights.page & 255, g = c.grid;
			const table = (walk(state.spaces.get(shown),
					    lights.va).l1 & 3) == 1;
			const at = { x: c.x + (i % g.across + .5) * g.cell,
				     y: g.y + (Math.floor(i / g.across) + .5) *
					g.cell };

			out += `<path class="e" d="M${r1(x)} ${lane.y}V${levels.l1}"/>` +
				`<circle cx="${r1(x)}" cy="${lane.y + lane.h - 3}" r="3" ` +
				'fill="var(--accent)"/>';
			if (table) {
				out += `<path class="e" d="M${r1(x)} ` +
					`${levels.l1 + levels.h}L${r1(at.x)} ${r1(at.y - g.cell / 2)}"/>`;
				from = at;
				from.y += g.cell / 2;
			} else if ((walk(state.spaces.get(shown), lights.va).l1 & 3) == 2) {
				from = { x, y: levels.l1 + levels.h };
			}
		}
	}
	if (from && lights.pa) {
		const i = number(lights.pa);

		if (i >= 0 && i < state.frames.length) {
			const x = (i % across + .5) * cell;
			const to = y + Math.floor(i / across) * high - 2;
			const half = (from.y + to) / 2;

			out += `<path class="e" d="M${r1(from.x)} ${r1(from.y)}C` +
				`${r1(from.x)} ${r1(half)} ${r1(x)} ${r1(half)} ` +
				`${r1(x)} ${r1(to)}"/>`;
		}
	}
	return out;
}

/* What this event has changed: pages of the shown process, frames. */
function changesNow() {
	const changes = film.events[state.at].changes;
	const mine = changes.spaces[shown];
	const first = state.at == 0; /* then all would be new */

	return {
		pages: new Set(first || !mine || !mine.l2 || mine.pgd ? [] :
			       Object.keys(mine.l2).map(Number)),
		frames: new Set(first ? [] : changes.frames.map((one) => one[0])),
	};
}

const LANES = 6;

function lanesOf() {
	const processes = [...state.spaces.keys()].filter((pid) => !pid == !shown);
	const others = processes.filter((pid) => pid != shown)
		.sort((a, b) => a - b).slice(-(LANES - 1));

	return [...others, shown];
}

/* All that depends on what is pointed at; it lies over the rest of the picture. */
function drawLights() {
	const light = lit(), here = light.va !== null && light.pid == shown;
	const lights = { ...light,
			 slot: here ? Math.floor(light.va / SECTION) : -1,
			 page: here ? Math.floor(light.va / PAGE) : -1 };

	return drawRings(layout, lights) + drawPath(layout, lights);
}

function draw(width, caption) {
	const left = width > 560 ? 84 : 56;
	const columns = columnsOf(width, left), lanes = new Map();
	const changed = changesNow(), cells = new Cells();
	let out = "", y = caption ? 66 : 14;

	layout = { columns, lanes, width };
	out += drawOverview(columns, width, left, y);
	y += 38;
	for (const pid of lanesOf()) {
		const h = pid == shown ? 36 : 16;

		lanes.set(pid, { y, h });
		out += drawLane(columns, pid, y, h, cells);
		y += h + 5;
	}
	y += 6;
	const levels = { l1: y, h: 24 };

	out += label(0, y + 10, left > 60 ? "first level" : "level 1", "s") +
		(left > 60 ? label(0, y + 21, hex(state.spaces.get(shown).pgd),
				   "m s") : "") +
		drawFirstLevel(columns, y, 24);
	y += 34;
	layout.l1 = levels;
	out += label(0, y + 8, left > 60 ? "second level" : "level 2", "s") +
		(left > 60 ? label(0, y + 20, "256 entries", "s") +
		 label(0, y + 31, "a table", "s") : "");
	const second = drawSecondLevel(columns, y, changed.pages, cells);
	y = Math.max(second[2], y + 34) + 26;
	out += label(0, y - 6, `frames: ${state.frames.length} of 4 KiB, from ` +
		     `${hex(film.base)}`, "s");
	const frames = drawFrames(width, y, changed.frames, cells);

	y = frames[1];
	out += second[0] + cells + second[1] + frames[0] +
		`<g class="lights">${drawLights()}</g>`;
	return `<svg xmlns="http://www.w3.org/2000/svg" class="p" ` +
		`viewBox="-2 0 ${width + 4} ${r1(y + 3)}" role="img" ` +
		`aria-label="VMAs, page tables and frames">` +
		`<style>${STYLE}</style>` +
		(caption ? rect(-2, 0, width + 4, y + 3, 'fill="var(--paper)"') +
		 caption : "") + out + "</svg>";
}

/* ---- the words beside it -------------------------------------------------------------- */

function says(entry) {
	return `${hex(entry)}: ${entry & 0x20 ? "user" : "kernel"} r` +
		`${canWrite(entry) ? "w" : "-"}${entry & 1 ? "-" : "x"}, ` +
		`${entry & 0x10 ? "young" : "old"}` +
		`${entry & 0x80 ? ", dirty" : ""}${entry & 0x800 ? ", nG" : ""}`;
}

function whoText(one) {
	const space = state.spaces.get(one.pid), vma = vmaOf(space, one.va);

	return `${nameOf(one.pid)} <code>${hex(one.va)}</code> ` +
		(vma ? `<code>${vma[2]}</code> ${escape(vma[3])}` : "") +
		(canWrite(one.entry) ? "" : " (read-only)");
}

function frameText(pa) {
	const letter = state.frames[number(pa)];
	const list = owners.get(pa) || [];
	const mapped = list.some((one) => !isZeroPage(one.entry));
	const kind = letter == "A" && mapped ? "memory of programs" :
		letter == "C" && mapped ? "a page of a file or object" :
		letter ? KINDS[letter][0] : "no memory: a device";

	return `<li class="frame"><b>frame <code>${hex(pa)}</code></b> ${kind}` +
		(list.length ? `<span class="says">mapped by ${list.length}</span><ul>` +
		 list.slice(0, 12).map((one) =>
			 `<li style="--owner:${colourOf(one.pid)}">${whoText(one)}</li>`)
			 .join("") +
		 (list.length > 12 ? `<li>and ${list.length - 12} more</li>` : "") +
		 "</ul>" : "") + "</li>";
}

function writePath() {
	const light = lit(), space = state.spaces.get(light.pid);
	let out = "";

	if (space && light.va !== null) {
		const vma = vmaOf(space, light.va), w = walk(space, light.va);
		const slot = Math.floor(light.va / SECTION);

		out += `<li class="${vma ? "" : "none"}"><b>${nameOf(light.pid)} ` +
			`<code>${hex(light.va)}</code></b> <span class="says">` +
			(vma ? `VMA <code>${hex(vma[0]).slice(2)}-${hex(vma[1]).slice(2)} ` +
			 `${vma[2]}</code> ${escape(vma[3])}` :
			 light.pid ? "in no VMA" : "the linear map, or a device") +
			"</span></li>" +
			`<li class="${w.l1 ? "" : "none"}"><b>first level, entry ` +
			`<code>${hex(slot, 3)}</code></b> <span class="says">` +
			(!w.l1 ? "0: no table" : (w.l1 & 3) == 1 ?
			 `${hex(w.l1)}: the table at ${hex(w.l1 & 0xfffffc00)}` :
			 `${hex(w.l1)}: a section of 1 MiB`) + "</span></li>";
		if ((w.l1 & 3) == 1)
			out += `<li class="${w.l2 ? "" : "none"}"><b>second level, entry ` +
				`<code>${hex(Math.floor(light.va / PAGE) & 255, 2)}</code></b> ` +
				`<span class="says">${w.l2 ? says(w.l2) :
					"0: an access faults"}</span></li>`;
	}
	if (light.pa)
		out += frameText(light.pa);
	$("path").innerHTML = `<h2>${pointed || pinned ? "Pointed at" :
		"The path"}</h2><ol>${out ||
		"<li class=none>This event is about no page that a process has." +
		"</li>"}</ol>`;
}

function placeText([name, file, line, source], mine) {
	return `<li class="${mine ? "mine" : ""}"><span class="place">` +
		`${escape(file ? `${file}:${line}` : "Newlib")} ` +
		`${escape(name)}()</span>` +
		(source ? `<code>${escape(source)}</code>` : "") + "</li>";
}

function writeEvent() {
	const event = film.events[state.at];
	const [what, now] = event.text.split(/; (?=\d+ pages free)/);

	$("event").innerHTML = `<h2>Event ${state.at + 1} of ` +
		`${film.events.length}, by ${escape(event.comm)}[${event.pid}]</h2>` +
		`<p class="what"><span class="kind">${event.kind}</span> ` +
		`${escape(what)}</p>` +
		(now ? `<p class="now">${escape(now)}</p>` : "") +
		(event.program.length ? `<h2>in the program</h2><ul class="code">` +
		 event.program.map((place) => placeText(place, true)).join("") +
		 "</ul>" : "") +
		'<h2>in the kernel</h2><ul class="code">' +
		event.kernel.slice(0, 3).map((place, i) => placeText(place, !i))
			.join("") + "</ul>";
}

function writeVmas() {
	const space = state.spaces.get(shown), light = lit();
	const count = ([start, end]) => [...space.l2.keys()].filter((page) =>
		page * PAGE >= start && page * PAGE < end).length;

	$("vmas").innerHTML = `<h2>${shown ? "VMAs of " : "Areas of the "}` +
		`${escape(nameOf(shown))}${shown ? `, ASID ${space.asid}` : ""}</h2>`;
	for (const vma of space.vmas) {
		const button = document.createElement("button");
		const inside = light.pid == shown && light.va !== null &&
			vma[0] <= light.va && light.va < vma[1];

		button.innerHTML = `<code>${hex(vma[0]).slice(2)}</code>` +
			`<code>${vma[2]}</code>` +
			`<span class="name">${escape(vma[3] || "anonymous")}</span>` +
			`<span class="pages">${count(vma)} of ` +
			`${(vma[1] - vma[0]) / PAGE}</span>`;
		button.className = inside ? "lit" : "";
		button.onclick = () => point({ pid: shown, va: firstPage(vma) });
		$("vmas").append(button);
	}
}

/* The lowest page of a VMA that is mapped, or its start. */
function firstPage([start, end]) {
	const pages = [...state.spaces.get(shown).l2.keys()]
		.map((page) => page * PAGE)
		.filter((va) => va >= start && va < end);

	return pages.length ? Math.min(...pages) : start;
}

function writeProcesses() {
	const nav = $("processes");

	nav.innerHTML = "";
	for (const pid of [...state.spaces.keys()].sort((a, b) => a - b)) {
		const button = document.createElement("button");

		button.textContent = nameOf(pid);
		button.style.setProperty("--owner", colourOf(pid));
		button.setAttribute("aria-pressed", pid == shown);
		button.onclick = () => choose(pid);
		nav.append(button);
	}
}

/* ---- doing -------------------------------------------------------------------------- */

let timer = 0;

function drawScene() {
	$("scene").innerHTML = draw(Math.max($("scene").clientWidth, 320), "");
}

function show() {
	if (!state.spaces.has(shown) || !chosen) {
		const event = film.events[state.at];
		const child = event.kind == "fork" &&
			+/child (\d+)/.exec(event.text)[1];
		const wish = [child, event.space, event.process, shown, 1];

		chosen = false;
		shown = wish.find((pid) => state.spaces.has(pid));
	}
	drawScene();
	writeEvent();
	writePath();
	writeVmas();
	writeProcesses();
	$("slider").value = state.at + 1;
	$("count").textContent = `${state.at + 1} / ${film.events.length}`;
	document.querySelector("#events li.now")?.classList.remove("now");
	document.querySelectorAll("#events li")[state.at].className = "now";
}

function go(to) {
	seek(Math.min(Math.max(to, 0), film.events.length - 1));
	pointed = null;
	show();
}

function choose(pid) {
	shown = pid;
	chosen = true;
	zoomed = -1;
	show();
}

/* Light up {pid, va} or {pa} until another is chosen; null: the event's. */
function point(thing) {
	pinned = thing;
	pointed = null;
	const light = lit();

	if (thing && state.spaces.has(light.pid) && light.pid != shown) {
		shown = light.pid;
		chosen = true;
	}
	show();
}

function play() {
	if (timer) {
		clearInterval(timer);
		timer = 0;
	} else {
		if (state.at == film.events.length - 1)
			go(0);
		timer = setInterval(() => {
			go(state.at + 1);
			if (state.at == film.events.length - 1)
				play();
		}, 600);
	}
	$("play").textContent = timer ? "\u275a\u275a" : "\u25b6";
}

/* The page before or after the lit one, of the shown process. */
function stepPage(by) {
	const pages = [...state.spaces.get(shown).l2.keys()].sort((a, b) => a - b);
	const light = lit();
	const at = light.va === null || light.pid != shown ? -1 :
		pages.indexOf(Math.floor(light.va / PAGE));
	const to = at < 0 ? 0 : (at + by + pages.length) % pages.length;

	if (pages.length)
		point({ pid: shown, va: pages[to] * PAGE });
}

function zoom(inwards) {
	const va = lit().va;

	zoomed = !inwards ? -1 : va === null ? layout.columns[0].first :
		columnOf(layout.columns, va)?.first ?? -1;
	show();
}

function find(text) {
	const n = parseInt(text, 16);

	if (isNaN(n))
		return;
	point(number(n) >= 0 && number(n) < state.frames.length && shown ?
	      { pa: n } : { pid: shown, va: n });
}

const KEYS = {
	ArrowRight: () => go(state.at + 1),
	ArrowLeft: () => go(state.at - 1),
	PageDown: () => go(state.at + 10),
	PageUp: () => go(state.at - 10),
	Home: () => go(0),
	End: () => go(film.events.length - 1),
	" ": play,
	",": () => stepPage(-1),
	".": () => stepPage(1),
	p: () => {
		const all = [...state.spaces.keys()].sort((a, b) => a - b);

		choose(all[(all.indexOf(shown) + 1) % all.length]);
	},
	"+": () => zoom(true),
	"=": () => zoom(true),
	"-": () => zoom(false),
	"/": () => $("find").focus(),
	Escape: () => {
		chosen = false;
		zoomed = -1;
		point(null);
	},
};

/* What lies at a point of the picture: {pid, va}, {pa}, or null. */
function hit(x, y) {
	const { frames, columns, lanes } = layout;
	const column = columns.find((c) => x >= c.x && x < c.x + c.w);

	if (y >= frames.y) {
		const i = Math.floor((y - frames.y) / frames.high) * frames.across +
			Math.floor(x / frames.cell);

		return x >= 0 && i < state.frames.length ?
			{ pa: film.base + i * PAGE } : null;
	}
	if (!column)
		return null;
	for (const [pid, lane] of lanes)
		if (y >= lane.y && y < lane.y + lane.h)
			return { pid, va: nearest(pid, Math.floor((column.low +
				 (x - column.x) / pixels(column, 1)) / PAGE) * PAGE) };
	if (y >= layout.l1.l1 && y < layout.l1.l1 + layout.l1.h)
		return { pid: shown, va: column.first * SECTION };
	const g = column.grid, row = Math.floor((y - g.y) / g.cell);

	if (column.section || row < 0 || row >= g.rows ||
	    x >= column.x + g.across * g.cell)
		return null;
	return { pid: shown, va: column.first * SECTION + PAGE * (row * g.across +
		 Math.floor((x - column.x) / g.cell)) };
}

/* In a lane pages are narrow: the mapped one beside counts as pointed at. */
function nearest(pid, va) {
	const l2 = state.spaces.get(pid).l2, page = Math.floor(va / PAGE);

	for (const by of [0, 1, -1, 2, -2, 3, -3])
		if (l2.has(page + by))
			return (page + by) * PAGE;
	return va;
}

function under(event) {
	const svg = $("scene").firstChild, box = svg.getBoundingClientRect();
	const view = svg.viewBox.baseVal, scale = view.width / box.width;

	return hit((event.clientX - box.left) * scale + view.x,
		   (event.clientY - box.top) * scale + view.y);
}

/*
 * What is under the mouse has changed, or not: the picture stays, only the lights
 * over it are drawn anew.
 */
function hover(thing) {
	if (JSON.stringify(thing) == JSON.stringify(pointed))
		return;
	pointed = thing;
	document.querySelector("#scene .lights").innerHTML = drawLights();
	writePath();
}

function listen() {
	$("scene").addEventListener("pointermove", (event) => hover(under(event)));
	$("scene").addEventListener("pointerleave", () => hover(null));
	$("scene").addEventListener("click", (event) => point(under(event)));
	$("scene").addEventListener("wheel", (event) => {
		if (event.ctrlKey) {
			event.preventDefault();
			zoom(event.deltaY < 0);
		}
	}, { passive: false });
	$("slider").addEventListener("input", () => go($("slider").value - 1));
	$("find").addEventListener("keydown", (event) => {
		event.stopPropagation();
		if (event.key == "Enter")
			find($("find").value);
		if (event.key == "Enter" || event.key == "Escape")
			$("find").blur();
	});
	for (const [id, key] of [["first", "Home"], ["back", "ArrowLeft"],
				 ["play", " "], ["next", "ArrowRight"],
				 ["last", "End"]])
		$(id).onclick = KEYS[key];
	document.addEventListener("keydown", (event) => {
		const press = event.key == " " || event.key == "Enter";

		if (!KEYS[event.key] || event.ctrlKey || event.altKey || event.metaKey ||
		    press && event.target.closest("button, summary"))
			return;
		event.preventDefault();
		KEYS[event.key]();
	});
	addEventListener("resize", drawScene);
	addEventListener("beforeprint", () => {
		document.querySelectorAll("details").forEach((one) => one.open = true);
	});
}

function writeOnce() {
	for (const { changes } of film.events)
		for (const pid in changes.spaces)
			for (const [start, end] of changes.spaces[pid].vmas || [])
				if (+pid && end - start < 2 ** 28)
					cover(start, end);
	$("command").textContent = film.command;
	document.title = `Pagewalk: ${film.command}`;
	$("slider").max = film.events.length;
	$("legend").innerHTML = Object.values(KINDS).map(([what, colour]) =>
		`<span class="p"><i style="background:${colour}"></i>${what}</span>`)
		.join("") + "A frame that programs map has their colour, two " +
		"when several do. In a second-level table a full cell can be " +
		"written to, half a cell is read-only, a dot is the zero page. " +
		"A dark frame around a cell: this event has changed it.";
	document.querySelector("#events ol").innerHTML = film.events.map((event) => {
		const place = event.program[0] || event.kernel[0];

		return `<li>${escape(event.comm)}[${event.pid}] <b>${event.kind}</b> ` +
			`${escape(event.text.split(/; (?=\d+ pages free)/)[0])} ` +
			`<span class="place">${place && place[1] ?
				escape(`${place[1]}:${place[2]}`) : ""}</span></li>`;
	}).join("");
}

/* The picture alone, with the words over it: for documents. */
function picture(width) {
	const event = film.events[state.at], place = event.program[0];
	const kernel = event.kernel[0];
	const what = event.text.split(/; (?=\d+ pages free)/)[0];
	const cut = what.indexOf(": ") + 1 || what.length;

	document.body.innerHTML = draw(width,
		label(0, 13, `${event.comm}[${event.pid}] ` +
		      what.slice(0, cut).replace(/^pc \S+ |:$/g, ""), "",
		      'font-size="14" font-weight="700"') +
		label(0, 30, what.slice(cut).trim(), "", 'font-size="13"') +
		label(0, 45, `${place[1]}:${place[2]} ${place[0]}(): ${place[3]}` +
		      `     ${kernel[1]}:${kernel[2]} ${kernel[0]}()`, "m s"));
}

/* view.html#event=N&page=VA or &frame=PA: a link to a moment. */
function fromLink() {
	const wish = new URLSearchParams(location.hash.slice(1));

	go((wish.get("event") || 1) - 1);
	if (wish.has("process"))
		choose(+wish.get("process"));
	if (wish.has("page"))
		point({ pid: shown, va: parseInt(wish.get("page")) });
	if (wish.has("frame"))
		point({ pa: parseInt(wish.get("frame")) });
	if (wish.has("picture"))
		picture(+wish.get("picture"));
}

writeOnce();
listen();
fromLink();
