// The page: loads an invoice, edits a copy of it, sends both back with the version that they began at.

const $ = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const money = (cents) => (cents / 100).toFixed(2);
const NAMES = { customer: "Customer", note: "Note", product: "Product", quantity: "Quantity", unit_price: "Unit price" };
const SHOWN = { unit_price: money };

let loaded; // what the server sent, never changed here
let draft; // what becomes of it
let etag;
let conflict; // the answer 412 and what was chosen, while there is one

// Sorted by time, so that a new line is the last one: version 7 of RFC 9562.
const newId = () => {
  const now = Date.now().toString(16).padStart(12, "0");
  return `${now.slice(0, 8)}-${now.slice(8)}-7${crypto.randomUUID().slice(15)}`;
};

const say = (text, isBad = false) => {
  $("status").textContent = text;
  $("status").classList.toggle("bad", isBad);
};

// ---- the form

const addUp = () => {
  draft.total = draft.lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0);
  $("total").textContent = money(draft.total);
};

const lineRow = (line) => {
  const amount = make("td", { className: "number" });
  const update = () => { addUp(); amount.textContent = money(line.quantity * line.unit_price); };
  const field = (name, label, properties, read) => make("input", {
    name, ariaLabel: label, required: true, ...properties,
    oninput: (event) => { line[name] = read(event.target); update(); },
  });
  const price = (input) => Math.round(input.valueAsNumber * 100) || 0;
  const row = make("tr", {},
    make("td", {}, field("product", "Product", { value: line.product }, (input) => input.value)),
    make("td", { className: "number" }, field("quantity", "Quantity", { type: "number", min: 1, value: line.quantity },
      (input) => input.valueAsNumber || 0)),
    make("td", { className: "number" }, field("unit_price", "Unit price", { type: "number", min: 0, step: 0.01, value: money(line.unit_price) }, price)),
    amount,
    make("td", {}, make("button", {
      type: "button", textContent: "Remove", ariaLabel: `Remove ${line.product || "this line"}`,
      onclick: () => { draft.lines = draft.lines.filter((other) => other !== line); row.remove(); addUp(); },
    })));
  row.dataset.id = line.id;
  update();
  return row;
};

const showForm = () => {
  document.title = `Invoice ${draft.number}`;
  $("title").textContent = `Invoice ${draft.number} of ${draft.tenant}`;
  $("version").textContent = `version ${loaded.version}`;
  for (const name of ["customer", "note"]) {
    const input = $("form").elements[name];
    input.value = draft[name];
    input.oninput = () => { draft[name] = input.value; };
  }
  $("lines").replaceChildren(...draft.lines.map(lineRow));
  addUp();
  $("form").hidden = false;
  $("conflict").hidden = true;
  conflict = undefined;
};

const begin = (invoice, tag) => {
  [loaded, draft, etag] = [invoice, structuredClone(invoice), tag];
  showForm();
};

// ---- the server

const ask = async (options) => {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store", ...options });
    return { status: answer.status, etag: answer.headers.get("ETag"), body: await answer.json() };
  } catch {
    return { body: { message: "The server cannot be reached. Your changes are still here." } };
  }
};

const save = async () => {
  addUp();
  const { status, body, etag: tag } = await ask({
    method: "PUT",
    headers: { "Content-Type": "application/json", "If-Match": etag },
    body: JSON.stringify({ base: loaded, mine: draft }),
  });
  if (status === 200) {
    begin(body, tag);
    say(`Saved as version ${body.version}.`);
  } else if (status === 412) {
    say("");
    showConflict({ ...body, etag: tag, chosen: new Map() });
  } else {
    say(status === 410 ? "Somebody deleted this invoice." : body.message, true);
  }
};

// ---- the conflict

// The total follows from the lines, so nobody has to choose it.
const fields = (columns) => columns.filter((column) => column in NAMES);
const overlaps = (row) => row.overlaps && (row.both.length === 0 || fields(row.both).length > 0);
const find = (invoice, row) =>
  row.table === conflict.diff.aggregate ? invoice : invoice.lines.find((line) => line.id === row.id);

// What a side did, in words; a total that follows is nothing that it did.
const did = (who, change) => change && fields(change.columns ?? ["product"]).length > 0 && `${who} ${change.kind} it`;

