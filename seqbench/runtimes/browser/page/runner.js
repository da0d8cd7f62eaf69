// Runs one TF.js model at a time, all on one backend: `open`, then `run` and `measure` as often as
// asked, then `close`. A job without an input is of a layers model: it tells its inputs and outputs.

const BACKEND_SCRIPTS = { cpu: [], wasm: ["tf-backend-wasm"], webgl: ["tf-backend-webgl"] };
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const CLOCK_STEPS = 20; // a sample shorter than this many steps of the clock is too coarse

let model, input, asynchronous, found, layersScript;

function addScript(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `modules/${name}.min.js`;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`cannot load ${name}.min.js`));
    document.head.append(script);
  });
}

async function useBackend(backend) {
  let accepted = false;
  try {
    accepted = await tf.setBackend(backend);
    await tf.ready();
  } catch (cause) {
    throw Object.assign(new Error(`TF.js cannot use ${backend}: ${cause.message}`), { stage: "backend" });
  }
  // setBackend may fall back to another backend without a word.
  if (!accepted || tf.getBackend() !== backend) {
    const message = `TF.js uses ${tf.getBackend()} in place of ${backend}`;
    throw Object.assign(new Error(message), { stage: "backend" });
  }
}

// Milliseconds between the two nearest readings that differ: 0.005 in an isolated page, else 0.1.
function clockStep() {
  let step = Infinity;
  for (let seen = 0, before = performance.now(); seen < 20; ) {
    const now = performance.now();
    if (now === before) continue;
    step = Math.min(step, now - before);
    before = now;
    seen += 1;
  }
  return step;
}

async function facts(backend) {
  const seen = { user_agent: navigator.userAgent, clock_step_s: clockStep() / 1000 };
  if (backend === "wasm") {
    seen.simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    seen.threads = tf.wasm.getThreadsCount();
  }
  if (backend === "webgl") {
    const gl = tf.backend().gpgpu.gl;
    const names = gl.getExtension("WEBGL_debug_renderer_info");
    seen.renderer = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  }
  return seen;
}

async function startRuntime(backend) {
  const names = ["tf-core", "tf-backend-cpu", ...BACKEND_SCRIPTS[backend], "tf-converter"];
  for (const name of names) await addScript(name);
  if (backend === "wasm") tf.wasm.setWasmPaths(new URL("modules/", location.href).href);
  await useBackend(backend);
  return facts(backend);
}

async function open(job) {
  found ??= await startRuntime(job.backend);
  ({ input, asynchronous } = job);
  // As one segment each: a name may hold `?`, `#` or `%`, and `./` would be worked out of a path.
  const weightUrlConverter = async (name) => `${job.files}/${encodeURIComponent(name)}`;
  // TF.js asks for all files before it reads one, and a browser has six connections: whoever answers
  // last would wait for bodies that nobody reads.
  const fetchFunc = async (...asked) => {
    const answer = await fetch(...asked);
    return new Response(await answer.arrayBuffer(), answer); // its status and headers
  };
  const url = `${job.files}/${encodeURIComponent(job.file)}`;
  if (input) {
    model = await tf.loadGraphModel(url, { weightUrlConverter, fetchFunc });
    return [{ facts: found }, new Uint8Array()];
  }
  await (layersScript ??= addScript("tf-layers"));
  model = await tf.loadLayersModel(url, { weightUrlConverter, fetchFunc });
  // A tensor's own name depends on what was loaded before.
  const told = ({ sourceLayer, shape, dtype }) => ({ name: sourceLayer.name, shape, dtype });
  const sides = { inputs: model.inputs.map(told), outputs: model.outputs.map(told) };
  return [{ facts: found, ...sides }, new Uint8Array()];
}

// Says whether nothing of the model is left: a failed run leaves tensors.
async function close() {
  model.dispose();
  return tf.memory().numTensors === 0;
}

// Tensors of one shape and dtype whose elements lie one after another in `bytes`.
function tensors({ dtype, shape, count }, bytes) {
  const all = new ARRAYS[dtype](bytes);
  const size = all.length / count;
  return Array.from({ length: count }, (_, i) =>
    tf.tensor(all.slice(i * size, (i + 1) * size), shape, dtype));
}

// A layers model's answer; no call knows of another.
function predict(x) {
  if (model.stateful) model.resetStates();
  return model.predictOnBatch(x);
}

// A loop in the graph needs executeAsync; execute is the faster for all others.
async function call(x) {
  const feeds = { [input]: x };
  const graph = () => (asynchronous ? model.executeAsync(feeds) : model.execute(feeds));
  const y = input ? await graph() : predict(x);
  if (Array.isArray(y)) throw new Error(`the model has ${y.length} outputs, expected 1`);
  const data = await y.data();
  y.dispose();
  return [y, data];
}

async function run(job, bytes) {
  const [x] = tensors({ ...job, count: 1 }, bytes);
  const [y, data] = await call(x);
  x.dispose();
  if (!(y.dtype in ARRAYS)) throw new Error(`the output is ${y.dtype}, expected numbers`);
  // The cpu backend casts booleans by name only: their bytes stay in a Uint8Array.
  return [{ shape: y.shape, dtype: y.dtype }, new ARRAYS[y.dtype](data)];
}

