// Takes jobs from the server one after another and posts the answers.
// A job and an answer are frames: 4 bytes length (little endian), JSON of that length, raw bytes.
// Each model lives in an iframe of its own. Starting TF.js takes longer than most models' answers,
// so an iframe whose model went without a trace takes the next one; but what is timed is timed in a
// fresh one.

const state = document.getElementById("state");
const models = document.getElementById("models");
const open = new Map(); // session -> {job, row, frame, stray, used}
const idle = new Map(); // backend -> {frame, stray} without a model
const DOING = { open: "loading", run: "running", measure: "timing", tensors: "looking inside" };

function unpack(buffer) {
  const end = 4 + new DataView(buffer).getUint32(0, true);
  return [JSON.parse(new TextDecoder().decode(buffer.slice(4, end))), buffer.slice(end)];
}

function pack(fields, bytes) {
  const header = new TextEncoder().encode(JSON.stringify(fields));
  return new Blob([new Uint32Array([header.length]), header, bytes]);
}

function addRow({ name, backend }) {
  const row = models.insertRow(0);
  for (const text of [name, backend, "0", "0", "loading"]) row.insertCell().textContent = text;
  return row;
}

async function newFrame() {
  const frame = document.createElement("iframe");
  frame.src = "runner.html";
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  await loaded;
  return { frame, stray: strayError(frame.contentWindow) };
}

async function start(job) {
  const spare = idle.get(job.backend);
  idle.delete(job.backend);
  const entry = { job, row: addRow(job), used: spare !== undefined };
  open.set(job.session, entry);
  Object.assign(entry, spare ?? (await newFrame()));
}

async function startAfresh(entry) {
  await release(entry);
  Object.assign(entry, await newFrame(), { used: false });
  await entry.frame.contentWindow.runner.open(entry.job);
}

// Keep the iframe for another model if nothing of this one is left in it.
async function release({ job, frame, stray }) {
  const clean = await Promise.race([frame.contentWindow.runner.close(), stray]).catch(() => false);
  if (clean && !idle.has(job.backend)) idle.set(job.backend, { frame, stray });
  else frame.remove();
}

function drop(session) {
  open.get(session)?.frame?.remove();
  open.delete(session);
}

// What goes wrong outside the awaited calls (a worker, a callback) must fail the job, not hang it.
function strayError(view) {
  const stray = new Promise((_, reject) => {
    view.addEventListener("error", (event) => reject(event.error ?? new Error(event.message)));
    view.addEventListener("unhandledrejection", (event) => reject(event.reason));
  });
  stray.catch(() => {}); // it may come between two jobs: the next one reports it
  return stray;
}

async function work(job, bytes) {
  if (job.kind === "open") await start(job);
  const entry = open.get(job.session);
  if (!entry) throw new Error("this model is no longer open in the page");
  const { row } = entry;
  if (job.kind === "close") {
    open.delete(job.session);
    await release(entry);
    row.cells[4].textContent = "done";
    return [{}, new Uint8Array()];
  }
  const say = (text) => {
    row.cells[4].textContent = text;
    state.textContent = `${row.cells[0].textContent}: ${text}`;
  };
  say(DOING[job.kind]);
  if (job.kind === "measure" && entry.used) await startAfresh(entry);
  const { runner } = entry.frame.contentWindow;
  const answer = await Promise.race([runner[job.kind](job, bytes), entry.stray]);
  const counted = { run: 2, measure: 3 }[job.kind];
  if (counted) row.cells[counted].textContent = Number(row.cells[counted].textContent) + 1;
  say("ready");
  return answer;
}

async function perform(number) {
  const response = await fetch(`jobs/${number}`);
  const [job, bytes] = unpack(await response.arrayBuffer());
  let answer;
  try {
    answer = await work(job, bytes);
  } catch (error) {
    const message = String(error?.message ?? error);
    answer = [{ error: message, stage: error?.stage ?? job.kind }, new Uint8Array()];
    const row = open.get(job.session)?.row;
    if (row) row.cells[4].textContent = `failed: ${message}`;
    if (job.kind === "open") drop(job.session);
  }
  await fetch(`results/${number}`, { method: "POST", body: pack(...answer) });
}

// The stream stays open for as long as server and page live: each sees at once that the other is gone.
const jobs = new EventSource("jobs");
let last = Promise.resolve();
jobs.onmessage = (event) => {
  last = last.then(() => perform(event.data)).catch((error) => (state.textContent = String(error)));
};
jobs.onerror = () => {
  const refused = jobs.readyState === EventSource.CLOSED;
  jobs.close();
  for (const session of [...open.keys()]) drop(session);
  state.textContent = refused
    ? "Another window already runs the models of this seqbench."
    : "seqbench has ended. This window can be closed.";
  if (!refused) window.close();
};