const fieldRow = (row, states, name) => {
  const cell = (state, side) => {
    const is = state ? String((SHOWN[name] ?? String)(state[name])) : "not there";
    const changed = row[side] && (row[side].kind !== "changed" || row[side].columns.includes(name));
    const both = row.both.includes(name) || (overlaps(row) && row.both.length === 0);
    const mark = changed ? (both ? "both" : side) : "";
    return make("td", { textContent: is, className: `${mark} ${state ? "" : "none"}`.trim() });
  };
  return make("tr", { className: "field" }, make("th", { scope: "row", textContent: NAMES[name] }),
    cell(states[0]), cell(states[1], "mine"), cell(states[2], "theirs"));
};

const rowsOf = (row) => {
  const states = [loaded, draft, conflict.theirs].map((invoice) => find(invoice, row));
  const touched = [row.mine, row.theirs].flatMap((change) => change?.columns ?? (change ? Object.keys(NAMES) : []));
  const any = states.find(Boolean);
  const names = Object.keys(NAMES).filter((name) => touched.includes(name) && name in any);
  if (names.length === 0) return [];
  const what = row.table === conflict.diff.aggregate ? "The invoice" : any.product || "A line";
  const side = overlaps(row)
    ? make("span", { className: "choice", role: "group", ariaLabel: `Which ${what} to keep` },
      ...[["mine", "Keep mine"], ["theirs", "Take theirs"]].map(([which, textContent]) => make("button", {
        type: "button", className: which === "mine" ? "keep" : "take", textContent, ariaPressed: String(conflict.chosen.get(row) === which),
        onclick: (event) => {
          conflict.chosen.set(row, which);
          for (const button of event.target.parentNode.children) button.ariaPressed = String(button === event.target);
          allowAgain();
        },
      })))
    : make("small", { textContent: `${[did("you", row.mine), did("they", row.theirs)].filter(Boolean).join(", ")}: kept` });
  const head = make("tr", { className: "row" },
    make("th", { colSpan: 4, scope: "colgroup" }, make("div", {}, make("span", { textContent: what }), side)));
  return [head, ...names.map((name) => fieldRow(row, states, name))];
};

const allowAgain = () => {
  $("again").disabled = conflict.diff.rows.some((row) => overlaps(row) && !conflict.chosen.has(row));
};

const showConflict = (answer) => {
  conflict = answer;
  $("version").textContent = `version ${answer.theirs.version} is stored, yours began at version ${loaded.version}`;
  $("rows").replaceChildren(...answer.diff.rows.flatMap(rowsOf));
  $("totals").replaceChildren(make("th", { scope: "row", textContent: "Total" }),
    ...[loaded, draft, answer.theirs].map(({ total }) => make("td", { textContent: money(total) })));
  $("message").textContent = answer.message;
  $("form").hidden = true;
  $("conflict").hidden = false;
  $("somebody").focus(); // where a screen reader goes on
  allowAgain();
};

// What is stored now, with what I changed, but where I chose theirs.
const blend = () => {
  const result = structuredClone(conflict.theirs);
  for (const row of conflict.diff.rows.filter((row) => row.mine)) {
    const takesTheirs = overlaps(row) && conflict.chosen.get(row) === "theirs";
    const [mine, stored] = [find(draft, row), find(result, row)];
    if (takesTheirs && row.both.length === 0) continue;
    if (!mine) result.lines = result.lines.filter((line) => line !== stored);
    else if (!stored) result.lines.push(mine);
    else for (const name of row.mine.columns ?? Object.keys(mine)) {
      if (!(takesTheirs && row.both.includes(name))) stored[name] = mine[name];
    }
  }
  return result;
};

$("form").onsubmit = (event) => { event.preventDefault(); save(); };
$("add").onclick = () => {
  const line = { id: newId(), product: "", quantity: 1, unit_price: 0 };
  draft.lines.push(line);
  $("lines").append(lineRow(line));
  $("lines").lastChild.querySelector("input").focus();
};
$("drop").onclick = () => { begin(conflict.theirs, conflict.etag); say("This is what is stored now."); };
$("again").onclick = () => { draft = blend(); [loaded, etag] = [conflict.theirs, conflict.etag]; showForm(); save(); };

const { status, body, etag: tag } = await ask({ headers: { Accept: "application/json" } });
if (status === 200) begin(body, tag);
else say(body.message, true);