function everyLayer(x) {
  const outputs = model.layers.flatMap((layer) => layer.inboundNodes.flatMap((node) => node.outputTensors));
  return tf.model({ inputs: model.inputs, outputs }).predictOnBatch(x);
}

// The results of every named node, or of every layer, for one batch, one after another.
async function inside(job, bytes) {
  const [x] = tensors({ ...job, count: 1 }, bytes);
  const feeds = { [input]: x };
  const graph = () => (asynchronous ? model.executeAsync(feeds, job.names) : model.execute(feeds, job.names));
  const all = input ? await graph() : everyLayer(x);
  const told = [];
  const parts = [];
  for (const y of [all].flat()) {
    if (!(y.dtype in ARRAYS)) continue;
    told.push({ shape: y.shape, dtype: y.dtype });
    parts.push(new Uint8Array(new ARRAYS[y.dtype](await y.data()).buffer));
  }
  tf.dispose([x, all]);
  return [{ tensors: told }, new Blob(parts)];
}

const WINDOWS = 10; // and SETTLED, LEAST_SHARE, COST_LOOPS: as in seqbench.measurement.loop
const SETTLED = 0.03;
const LEAST_SHARE = 0.2;
const COST_LOOPS = 51;

const ascending = (values) => Float64Array.from(values).sort();

function median(values) {
  const sorted = ascending(values);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// Half the median's 95 % interval as a share of it, by the normal approximation of the ranks.
function halfWidth(values) {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  const reach = 0.98 * Math.sqrt(sorted.length) + 1;
  if (reach >= middle) return Infinity;
  return (sorted[Math.ceil(middle + reach) - 1] - sorted[Math.floor(middle - reach)]) / 2 / median(values);
}

// The algorithm of seqbench.measurement.loop.measure, for a clock with coarser steps: as many calls make a
// sample as it takes for every sample to last CLOCK_STEPS. Where the model's batch is fixed, one
// call is `parts_per_call` of the model's. Milliseconds in here are seconds in the answer.
async function measure(job, bytes) {
  const xs = tensors(job, bytes);
  const now = () => performance.now();
  const shortest = CLOCK_STEPS * clockStep();
  let turn = 0;
  const time = async (calls, one = call) => {
    const end = turn + calls * job.parts_per_call;
    const start = now();
    for (; turn < end; turn += 1) await one(xs[turn % xs.length]);
    return now() - start;
  };

  const first = await time(1);

  const warm = now();
  let settled = false;
  for (let before = NaN; !settled; ) {
    const begun = now();
    const seen = [];
    do seen.push(await time(1));
    while (now() - begun < Math.max((1000 * job.warmup_s) / WINDOWS, shortest));
    const after = median(seen);
    settled = Math.abs(after - before) <= SETTLED * before;
    if (now() - warm >= 1000 * job.warmup_s && !Number.isNaN(before)) break;
    before = after;
  }
  const warmup = now() - warm;

  // A call gets faster for as long as the browser's compiler works on it, so the number of calls in
  // a sample is not settled by the warm-up: one sample that is too short begins the sampling anew.
  let perSample = job.calls_per_sample ?? 1;
  let samples = [];
  let ended;
  let lookAt = job.min_samples;
  let started = now();
  while (!ended) {
    const elapsed = await time(perSample);
    if (elapsed < shortest) {
      perSample *= 2;
      samples = [];
      lookAt = job.min_samples;
      started = now();
      continue;
    }
    samples.push(elapsed / perSample / 1000);
    const share = job.measure_s ? (now() - started) / (1000 * job.measure_s) : 1;
    if (samples.length >= job.max_samples) ended = "samples";
    else if (samples.length < job.min_samples) continue;
    else if (share >= 1) ended = "time";
    else if (samples.length >= lookAt && share >= LEAST_SHARE) {
      if (halfWidth(samples) <= job.precision) ended = "precision";
      lookAt = Math.ceil(1.2 * samples.length);
    }
  }
  const sampled = now() - started;

  const costs = [];
  const calls = Math.max(perSample, 1000); // else the steps of the clock would be all that is seen
  for (let i = 0; i < COST_LOOPS; i += 1) costs.push(await time(calls, async () => {}));
  const outputs = [];
  let output;
  for (const x of xs) {
    const [y, data] = await call(x);
    output = { shape: y.shape, dtype: y.dtype };
    outputs.push(new Uint8Array(new ARRAYS[y.dtype](data).buffer));
    x.dispose();
  }
  const answer = {
    first_call_s: first / 1000,
    samples_s: samples,
    calls_per_sample: perSample,
    warmup_s: warmup / 1000,
    settled,
    sampled_s: sampled / 1000,
    ended,
    loop_cost_s: median(costs) / calls / 1000,
    output,
  };
  return [answer, new Blob(outputs)];
}

window.runner = { open, close, run, measure, tensors: inside };
