// Takes jobs from the server one after another and posts the answers.
// A job and an answer are frames: 4 bytes length (little endian), JSON of that length, raw bytes.
// Each model lives in an iframe of its own, so that nothing is left of it when it is closed.

const state = document.getElementById("state");
const models = document.getElementById("models");
const open = new Map(); // session -> {frame, row, stray}
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

async function start(job) {
  const frame = document.createElement("iframe");
  frame.src = "runner.html";
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  const entry = { frame, row: addRow(job), stray: null };
  open.set(job.session, entry);
  await loaded;
  entry.stray = strayError(frame.contentWindow);
}

function stop(session) {
  open.get(session)?.frame.remove();
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
  const { frame, row, stray } = open.get(job.session) ?? {};
  if (!frame) throw new Error("this model is no longer open in the page");
  if (job.kind === "close") {
    stop(job.session);
    row.cells[4].textContent = "done";
    return [{}, new Uint8Array()];
  }
  const say = (text) => {
    row.cells[4].textContent = text;
    state.textContent = `${row.cells[0].textContent}: ${text}`;
  };
  say(DOING[job.kind]);
  const view = frame.contentWindow;
  const answer = await Promise.race([view.runner[job.kind](job, bytes), stray]);
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
    if (job.kind === "open") stop(job.session);
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
  for (const session of [...open.keys()]) stop(session);
  state.textContent = refused
    ? "Another window already runs the models of this seqbench."
    : "seqbench has ended. This window can be closed.";
  if (!refused) window.close();
};
